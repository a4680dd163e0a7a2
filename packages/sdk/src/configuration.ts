/** Where requests go and how: one shared configuration, and those of objects that were given their own. */
import { InvalidArgumentError } from "./errors.js";
import { isInstance, shared } from "./shared.js";

/** What a request is sent with. */
export interface FetchInit {
  method: string;
  headers: Record<string, string>;
  body?: string | ArrayBuffer;
  redirect: "manual";
  signal: AbortSignal;
}

/** What is used of a response. Its body may be a web stream, a stream of Node, or readable as text only. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: {
    /** The value of a header. */
    get(name: string): string | null;
    /** Every header. */
    forEach(callback: (value: string, name: string) => void): void;
  };
  readonly body: unknown;
  /** The whole body. */
  text(): Promise<string>;
}

/**
 * What sends a request: the global `fetch`, that of `undici` or `node-fetch`, or a function around one of them. What
 * `TokenKeeper.fetch` was called with and is not listed in `FetchInit` is passed on beside it.
 */
export type Fetch = (input: string, init: FetchInit) => Promise<FetchResponse>;

/** What the debug log receives. Secrets are replaced before it is called. */
export interface DebugEvent {
  type: "request" | "response" | "failure";
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: string;
  statusCode?: number;
  error?: string;
}

/** Everything that can be set; each field left out keeps its default. */
export interface ConfigurationOptions {
  /**
   * One address for both hosts, for example `http://127.0.0.1:4010` for a Countersign server:
   * OAuth at this address, the API under `/v3`. Overrides `appBaseUrl` and `apiBaseUrl`.
   * @default undefined
   */
  baseUrl?: string | undefined;
  /** The host of the OAuth operations. @default "https://app.hellosign.com" */
  appBaseUrl?: string | undefined;
  /** The host and prefix of the API operations. @default "https://api.hellosign.com/v3" */
  apiBaseUrl?: string | undefined;
  /** Milliseconds for one request, its response body included. @default 30000 */
  timeoutMs?: number | undefined;
  /** Bytes of response body that are read at most. @default 1048576 */
  maxResponseBytes?: number | undefined;
  /** @default globalThis.fetch */
  fetch?: Fetch | undefined;
  /** Headers added to every request. @default {} */
  defaultHeaders?: Record<string, string> | undefined;
  /** The User-Agent header; browsers do not let it be set. @default "countersign-sdk/0.1.0" */
  userAgent?: string | undefined;
  /** Receives every request and response with secrets replaced. What it throws, or its promise rejects with, is ignored. @default undefined */
  debug?: ((event: DebugEvent) => unknown) | undefined;
  /** An API key of an account, used by `AccountApi` when there is no access token. @default undefined */
  apiKey?: string | undefined;
  /** An access token, used by `AccountApi`. A function is asked at every call. @default undefined */
  accessToken?: string | (() => string | Promise<string>) | undefined;
}

/** Where requests go and how. A plain object of options does as well wherever one is taken. */
export class Configuration {
  /** @internal */
  static readonly kind: string = "Configuration";
  /** One address for both hosts; overrides the two below. */
  baseUrl: string | undefined = undefined;
  /** The host of the OAuth operations. */
  appBaseUrl = "https://app.hellosign.com";
  /** The host and prefix of the API operations. */
  apiBaseUrl = "https://api.hellosign.com/v3";
  /** Milliseconds for one request, its response body included. */
  timeoutMs = 30_000;
  /** Bytes of response body that are read at most. */
  maxResponseBytes = 1_048_576;
  /** Sends every request. */
  fetch: Fetch = (input, init) => globalThis.fetch(input, init);
  /** Headers added to every request. */
  defaultHeaders: Record<string, string> = {};
  /** The User-Agent header. */
  userAgent = "countersign-sdk/0.1.0";
  /** Receives every request and response with secrets replaced. */
  debug: ((event: DebugEvent) => unknown) | undefined = undefined;
  /** An API key, used by `AccountApi` when there is no access token. */
  apiKey: string | undefined = undefined;
  /** An access token, or a function that is asked for one at every call of `AccountApi`. */
  accessToken: string | (() => string | Promise<string>) | undefined = undefined;

  /** @internal */
  static readonly [Symbol.hasInstance] = isInstance;

  /** Starts from the defaults; a field left out or undefined keeps its default. */
  constructor(options: ConfigurationOptions = {}) {
    for (const [name, value] of Object.entries(options)) {
      if (value !== undefined) Object.assign(this, { [name]: value });
    }
  }

  /** The address of an OAuth path such as `/oauth/token`. @throws {InvalidArgumentError} when the base URL is unusable. */
  appUrl(path: string): string {
    return this.baseUrl === undefined
      ? join("appBaseUrl", this.appBaseUrl, path)
      : join("baseUrl", this.baseUrl, path);
  }

  /** The address of an API path such as `/account`. @throws {InvalidArgumentError} when the base URL is unusable. */
  apiUrl(path: string): string {
    return this.baseUrl === undefined
      ? join("apiBaseUrl", this.apiBaseUrl, path)
      : join("baseUrl", this.baseUrl, `/v3${path}`);
  }
}

const sharedConfiguration = () => shared("configuration", () => new Configuration());

/** Changes the configuration used by every API object that was given none of its own, in every copy of this package. */
export function configure(change: (config: Configuration) => void): void {
  change(sharedConfiguration());
}

/** The configuration to use for what a constructor was given; nothing means the shared one. */
export function resolveConfiguration(given?: Configuration | ConfigurationOptions | string): Configuration {
  if (given === undefined) return sharedConfiguration();
  if (given instanceof Configuration) return given;
  return new Configuration(typeof given === "string" ? { baseUrl: given } : given);
}

function join(field: string, base: string, path: string): string {
  let url: URL;
  try {
    url = new URL(base);
  } catch {
    throw new InvalidArgumentError(field, "must be an absolute URL");
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new InvalidArgumentError(field, "must begin with https:// or http://");
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new InvalidArgumentError(field, "must hold no credentials, query or fragment");
  }
  return url.origin + url.pathname.replace(/\/+$/, "") + path;
}
