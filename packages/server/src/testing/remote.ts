/** The interface of a test, spoken over the control API. */

import { toCamelCase, toSnakeCase } from "../emulator/control/case.js";
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
import { documentsOver, type EmulatorDocuments } from "./documents.js";
import type { ControlRequest, RemoteCall, Transport } from "./transport.js";
import type {
  AppChange,
  Authorized,
  AuthorizeOptions,
  ClientDetails,
  Duration,
  EmulatorClock,
  EmulatorFaults,
  EmulatorOutbox,
  RequestFilter,
  SdkOptions,
  SignEmulator,
  TokenOfLogin,
  TokenTarget,
} from "./types.js";

/** The emulator refused to do what a test asked for. */
export class EmulatorFault extends Error {
  override readonly name = "EmulatorFault";
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

export interface RemoteFacts {
  readonly url: string;
  readonly client: ClientDetails;
  readonly account: string;
  readonly now: EmulatorNow;
  readonly close: () => Promise<void>;
}

/** The emulator's time without asking it; what it says of its clock is heard here. */
export interface EmulatorNow {
  readonly now: () => number;
  hear(view: ClockView): void;
}

/** Time for an emulator elsewhere: this machine's, as far ahead as its clock last was, or standing still as that did. */
export function heardTime(system: () => number, first: ClockView): EmulatorNow {
  let last = first;
  return {
    now: () => (last.frozen ? Date.parse(last.now) : system() + last.offset),
    hear: (view) => {
      last = view;
    },
  };
}

export class RemoteEmulator implements SignEmulator {
  readonly url: string;
  readonly client: ClientDetails;
  readonly account: string;
  readonly clock: EmulatorClock;
  readonly faults: EmulatorFaults;
  readonly outbox: EmulatorOutbox;
  readonly documents: EmulatorDocuments;
  readonly #call: RemoteCall;
  readonly sdk: SdkOptions;
  readonly #now: EmulatorNow;
  readonly #close: () => Promise<void>;

