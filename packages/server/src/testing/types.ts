/** What a test holds in its hands: one interface for an emulator in process and for one that runs elsewhere. */

import type {
  AccountView,
  AppView,
  ClockView,
  EmailView,
  EventView,
  FaultView,
  RequestView,
  StateView,
} from "../emulator/control/views.js";

import type { EmulatorDocuments } from "./documents.js";
import type { Duration } from "./duration.js";

export type { Duration } from "./duration.js";

export interface AuthorizeOptions {
  /** E-mail address or id. @default the first account of the seed */
  readonly account?: string | undefined;
  /** @default the first app of the seed */
  readonly clientId?: string | undefined;
  readonly state?: string | undefined;
  /** @default "allow" */
  readonly decision?: "allow" | "deny" | undefined;
  readonly redirectUri?: string | undefined;
  readonly responseType?: string | undefined;
  readonly scope?: string | undefined;
  readonly codeChallenge?: string | undefined;
  readonly codeChallengeMethod?: string | undefined;
  readonly prompt?: string | undefined;
  readonly maxAge?: string | undefined;
  readonly resource?: string | readonly string[] | undefined;
  /** What a pushed request was given for it (RFC 9126): it counts whole, and nothing beside it but `clientId`. */
  readonly requestUri?: string | undefined;
}

/** What arrives at the app's callback: a code, or an error. */
export interface Authorized {
  readonly callbackUrl: string;
  readonly code?: string;
  readonly state?: string;
  readonly error?: string;
  readonly errorDescription?: string;
}

/** The operation ids of the OpenAPI description, and names for what it leaves out. */
export type Operation =
  | "authorize"
  | "authorizeDecide"
  | "authorizeLogin"
  | "authorizeHeadless"
  | "oauthTokenGenerate"
  | "oauthTokenRefresh"
  | "accountGet"
  | "accountUpdate"
  | "accountCreate"
  | "accountVerify"
  | "accountConfirm"
  | "revoke"
  | "introspect"
  | (string & {});

export interface FaultTarget {
  readonly operation?: Operation | undefined;
  readonly clientId?: string | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  /** How often it strikes. @default 1 */
  readonly count?: number | "always" | undefined;
  /** How many matching requests pass first. @default 0 */
  readonly skip?: number | undefined;
  /** Real time to wait first: a client's own timeouts run on it. @default none */
  readonly delay?: Duration | undefined;
}

export type FaultOrder = FaultTarget &
  (
    | {
        /** Answered with a status; nothing takes effect. */
        readonly kind?: "error" | undefined;
        readonly status: number;
        readonly description?: string | undefined;
        /** Instead of the error shape that the caller expects. */
        readonly body?: unknown;
        readonly headers?: Readonly<Record<string, string>> | undefined;
      }
    /** 429 with the documented headers. */
    | {
        readonly kind: "rate_limit";
        readonly retryAfterSeconds?: number | undefined;
        /** @default that of the operation's tier */
        readonly limit?: number | undefined;
      }
    /** 402: the plan's quota is spent. */
    | { readonly kind: "quota" }
    /** `drop`: closed before anything takes effect. `lose_response`: after all of it did. */
    | { readonly kind: "drop" | "lose_response" | "malformed_json" }
    | { readonly kind?: "delay" | undefined; readonly delay: Duration }
  );

/** What happens to an event on its way to a callback, in place of its first attempt. */
export type EventFaultOrder = {
  /** One of the API's event types. @default any */
  readonly event?: string | undefined;
  /** The app whose callback it is for. @default any */
  readonly clientId?: string | undefined;
  /** How often it strikes. @default 1 */
  readonly count?: number | "always" | undefined;
  /** How many matching events pass first. @default 0 */
  readonly skip?: number | undefined;
} & (
  | { readonly kind: "event_lost" | "event_twice" }
  /** Posted after the next event for the same callback. */
  | { readonly kind: "event_out_of_order" }
  /** Posted after `delay` of emulated time. */
  | { readonly kind: "event_late"; readonly delay: Duration }
);

export interface RequestFilter {
  readonly operation?: Operation | undefined;
  readonly clientId?: string | undefined;
  readonly account?: string | undefined;
  readonly flow?: string | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly status?: number | undefined;
  readonly reason?: string | undefined;
  readonly direction?: "in" | "out" | undefined;
  /** Only requests with a higher `number`. */
  readonly after?: number | undefined;
}

/** One token family or several: by a token of it, or by account and app. */
export type TokenTarget =
  | { readonly accessToken: string }
  | { readonly refreshToken: string }
  | { readonly family: string }
  | { readonly account?: string | undefined; readonly clientId?: string | undefined };

