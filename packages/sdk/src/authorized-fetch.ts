import type { Configuration } from "./configuration.js";
import { InvalidArgumentError } from "./errors.js";

/** A function with the shape of `fetch` that calls the API in a user's name. */
export type AuthorizedFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Options of `TokenKeeper.fetch`. */
export interface AuthorizedFetchOptions {
  /** Origins that get the token. @default the origin of the API host */
  origins?: readonly string[] | undefined;
}

type GetToken = (options: { signal: AbortSignal; rejected?: string }) => Promise<string>;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * A fetch that adds the Bearer header. A call to an origin that is not listed is refused by InvalidArgumentError before
 * anything is sent; a redirect of a GET is followed, without the token when it leaves the listed origins.
 * A body is read into memory, so that it can be sent again after a 401.
 */
export function authorizedFetch(
  getToken: GetToken,
  config: Configuration,
  options: AuthorizedFetchOptions = {},
): AuthorizedFetch {
  return async (input, init) => {
    const origins = (options.origins ?? [config.apiUrl("")]).map((url) => new URL(url).origin);
    const request = new Request(input, init);
    if (!origins.includes(new URL(request.url).origin)) {
      throw new InvalidArgumentError("url", "is of an origin that must not get the token");
    }
    const body = request.body === null ? undefined : await request.arrayBuffer();
    const sendWith = (token: string) => sendFollowing(config, request, body, token, origins);
    const { signal } = request;
    const token = await getToken({ signal });
    const response = await sendWith(token);
    if (response.status !== 401) return response;
    const fresh = await getToken({ signal, rejected: token });
    if (fresh === token) return response;
    await response.body?.cancel();
    return sendWith(fresh);
  };
}

async function sendFollowing(
  config: Configuration,
  request: Request,
  body: ArrayBuffer | undefined,
  token: string,
  origins: readonly string[],
): Promise<Response> {
  let url = request.url;
  for (let hops = 0; ; hops++) {
    const headers = Object.fromEntries(request.headers);
    // The caller's own header would win on its way to a foreign origin: there is to be none.
    delete headers.authorization;
    if (origins.includes(new URL(url).origin)) headers.authorization = `Bearer ${token}`;
    const { method, signal } = request;
    const init = { method, headers, signal, redirect: "manual" as const };
    const response = await config.fetch(url, body === undefined ? init : { ...init, body });
    const location = response.headers.get("location");
    const follow = REDIRECTS.has(response.status) && location !== null && /^(GET|HEAD)$/.test(method);
    if (!follow || request.redirect !== "follow" || hops >= 5) return response;
    await response.body?.cancel();
    url = new URL(location, url).href;
  }
}
