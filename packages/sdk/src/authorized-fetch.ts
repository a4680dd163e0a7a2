/** `fetch` in a user's name: the token at the origins it is for, redirects and a second try with a fresh token. */
import type { Configuration, FetchInit } from "./configuration.js";
import { InvalidArgumentError } from "./errors.js";

/** A function with the shape of `fetch` that calls the API in a user's name. */
export type AuthorizedFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Options of `TokenKeeper.fetch`. */
export interface AuthorizedFetchOptions {
  /** Origins that get the token. @default the origin of the API host */
  origins?: readonly string[] | undefined;
}

type GetToken = (options: { signal: AbortSignal; rejected?: string }) => Promise<string>;

/** A request on its way through redirects: what the next hop is sent. */
interface Hop {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: ArrayBuffer | undefined;
  /** False once a redirect has left the origins of the token: no other server decides what is asked in the user's name. */
  readonly getsToken: boolean;
}

/**
 * A fetch that adds the Bearer header, and otherwise does what `fetch` does with the same arguments: every option is passed
 * on, and redirects are followed, refused or handed back as the Fetch standard says (HTTP-redirect fetch). The token
 * stays behind when a redirect leaves the listed origins; cookies and proxy credentials when it leaves the origin.
 * A body is read into memory, so that it can be sent again.
 * @throws {InvalidArgumentError} before anything is sent to an origin that is not listed.
 */
export function authorizedFetch(
  getToken: GetToken,
  config: Configuration,
  options: AuthorizedFetchOptions = {},
): AuthorizedFetch {
  return async (input, init) => {
    const origins = (options.origins ?? [config.apiUrl("")]).map(originOf);
    const request = new Request(input, init);
    if (!origins.includes(originOf(request.url))) {
      throw new InvalidArgumentError("url", "is of an origin that must not get the token");
    }
    const { signal } = request;
    const others = { ...settingsOf(input), ...othersOf(init) };
    let token = await getToken({ signal });
    let mayRenew = true;
    const send = async (hop: Hop): Promise<Response> => {
      const response = await sendHop(config, hop, token, others, signal);
      if (response.status !== 401 || !hop.getsToken || !mayRenew) return response;
      mayRenew = false;
      const fresh = await getToken({ signal, rejected: token });
      if (fresh === token) return response;
      token = fresh;
      await discard(response);
      return sendHop(config, hop, token, others, signal);
    };
    return follow(await firstHop(request), request.redirect, origins, send);
  };
}

/** The last response of a chain of redirects. Only the hop that was refused is sent again: those before it have acted. */
async function follow(
  first: Hop,
  mode: Request["redirect"],
  origins: readonly string[],
  send: (hop: Hop) => Promise<Response>,
): Promise<Response> {
  let hop = first;
  for (let redirects = 0; ; redirects++) {
    const response = await send(hop);
    const location = response.headers.get("location");
    const isRedirect = redirectStatuses.has(response.status);
    if (mode === "error" && isRedirect) {
      await discard(response);
      throw new TypeError(`${hop.url} redirects, which the request's redirect mode forbids`);
    }
    if (mode === "manual" || !isRedirect || location === null) {
      return redirects === 0 ? response : Object.defineProperty(response, "redirected", { value: true });
    }
    await discard(response);
    if (redirects === maxRedirects)
      throw new TypeError(`${first.url} redirects more than ${maxRedirects} times`);
    hop = nextHop(hop, response.status, location, origins);
  }
}

/** As many as the Fetch standard allows. */
const maxRedirects = 20;
const redirectStatuses = new Set([301, 302, 303, 307, 308]);
const leftBehind = ["cookie", "proxy-authorization", "host"];
const aboutTheBody = [
  "content-encoding",
  "content-language",
  "content-location",
  "content-type",
  "content-length",
];

async function firstHop(request: Request): Promise<Hop> {
  const headers = Object.fromEntries(request.headers);
  // The caller's own header would win on its way to a foreign origin: there is to be none.
  delete headers.authorization;
  const body = request.body === null ? undefined : await request.arrayBuffer();
  return { url: request.url, method: request.method, headers, body, getsToken: true };
}

function nextHop(hop: Hop, status: number, location: string, origins: readonly string[]): Hop {
  const url = targetOf(hop.url, location);
  const leaves = url.origin !== originOf(hop.url);
  const becomesGet =
    status === 303 ? !/^(GET|HEAD)$/.test(hop.method) : status < 303 && hop.method === "POST";
  const dropped = [...(leaves ? leftBehind : []), ...(becomesGet ? aboutTheBody : [])];
  return {
    url: url.href,
    method: becomesGet ? "GET" : hop.method,
    headers: Object.fromEntries(Object.entries(hop.headers).filter(([name]) => !dropped.includes(name))),
    body: becomesGet ? undefined : hop.body,
    getsToken: hop.getsToken && origins.includes(url.origin),
  };
}

/** Where a redirect leads. @throws {TypeError} as `fetch` does, where it must not be followed. */
function targetOf(from: string, location: string): URL {
  // Headers are read as Latin-1; an address in one is UTF-8.
  const bytes = /^[\x00-\xff]*$/.test(location) && Uint8Array.from(location, (char) => char.charCodeAt(0));
  const text = bytes ? new TextDecoder().decode(bytes) : location;
  const url = URL.canParse(text, from) ? new URL(text, from) : undefined;
  if (!/^https?:$/.test(url?.protocol ?? ""))
    throw new TypeError(`${from} redirects to what is no HTTP address`);
  const { origin, username, password, hash } = url as URL;
  if (origin !== originOf(from) && username + password !== "") {
    throw new TypeError(`${from} redirects to another origin with credentials in the address`);
  }
  if (hash === "") (url as URL).hash = new URL(from).hash;
  return url as URL;
}

async function sendHop(
  config: Configuration,
  { url, method, headers, body, getsToken }: Hop,
  token: string,
  others: object,
  signal: AbortSignal,
): Promise<Response> {
  const init: FetchInit = {
    ...others,
    method,
    headers: getsToken ? { ...headers, authorization: `Bearer ${token}` } : headers,
    signal,
    redirect: "manual",
    ...(body === undefined ? {} : { body }),
  };
  // Whatever the configured fetch gives is what the caller gets.
  return (await config.fetch(url, init)) as Response;
}

/** What the caller's init holds beside what each hop has of its own: a dispatcher, caching, settings of a framework. */
function othersOf(init: RequestInit = {}): object {
  const { method, headers, body, signal, redirect, ...others } = init;
  return { ...others, duplex: undefined };
}

const settings = [
  "cache",
  "credentials",
  "integrity",
  "keepalive",
  "mode",
  "referrer",
  "referrerPolicy",
  "cf",
];

/** What a Request says about how it is sent, as far as that is not what any Request says. */
function settingsOf(input: string | URL | Request): object {
  if (!(input instanceof Request)) return {};
  const given = input as unknown as Record<string, unknown>;
  const usual = new Request(input.url) as unknown as Record<string, unknown>;
  return Object.fromEntries(
    settings.filter((name) => given[name] !== usual[name]).map((name) => [name, given[name]]),
  );
}

function originOf(url: string): string {
  return new URL(url).origin;
}

/** Frees the connection of a body that nobody will read. */
async function discard(response: Response): Promise<void> {
  const body = response.body as { cancel?(): Promise<void>; destroy?(): void } | null;
  if (body?.cancel !== undefined) await body.cancel();
  else body?.destroy?.();
}
