/** What an emulator is started with. */

import type { Log } from "../log.js";
import type { Profile } from "../oauth/profile/profile.js";
import type { Seed } from "./seed/seed.js";
import type { EmulatedClock } from "./time/clock.js";

export interface EmulatorOptions {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly host: string;
  /** The address others reach it by, without a trailing slash; what it listens on, if undefined. */
  readonly publicUrl?: string | undefined;
  /** The folder data is kept in; undefined keeps nothing. */
  readonly data: string | undefined;
  /** Whether what the folder holds is dropped first. */
  readonly fresh?: boolean | undefined;
  /** Accounts and apps; the demo, if undefined. */
  readonly seed?: Seed | undefined;
  /** Callback URLs of the first app, instead of those it has. */
  readonly callbacks?: readonly string[];
  readonly profile?: Profile["name"] | undefined;
  readonly log: Log;
  /** Another listener with a certificate of its own authority. */
  readonly https?: { readonly port: number } | undefined;
  /** More host names under which the control API may be reached. */
  readonly controlHosts?: readonly string[];
  /** Whether `/v3/oauth/token` is 404 under every name, as at the live API host. */
  readonly liveApiHostTokenPath?: boolean | undefined;
  /** The time that passes by itself. */
  readonly now?: () => number;
  /** Where the clock is put at the start and at each reset. */
  readonly startClock?: (clock: EmulatedClock) => void;
  readonly randomBytes?: (count: number) => Buffer;
}
