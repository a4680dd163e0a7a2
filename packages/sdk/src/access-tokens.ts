/** The port of everything that calls the API in a user's name: a valid token on demand. */

/** Options of `AccessTokens.accessToken`. */
export interface AccessTokenOptions {
  /** Stops this caller's wait; a refresh that others share goes on. */
  signal?: AbortSignal | undefined;
  /** A token that an API has just refused with 401: another one is wanted. */
  rejected?: string | undefined;
}

/** Gives each user's token. A `TokenKeeper` is one; so is any object of yours with this one function. */
export interface AccessTokens {
  /** A valid access token of this user. With `rejected`, another one where there is one. */
  accessToken(userId: string, options?: AccessTokenOptions): Promise<string>;
}
