/** Starting an emulator for a test, or connecting to one that runs. */

import type { ClockView, StateView } from "../emulator/control/views.js";
import { createEmulator, type EmulatorFacts } from "../emulator/emulator.js";
import { demoClient } from "../emulator/seed/demo.js";
import { readSeed } from "../emulator/seed/seed.js";
import { parseTime } from "../emulator/time/duration.js";
import { silentLog } from "../log.js";
import type { Profile } from "../oauth/profile/profile.js";
import { caller, heardTime, RemoteEmulator } from "./remote.js";
import { overHttp } from "./transport.js";
import type { ClientDetails, SignEmulator } from "./types.js";

/** The keys of a seed file, as an object. */
export interface SeedObject {
  readonly profile?: Profile["name"] | undefined;
  readonly accounts: readonly {
    readonly email: string;
    readonly password?: string | undefined;
    /** 64 hex digits each; the first is primary. */
    readonly api_keys?: readonly string[] | undefined;
  }[];
  readonly templates?: readonly {
    /** 40 hex digits. @default the same at every start */
    readonly id?: string | undefined;
    readonly owner: string;
    readonly title: string;
    readonly message?: string | undefined;
    readonly signer_roles: readonly string[];
    readonly ordered?: boolean | undefined;
    readonly cc_roles?: readonly string[] | undefined;
    readonly custom_fields?: readonly string[] | undefined;
    readonly documents?: readonly string[] | undefined;
  }[];
  readonly signature_requests?: readonly {
    /** 40 hex digits. @default the same at every start */
    readonly id?: string | undefined;
    readonly sender: string;
    readonly client_id?: string | undefined;
    readonly title: string;
    readonly message?: string | undefined;
    readonly signers: readonly {
      readonly email: string;
      readonly name: string;
      readonly signed?: boolean | undefined;
    }[];
    readonly ordered?: boolean | undefined;
    readonly embedded?: boolean | undefined;
    readonly test_mode?: boolean | undefined;
    readonly allow_decline?: boolean | undefined;
    readonly allow_reassign?: boolean | undefined;
    readonly documents?: readonly string[] | undefined;
  }[];
  readonly unclaimed_drafts?: readonly {
    /** 40 hex digits: what its request will be called. @default the same at every start */
    readonly id?: string | undefined;
    readonly requester: string;
    /** @default "request_signature" */
    readonly type?: "request_signature" | "send_document" | undefined;
    readonly client_id?: string | undefined;
    readonly title: string;
    readonly message?: string | undefined;
    readonly embedded?: boolean | undefined;
    readonly test_mode?: boolean | undefined;
    readonly documents?: readonly string[] | undefined;
    /** None leaves one to whoever claims it. */
    readonly signers?: readonly { readonly email: string; readonly name: string }[] | undefined;
  }[];
  readonly apps: readonly {
    readonly name: string;
    readonly owner: string;
    readonly client_id: string;
    readonly client_secret?: string | undefined;
    readonly oauth: {
      readonly callback_url?: string | undefined;
      readonly callback_urls?: readonly string[] | undefined;
      readonly scopes: readonly string[];
    };
    readonly approved?: boolean | undefined;
    readonly require_client_credentials_on_refresh?: boolean | undefined;
    readonly public?: boolean | undefined;
    readonly refresh_tokens?: "same" | "rotate" | undefined;
    readonly access_tokens?: "opaque" | "jwt" | undefined;
    /** What signs its JWTs. @default "ES256" */
    readonly jwt_algorithm?: "ES256" | "RS256" | undefined;
    /** Whether a code without a PKCE challenge is refused. @default false */
    readonly require_pkce?: boolean | undefined;
    /** Whether an authorization request that was not pushed is refused (RFC 9126 §6). @default false */
    readonly require_pushed_authorization_requests?: boolean | undefined;
    /** Whether a token request without a DPoP proof is refused (RFC 9449 §5.2). @default false */
    readonly dpop_bound_access_tokens?: boolean | undefined;
    /** What it may use beside codes and refresh tokens. @default none */
    readonly grant_types?: readonly ("client_credentials" | "device_code")[] | undefined;
    readonly resources?: readonly string[] | undefined;
    readonly event_callback_url?: string | undefined;
    /** Public keys for private_key_jwt, instead of a client_secret. */
    readonly jwks?: { readonly keys: readonly Readonly<Record<string, unknown>>[] };
  }[];
}