  constructor(transport: Transport, { url, client, account, now, close }: RemoteFacts) {
    this.url = url;
    this.client = client;
    this.account = account;
    this.#call = caller(transport);
    this.#close = close;
    this.#now = now;
    const { clientId, clientSecret, callbackUrl } = client;
    this.sdk = { clientId, clientSecret, redirectUri: callbackUrl, config: { baseUrl: url }, now: now.now };
    this.clock = clockOver(this.#call, now);
    this.faults = faultsOver(this.#call);
    this.outbox = outboxOver(this.#call);
    this.documents = documentsOver(this.#call, account);
  }

  authorize(options: AuthorizeOptions = {}): Promise<Authorized> {
    return this.#call("POST", "/authorize", { ...this.#pair, ...options });
  }

  async login(options: AuthorizeOptions = {}): Promise<TokenOfLogin> {
    const { clientId, clientSecret, callbackUrl: redirectUri } = this.client;
    const { code = "", state } = await this.authorize(options);
    const fields = {
      grant_type: "authorization_code",
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uri: redirectUri,
    };
    const body = new URLSearchParams({ ...fields, code, ...(state === undefined ? {} : { state }) });
    const response = await fetch(`${this.url}/oauth/token`, { method: "POST", body });
    const answer = await response.text();
    if (response.status !== 200)
      throw new EmulatorFault(`The code was not exchanged: ${answer}`, response.status);
    return toCamelCase(parse(answer)) as TokenOfLogin;
  }

  async requests(filter: RequestFilter = {}): Promise<readonly RequestView[]> {
    const path = `/requests${queryOf(filter)}`;
    return (await this.#call<{ requests: RequestView[] }>("GET", path)).requests;
  }

  waitForRequest(
    filter: RequestFilter = {},
    { timeout = "5s" }: { timeout?: Duration } = {},
  ): Promise<RequestView> {
    const wait = typeof timeout === "number" ? `${timeout}ms` : timeout;
    return this.#call("GET", `/requests/wait${queryOf({ ...filter, timeout: wait })}`);
  }

  async expireTokens(target: TokenTarget = {}): Promise<void> {
    await this.#call("POST", "/tokens/expire", this.#tokenTarget(target));
  }

  async revokeTokens(target: TokenTarget = {}): Promise<void> {
    await this.#call("POST", "/tokens/revoke", this.#tokenTarget(target));
  }

  async revokeGrant(target: { account?: string; clientId?: string } = {}): Promise<boolean> {
    const body = { ...this.#pair, ...target };
    return (await this.#call<{ revoked: boolean }>("POST", "/grants/revoke", body)).revoked;
  }

  changeApp(
    change: AppChange,
    clientId = this.client.clientId,
  ): Promise<{ app: AppView; grantsRevoked: number }> {
    return this.#call("PATCH", `/apps/${encodeURIComponent(clientId)}`, change);
  }

  lockAccount(account: string, locked = true): Promise<AccountView> {
    return this.#call("PATCH", `/accounts/${encodeURIComponent(account)}`, { locked });
  }

  async confirmAccount(account: string, password?: string): Promise<boolean> {
    const path = `/accounts/${encodeURIComponent(account)}/confirm`;
    return (await this.#call<{ confirmed: boolean }>("POST", path, { password })).confirmed;
  }

  state(): Promise<StateView> {
    return this.#call("GET", "/state");
  }

  async snapshot(): Promise<string> {
    return (await this.#call<{ snapshot: string }>("POST", "/snapshot")).snapshot;
  }

  async restore(snapshot: string): Promise<void> {
    await this.#call("POST", "/restore", { snapshot });
    this.#now.hear(await this.#call("GET", "/clock"));
  }

  async reset(): Promise<void> {
    await this.#call("POST", "/reset");
    this.#now.hear(await this.#call("GET", "/clock"));
  }

  close(): Promise<void> {
    return this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #pair() {
    return { account: this.account, clientId: this.client.clientId };
  }

  #tokenTarget(target: TokenTarget): object {
    const named = "accessToken" in target || "refreshToken" in target || "family" in target;
    return named ? target : { ...this.#pair, ...target };
  }
}

/** Every call speaks camelCase here and snake_case on the wire. */
export function caller(transport: Transport): RemoteCall {
  return async <T>(method: ControlRequest["method"], path: string, body?: unknown): Promise<T> => {
    const sent = body === undefined ? {} : { body: toSnakeCase(body) };
    const { status, text } = await transport({ method, path: `/_emulator${path}`, ...sent });
    const answer = parse(text);
    if (status === 200) return toCamelCase(answer) as T;
    const message = (answer as { error?: { error_msg?: string } } | undefined)?.error?.error_msg;
    throw new EmulatorFault(message ?? `The emulator answered ${status}`, status);
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function clockOver(call: RemoteCall, now: EmulatorNow): EmulatorClock {
  const move = async (body: object) => {
    const view = await call<ClockView>("POST", "/clock", body);
    now.hear(view);
    return view;
  };
  const timeOf = (time: Date | string | number) => (time instanceof Date ? time.getTime() : time);
  return {
    now: async () => new Date((await call<ClockView>("GET", "/clock")).now),
    advance: (duration) => move({ advance: duration }),
    set: (time) => move({ set: timeOf(time) }),
    freeze: (at) => move({ freeze: at === undefined ? true : timeOf(at) }),
    unfreeze: () => move({ unfreeze: true }),
    reset: () => move({ reset: true }),
  };
}

function faultsOver(call: RemoteCall): EmulatorFaults {
  return {
    next: (order) => call("POST", "/faults", order),
    list: async () => (await call<{ faults: FaultView[] }>("GET", "/faults")).faults,
    remove: async (id) => {
      await call("DELETE", `/faults/${encodeURIComponent(id)}`);
    },
    clear: async () => {
      await call("DELETE", "/faults");
    },
  };
}

function outboxOver(call: RemoteCall): EmulatorOutbox {
  return {
    emails: async (filter = {}) =>
      (await call<{ emails: EmailView[] }>("GET", `/outbox/emails${queryOf(filter)}`)).emails,
    events: async (filter = {}) =>
      (await call<{ events: EventView[] }>("GET", `/outbox/events${queryOf(filter)}`)).events,
  };
}

function queryOf(filter: object): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(toSnakeCase(filter) as object))
    if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? "" : `?${query}`;
}