export interface ClientDetails {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly callbackUrl: string;
}

export interface AppChange {
  readonly name?: string | undefined;
  readonly approved?: boolean | undefined;
  /** A change ends every authorization of the app. */
  readonly scopes?: readonly string[] | undefined;
  readonly callbackUrls?: readonly string[] | undefined;
  readonly eventCallbackUrl?: string | undefined;
  readonly requireClientCredentialsOnRefresh?: boolean | undefined;
  readonly refreshTokens?: "same" | "rotate" | undefined;
}

export interface EmulatorClock {
  now(): Promise<Date>;
  /** Resolves when all that falls due on the way, such as a retry of an event, has been done. */
  advance(duration: Duration): Promise<ClockView>;
  set(time: Date | string | number): Promise<ClockView>;
  /** @param at where to stand still; where it is, if left out */
  freeze(at?: Date | string | number): Promise<ClockView>;
  unfreeze(): Promise<ClockView>;
  /** Back to this machine's time. */
  reset(): Promise<ClockView>;
}

export interface EmulatorFaults {
  /** Orders a fault for the next matching request, or the next `count`. */
  next(order: FaultOrder | EventFaultOrder): Promise<FaultView>;
  list(): Promise<readonly FaultView[]>;
  remove(id: string): Promise<void>;
  clear(): Promise<void>;
}

export interface EmulatorOutbox {
  emails(filter?: { readonly to?: string | undefined }): Promise<readonly EmailView[]>;
  events(filter?: {
    readonly type?: string | undefined;
    readonly clientId?: string | undefined;
  }): Promise<readonly EventView[]>;
}

/** Options of the SDK's `TokenKeeper` and `AuthorizationFlow`, less those that are the test's own choice. */
export interface SdkOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly config: { readonly baseUrl: string };
  /** The emulator's clock: as it is for one in this process, as this object last heard of it for a remote one. */
  readonly now: () => number;
}

/** A token response, in the names of the SDK. */
export interface TokenOfLogin {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly tokenType: string;
  readonly expiresIn: number;
}

export interface SignEmulator extends AsyncDisposable {
  /** Without a trailing slash: the base URL for the code under test. */
  readonly url: string;
  /** The first app of the seed. For a remote emulator with a seed of its own, its secret must be known to the test. */
  readonly client: ClientDetails;
  /** The first account of the seed. */
  readonly account: string;
  /**
   * What `@countersign/sdk` needs to work against this emulator, its clock included:
   * `new TokenKeeper({ ...sign.sdk, store: new MemoryTokenStore() })`.
   */
  readonly sdk: SdkOptions;
  /** A token of a login that was allowed and exchanged, for `TokenKeeper.save`. */
  login(options?: AuthorizeOptions): Promise<TokenOfLogin>;
  /** Allows or denies access as the account's owner would, without a page, by the same rules. */
  authorize(options?: AuthorizeOptions): Promise<Authorized>;
  readonly clock: EmulatorClock;
  readonly faults: EmulatorFaults;
  readonly outbox: EmulatorOutbox;
  /** Signature requests and templates. */
  readonly documents: EmulatorDocuments;
  requests(filter?: RequestFilter): Promise<readonly RequestView[]>;
  /** Resolves to the first matching request, past or to come. Rejects after `timeout` of real time. @default "5s" */
  waitForRequest(
    filter?: RequestFilter,
    options?: { readonly timeout?: Duration | undefined },
  ): Promise<RequestView>;
  /** Ends the access tokens made so far; refresh tokens stay good. */
  expireTokens(target?: TokenTarget): Promise<void>;
  /** Ends access and refresh tokens. */
  revokeTokens(target?: TokenTarget): Promise<void>;
  /** Takes back an app's access, as the account's owner can. Resolves to whether there was any. */
  revokeGrant(target?: {
    readonly account?: string | undefined;
    readonly clientId?: string | undefined;
  }): Promise<boolean>;
  changeApp(
    change: AppChange,
    clientId?: string,
  ): Promise<{ readonly app: AppView; readonly grantsRevoked: number }>;
  lockAccount(account: string, locked?: boolean): Promise<AccountView>;
  /** Opens the link of the confirmation e-mail. Resolves after the first attempt at the event. */
  confirmAccount(account: string, password?: string): Promise<boolean>;
  state(): Promise<StateView>;
  snapshot(): Promise<string>;
  restore(snapshot: string): Promise<void>;
  /** Back to the seed: accounts, apps, clock; nothing else is left. */
  reset(): Promise<void>;
  /** Ends an emulator in process; a remote one goes on. */
  close(): Promise<void>;
}