export interface StartOptions {
  /** @default the demo: one app, the accounts jill@example.com and jack@example.com */
  readonly seed?: SeedObject | undefined;
  /** @default "dropbox-sign" */
  readonly profile?: Profile["name"] | undefined;
  /** Where the clock stands still from the start. @default it runs, at this machine's time */
  readonly clock?: Date | string | number | undefined;
  /** @default 0, any free port */
  readonly port?: number | undefined;
  /**
   * Whether `/v3/oauth/token` answers 404 whatever host a request names. Under the name `api.hellosign.com` it always
   * does, as live. @default false
   */
  readonly liveApiHostTokenPath?: boolean | undefined;
}

/** Returns an emulator in this process, in memory, on a port of its own. Any number may run at once. @throws {SeedFault} */
export async function startEmulator(options: StartOptions = {}): Promise<SignEmulator> {
  // The profile says what an app of the seed may have.
  const { profile = options.seed?.profile } = options;
  const seed = options.seed && readSeed({ ...options.seed, profile });
  const frozenAt = options.clock === undefined ? undefined : timeOf(options.clock);
  const emulator = await createEmulator({
    port: options.port ?? 0,
    host: "127.0.0.1",
    data: undefined,
    seed,
    profile: options.profile,
    log: silentLog,
    liveApiHostTokenPath: options.liveApiHostTokenPath,
    ...(frozenAt !== undefined && { startClock: (clock) => clock.freezeAt(frozenAt) }),
  });
  const { url } = emulator;
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= emulator.close();
    return closed;
  };
  const account = emulator.facts.accounts[0]?.email ?? "";
  const client = clientOf(emulator.facts);
  const now = { now: emulator.app.context.now, hear: () => {} };
  return new RemoteEmulator(overHttp(url), { url, client, account, now, close });
}

function timeOf(time: Date | string | number): number {
  const milliseconds = parseTime(time instanceof Date ? time.getTime() : time);
  if (milliseconds !== undefined) return milliseconds;
  throw new TypeError(
    "clock must be a Date, an ISO 8601 time or milliseconds since the epoch, from 1970 to 9999",
  );
}

function clientOf({ apps }: EmulatorFacts): ClientDetails {
  const [app] = apps;
  return {
    clientId: app?.clientId ?? "",
    clientSecret: app?.clientSecret ?? "",
    callbackUrl: app?.callbackUrls[0] ?? "",
  };
}

export interface ConnectOptions {
  /** The app that `client` is; its secret is not told by the emulator. @default the first app, with the demo's secret */
  readonly client?: { readonly clientId: string; readonly clientSecret: string };
}

/** Returns the same interface for a running `countersign dev`. @throws {Error} when none answers at the URL. */
export async function connectEmulator(url: string, options: ConnectOptions = {}): Promise<SignEmulator> {
  const base = url.replace(/\/+$/, "");
  const transport = overHttp(base);
  const state = await caller(transport)<StateView>("GET", "/state");
  const wanted = options.client?.clientId;
  const app = state.apps.find(({ clientId }) => wanted === undefined || clientId === wanted);
  if (app === undefined) throw new Error(`The emulator at ${base} has no app ${wanted ?? "at all"}`);
  const known = app.clientId === demoClient.clientId ? demoClient.clientSecret : "";
  const client = {
    clientId: app.clientId,
    clientSecret: options.client?.clientSecret ?? known,
    callbackUrl: app.callbackUrls[0] ?? "",
  };
  const account = state.accounts[0]?.email ?? "";
  const now = heardTime(Date.now, await caller(transport)<ClockView>("GET", "/clock"));
  return new RemoteEmulator(transport, { url: base, client, account, now, close: async () => {} });
}
