/** The demo app's own backend beside the server, in a scope of its own: it reads forms, the server beside it reads bytes. */

import type { CountersignApp } from "../../app.js";
import { sendPage } from "../../http/page.js";
import { connectableApps, playerOf, setCallback } from "../connect/connect.js";
import type { KnownLogin } from "../pages/accounts.js";
import type { PlaygroundDocuments } from "./documents.js";
import { type PlaygroundDependencies, registerPlayground } from "./register.js";

export interface PlaygroundOptions {
  /** Where its pages are. */
  readonly url: () => string;
  /** Where the server listens: the playground's own calls need not go round by a public address. */
  readonly listening: () => string;
  readonly profileName: string;
  readonly documents: PlaygroundDocuments;
  readonly why: PlaygroundDependencies["why"];
  readonly logins: readonly KnownLogin[];
}

export function attachPlayground(
  { server, context }: CountersignApp,
  { url, listening, profileName, logins, why, documents }: PlaygroundOptions,
): void {
  const { profile } = context;
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      "application/x-www-form-urlencoded",
      { parseAs: "string" },
      (_request, body, done) => done(null, new URLSearchParams(body as string)),
    );
    registerPlayground(scope, {
      player: () => playerOf(context),
      connect: {
        apps: () => connectableApps(context),
        register: (clientId, callbackUrl) => setCallback(context, clientId, callbackUrl),
      },
      logins,
      baseUrl: url,
      fetch: (input, init) => fetch(String(input).replace(url(), listening()), init),
      randomBytes: context.randomBytes,
      now: () => performance.now(),
      profileName,
      features: {
        pkce: profile.pkce === "S256",
        rotation: profile.rotation,
        introspect: profile.endpoints.includes("introspect"),
        revoke: profile.endpoints.includes("revoke"),
        metadata: profile.endpoints.includes("metadata"),
      },
      why,
      documents,
      respondPage: (reply, page, status) => sendPage(reply, page, status, [url()]),
    });
  });
}
