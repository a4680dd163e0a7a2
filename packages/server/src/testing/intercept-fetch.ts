/** Answering for the live hosts under `fetch` and undici, without changing the code under test. */

import { liveHostHeader } from "../emulator/live-hosts.js";
import { isLiveHost, originOf } from "./live-hosts.js";

type EmulatorAddress = string | { readonly url: string };

/** Returns a `fetch` that goes to the emulator for the live hosts, and where it always went for others. */
export function emulatedFetch(
  emulator: EmulatorAddress,
  base: typeof fetch = globalThis.fetch,
): typeof fetch {
  const target = originOf(emulator);
  return (input, init) => {
    const given = input instanceof Request ? input.url : String(input);
    if (!URL.canParse(given) || !isLiveHost(new URL(given).hostname)) return base(input, init);
    const { pathname, search, hostname } = new URL(given);
    const url = `${target.origin}${pathname}${search}`;
    // The host's name goes with it: live, it decides.
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    headers.set(liveHostHeader, hostname);
    return base(input instanceof Request ? new Request(url, input) : url, { ...init, headers });
  };
}

/** As undici composes them; named here so that undici need not be installed. */
// biome-ignore lint/suspicious/noExplicitAny: the types of undici differ between its major lines
export type DispatchInterceptor = (dispatch: any) => (options: any, handler: any) => boolean;

/** Returns an interceptor for undici: `new Agent().compose(toEmulator(sign))`. */
export function toEmulator(emulator: EmulatorAddress): DispatchInterceptor {
  const target = originOf(emulator);
  return (dispatch) => (options, handler) => {
    const name = options.origin === undefined ? undefined : new URL(String(options.origin)).hostname;
    if (!isLiveHost(name)) return dispatch(options, handler);
    const headers = withHost(options.headers, name as string);
    return dispatch({ ...options, origin: target.origin, headers }, handler);
  };
}

type HeaderValue = string | string[] | undefined;

/** Headers as undici takes them (a flat list, pairs or an object), with the host's name: live, it decides. */
function withHost(headers: unknown, host: string): string[] {
  const isFlat = Array.isArray(headers) && !headers.some(Array.isArray);
  const pairs: [string, HeaderValue][] = isFlat
    ? headers.flatMap((name, index) => (index % 2 === 0 ? [[String(name), headers[index + 1]]] : []))
    : Symbol.iterator in Object(headers)
      ? [...(headers as Iterable<[string, HeaderValue]>)]
      : Object.entries((headers ?? {}) as Record<string, HeaderValue>);
  const kept = pairs.filter(([name, value]) => name.toLowerCase() !== "host" && value !== undefined);
  return [
    ...kept.flatMap(([name, value]) => [value].flat().flatMap((one) => [name, String(one)])),
    "host",
    host,
  ];
}

/**
 * Makes the global dispatcher answer for the live hosts: of Node's own `fetch` and of undici's. Needs the package
 * undici. Returns what puts the one before back.
 */
export async function interceptUndici(emulator: EmulatorAddress): Promise<() => void> {
  const { Agent, getGlobalDispatcher, setGlobalDispatcher } = await import("undici");
  const before = getGlobalDispatcher();
  setGlobalDispatcher(new Agent().compose(toEmulator(emulator)));
  return () => setGlobalDispatcher(before);
}
