/** What the tests use of passport-oauth2, which has no types of its own. */
declare module "passport-oauth2" {
  type Done = (error: unknown, user?: unknown) => void;
  export default class OAuth2Strategy {
    constructor(
      options: {
        authorizationURL: string;
        tokenURL: string;
        clientID: string;
        clientSecret: string;
        callbackURL: string;
        state: boolean;
        pkce: boolean;
      },
      verify: (accessToken: string, refreshToken: string, profile: unknown, done: Done) => void,
    );
  }
}
