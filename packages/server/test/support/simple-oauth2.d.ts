/** What the tests use of simple-oauth2, which has no types of its own. */
declare module "simple-oauth2" {
  export interface AccessToken {
    readonly token: Record<string, unknown>;
    expired(): boolean;
    refresh(): Promise<AccessToken>;
    revokeAll(): Promise<void>;
  }
  export class AuthorizationCode {
    constructor(configuration: object);
    authorizeURL(parameters: { redirect_uri: string; state: string; scope?: string[] }): string;
    getToken(parameters: { code: string; redirect_uri: string }): Promise<AccessToken>;
  }
}
