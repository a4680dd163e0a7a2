/** passport-oauth2, with state and PKCE. */

import OAuth2Strategy from "passport-oauth2";
import { type Client, unmodified } from "./client.js";

export const passportOauth2: Client = {
  name: "passport-oauth2",
  callbackUrl: "https://web.example.com/passport/callback",
  ways: { standard: unmodified, "dropbox-sign": unmodified },
  async drive(house) {
    const strategy = new OAuth2Strategy(
      {
        ...{ authorizationURL: house.authorizeUrl, tokenURL: house.tokenUrl, callbackURL: house.callbackUrl },
        ...{ clientID: house.clientId, clientSecret: house.clientSecret, state: true, pkce: true },
      },
      (accessToken, _refreshToken, _profile, done) => done(undefined, accessToken),
    );
    const session = {};
    /** What passport itself does with a strategy, for one request. */
    const handle = (query: object) =>
      new Promise<string>((resolve, reject) => {
        const one = Object.assign(Object.create(strategy), {
          ...{ redirect: resolve, success: resolve, error: reject },
          fail: (failed: unknown) => reject(new Error(JSON.stringify(failed))),
        });
        one.authenticate({ query, session }, {});
      });
    const callback = await house.consent(await handle({}));
    return { accessToken: await handle(Object.fromEntries(callback.searchParams)) };
  },
};
