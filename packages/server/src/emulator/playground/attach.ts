/** The demo app's own backend beside the server, in a scope of its own: it reads forms, the server beside it reads bytes. */

import type { CountersignApp } from "../../app.js";
import { sendPage } from "../../http/page.js";
import type { KnownLogin } from "../pages/accounts.js";
import { demoClient, playgroundApp, playgroundCallbackPath, playgroundClient } from "../seed/demo.js";
import type { Seed } from "../seed/seed.js";
import { registerPlayground } from "./register.js";

export interface PlaygroundOptions {
  readonly seed: Seed | undefined;
  readonly url: () => string;
  readonly profileName: string;
  readonly logins: readonly KnownLogin[];
}

export function attachPlayground(
  { server, context }: CountersignApp,
  { seed, url, profileName, logins }: PlaygroundOptions,
): void {
  const client = seed === undefined ? demoClient : playgroundClient;
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      "application/x-www-form-urlencoded",
      { parseAs: "string" },
      (_request, body, done) => done(null, new URLSearchParams(body as string)),
    );
    registerPlayground(scope, {
      client: {
        ...client,
        get callbackUrl() {
          return `${url()}${playgroundCallbackPath}`;
        },
      },
      logins,
      baseUrl: url,
      fetch,
      randomBytes: context.randomBytes,
      now: () => performance.now(),
      profileName,
      respondPage: (reply, page, status) => sendPage(reply, page, status, [url()]),
    });
  });
}

/** Returns the seed with the playground's app, so that the page works with any seed that has an account. */
export function withPlayground(seed: Seed, url: string): Seed {
  const owner = seed.accounts[0]?.email;
  if (owner === undefined) return seed;
  return { ...seed, apps: [...seed.apps, playgroundApp(playgroundClient, owner, url)] };
}
