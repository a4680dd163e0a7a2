import { configure, OAuthApi } from "@countersign/sdk";

// Leave this out to call the live service.
configure((config) => {
  config.baseUrl = process.env.OAUTH_URL;
});

/** The two documented operations, as they are. */
export async function quickStart(code: string, state: string) {
  const token = await new OAuthApi().oauthTokenGenerate({
    clientId: "cc91c61d00f8bb2ece1428035716b",
    clientSecret: "1d14434088507ffa390e6f5528465",
    code,
    state,
  });
  return new OAuthApi().oauthTokenRefresh({ refreshToken: token.refreshToken ?? "" });
}
