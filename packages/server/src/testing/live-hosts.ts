/** The hosts that an emulator answers for, and the same address at the emulator. */

/** The hosts of the live service that OAuth and the account operations are called at. */
export const liveHosts: ReadonlySet<string> = new Set(["app.hellosign.com", "api.hellosign.com"]);

export function isLiveHost(hostname: string | null | undefined): boolean {
  return liveHosts.has((hostname ?? "").toLowerCase());
}

/** Returns the emulator's origin in parts. */
export function originOf(emulator: string | { readonly url: string }): URL {
  return new URL(typeof emulator === "string" ? emulator : emulator.url);
}
