/** The demo app's own backend beside the server, in a scope of its own: it reads forms, the server beside it reads bytes. */

import type { CountersignApp } from "../../app.js";
import { sendPage } from "../../http/page.js";
import { connectableApps, playerOf, registerCallback } from "../connect/connect.js";
import type { KnownLogin } from "../pages/accounts.js";
import { registerPlayground } from "./register.js";

export interface PlaygroundOptions {
  /** Where its pages are. */
  readonly url: () => string;
  /** Where the server listens: the playground's own calls need not go round by a public address. */
  readonly listening: () => string;
  readonly profileName: string;
  readonly logins: readonly KnownLogin[];
}

export function attachPlayground(
  { server, context }: CountersignApp,
  { url, listening, profileName, logins }: PlaygroundOptions,
): void {
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
        register: (clientId, callbackUrl) => registerCallback(context, clientId, callbackUrl),
      },
      logins,
      baseUrl: url,
      fetch: (input, init) => fetch(String(input).replace(url(), listening()), init),
      randomBytes: context.randomBytes,
      now: () => performance.now(),
      profileName,
      respondPage: (reply, page, status) => sendPage(reply, page, status, [url()]),
    });
  });
}
