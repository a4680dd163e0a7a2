/** The hosts that an emulator answers for, and the same address at the emulator. */

import { liveHosts } from "../emulator/live-hosts.js";

export function isLiveHost(hostname: string | null | undefined): boolean {
  return liveHosts.has((hostname ?? "").toLowerCase());
}

/** Returns the emulator's origin in parts. */
export function originOf(emulator: string | { readonly url: string }): URL {
  return new URL(typeof emulator === "string" ? emulator : emulator.url);
}
