/** The official SDK with the keeper's tokens. */
import type { AccessTokens } from "./access-tokens.js";

/** What is used of an API object of the official `@dropbox/sign` SDK. */
export interface DropboxSignApi {
  /** The address of the API, its prefix included. */
  basePath: string;
  /** Has a function see every request before it is sent. */
  addInterceptor(
    interceptor: (request: { url?: string | undefined; headers?: unknown }) => Promise<void> | void,
  ): void;
}

/**
 * The same API object of the official SDK, which from now on makes every call with a fresh token of this user:
 * `const api = withTokenKeeper(new AccountApi(), keeper, userId)`.
 * The token goes only to the origin that the object's `basePath` has at the time of this call.
 * A call rejects with what `accessToken` throws. After a 401 the official SDK does not try again.
 */
export function withTokenKeeper<Api extends DropboxSignApi>(
  api: Api,
  tokens: AccessTokens,
  userId: string,
): Api {
  const { origin } = new URL(api.basePath);
  api.addInterceptor(async (request) => {
    if (new URL(request.url ?? "", origin).origin !== origin) return;
    request.headers = {
      ...(request.headers as object),
      Authorization: `Bearer ${await tokens.accessToken(userId)}`,
    };
  });
  return api;
}
