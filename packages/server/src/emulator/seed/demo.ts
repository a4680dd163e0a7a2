/** The built-in demo: the documented example app, with the playground as its callback, and two people. */

import type { Seed } from "./seed.js";

/** The credentials of the API documentation's own example. */
export const demoClient = {
  name: "Demo app",
  clientId: "cc91c61d00f8bb2ece1428035716b",
  clientSecret: "1d14434088507ffa390e6f5528465",
};

export const demoLogins = [
  { email: "jill@example.com", password: "correct horse battery" },
  { email: "jack@example.com", password: "purple monkey dishwasher" },
];

export const demoApiKey = "5d1fe7a1c4b2a9036d8e5f70c1b2a3948576869788a9bacbdcedfe0f1a2b3c4d";

/** @param callbacks of the demo app, the playground's if there are none. @param baseUrl where the playground is. */
export function demoSeed(baseUrl: string, callbacks: readonly string[] = []): Seed {
  const [jill, jack] = demoLogins as [(typeof demoLogins)[0], (typeof demoLogins)[0]];
  return {
    profile: undefined,
    accounts: [
      { ...jill, apiKeys: [demoApiKey] },
      { ...jack, apiKeys: [] },
    ],
    apps:
      callbacks.length === 0
        ? [playgroundApp(demoClient, jill.email, baseUrl)]
        : [
            { ...playgroundApp(demoClient, jill.email, baseUrl), callbackUrls: callbacks },
            playgroundApp(playgroundClient, jill.email, baseUrl),
          ],
  };
}

export const playgroundCallbackPath = "/playground/callback";

export type PlaygroundClient = typeof demoClient;

/** The playground's own app, added beside a seed file's apps, so that the page works with any seed. */
export const playgroundClient = {
  name: "Countersign playground",
  clientId: "countersign-playground",
  clientSecret: "playground-secret-that-protects-nothing",
};

export function playgroundApp(
  client: { name: string; clientId: string; clientSecret: string },
  owner: string,
  baseUrl: string,
): Seed["apps"][number] {
  return {
    ...client,
    owner,
    callbackUrls: [`${baseUrl}${playgroundCallbackPath}`],
    scopes: ["basic_account_info", "request_signature"],
    approved: true,
    requireClientCredentialsOnRefresh: false,
    public: false,
    refreshTokens: "same",
    accessTokens: "opaque",
    resources: [],
    eventCallbackUrl: undefined,
    jwks: undefined,
  };
}
