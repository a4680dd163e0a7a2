/** Answering for the live hosts under `fetch` and undici, without changing the code under test. */

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
    const { pathname, search } = new URL(given);
    const url = `${target.origin}${pathname}${search}`;
    return input instanceof Request ? base(new Request(url, input), init) : base(url, init);
  };
}

/** As undici composes them; named here so that undici need not be installed. */
// biome-ignore lint/suspicious/noExplicitAny: the types of undici differ between its major lines
export type DispatchInterceptor = (dispatch: any) => (options: any, handler: any) => boolean;

/** Returns an interceptor for undici: `new Agent().compose(toEmulator(sign))`. */
export function toEmulator(emulator: EmulatorAddress): DispatchInterceptor {
  const target = originOf(emulator);
  return (dispatch) => (options, handler) => {
    const live = options.origin !== undefined && isLiveHost(new URL(String(options.origin)).hostname);
    return dispatch(live ? { ...options, origin: target.origin } : options, handler);
  };
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
