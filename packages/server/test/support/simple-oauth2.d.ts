/** What the tests use of simple-oauth2, which has no types of its own. */
declare module "simple-oauth2" {
  export interface AccessToken {
    readonly token: Record<string, unknown>;
    refresh(): Promise<AccessToken>;
  }
  export class AuthorizationCode {
    constructor(configuration: object);
    authorizeURL(parameters: { redirect_uri: string; state: string }): string;
    getToken(parameters: { code: string; redirect_uri: string }): Promise<AccessToken>;
  }
}
