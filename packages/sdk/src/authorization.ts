/** The authorization code flow of an app: where to send the user, and what to make of the callback. */
import { type Configuration, type ConfigurationOptions, resolveConfiguration } from "./configuration.js";
import { constantTimeEqual, sha256 } from "./encoding.js";
import { CallbackError, InvalidArgumentError } from "./errors.js";
import type { CallOptions, OAuthTokenResponse } from "./models.js";
import { OAuthApi } from "./oauth-api.js";
import type { StateKeeper } from "./state.js";
import { type FieldRule, toWire } from "./wire.js";

/** The parameters of an authorization URL (RFC 6749 §4.1.1). */
export interface AuthorizationUrlRequest {
  clientId: string;
  /** Unguessable, bound to the browser's session and checked at the callback: see `cookieState` and `storedState`. */
  state: string;
  /** @default the callback URL of the app */
  redirectUri?: string | undefined;
  /** Scopes separated by spaces. The live service refuses any: there the scopes are the app's own. */
  scope?: string | undefined;
  /** The S256 challenge of a PKCE verifier: see `codeChallenge`. The live service ignores it. */
  codeChallenge?: string | undefined;
}

const parameters: readonly FieldRule[] = [
  ["clientId", "client_id", true],
  ["state", "state", true],
  ["redirectUri", "redirect_uri", false],
  ["scope", "scope", false],
  ["codeChallenge", "code_challenge", false],
];

/** The address to send the user to. @throws {InvalidArgumentError} naming what is missing or wrongly typed. */
export function authorizationUrl(
  request: AuthorizationUrlRequest,
  config?: Configuration | ConfigurationOptions | string,
): string {
  const query = new URLSearchParams({ response_type: "code", ...toWire(request, parameters) });
  if (query.has("code_challenge")) query.set("code_challenge_method", "S256");
  return `${resolveConfiguration(config).appUrl("/oauth/authorize")}?${query}`;
}

/** The S256 challenge of a verifier (RFC 7636 §4.2). */
export async function codeChallenge(codeVerifier: string): Promise<string> {
  if (!/^[\w.~-]{43,128}$/.test(codeVerifier)) {
    throw new InvalidArgumentError("codeVerifier", "must be 43 to 128 unreserved characters");
  }
  return sha256(codeVerifier);
}

/** What a callback that can be trusted says. `clearCookie` is for a `Set-Cookie` header; empty where no cookie was set. */
export type CallbackOutcome =
  | {
      outcome: "authorized";
      token: OAuthTokenResponse;
      context?: string | undefined;
      clearCookie: string;
    }
  | { outcome: "denied"; context?: string | undefined; clearCookie: string };

/** Options of an `AuthorizationFlow`. */
export interface AuthorizationFlowOptions {
  clientId: string;
  /** Left out only by a public app, which needs `pkce`. */
  clientSecret?: string | undefined;
  state: StateKeeper;
  /** @default the callback URL of the app */
  redirectUri?: string | undefined;
  scope?: string | undefined;
  /** Sends a PKCE challenge and verifier (RFC 7636), for servers that offer it. @default false */
  pkce?: boolean | undefined;
  /** The `iss` that a callback may carry (RFC 9207). @default the origin of the OAuth host */
  issuer?: string | undefined;
  /** Refuses a callback without `iss`. @default false */
  requireIssuer?: boolean | undefined;
  /** @default the shared configuration */
  config?: Configuration | ConfigurationOptions | string | undefined;
}

/** The authorization code flow of one app: where to send the user, and what to make of the callback. */
export class AuthorizationFlow {
  readonly #options: AuthorizationFlowOptions;
  readonly #config: Configuration;

  /** @throws {InvalidArgumentError} when client id or, without PKCE, client secret is missing. */
  constructor(options: AuthorizationFlowOptions) {
    if (!options.clientId) throw new InvalidArgumentError("clientId", "is required");
    if (!options.clientSecret && options.pkce !== true) {
      throw new InvalidArgumentError("clientSecret", "is required unless pkce is on");
    }
    this.#options = options;
    this.#config = resolveConfiguration(options.config);
  }

  /**
   * The address to redirect to, and the cookie to set with the redirect when the state is kept in one. `binding` is what
   * `handleCallback` takes: the request's `Cookie` header, or the session's id.
   */
  async begin(
    options: { context?: string | undefined; binding?: string | null | undefined } = {},
  ): Promise<{ url: string; setCookie: string }> {
    const { clientId, redirectUri, scope, pkce } = this.#options;
    const {
      state,
      codeVerifier,
      setCookie = "",
    } = await this.#options.state.issue({
      context: options.context,
      binding: options.binding ?? undefined,
    });
    const challenge = pkce === true ? await codeChallenge(codeVerifier) : undefined;
    const request = { clientId, state, redirectUri, scope, codeChallenge: challenge };
    return { url: authorizationUrl(request, this.#config), setCookie };
  }

  /**
   * What the callback says, after every check, its code exchanged. A refusal by the user is an outcome, not an error.
   * `url` may be relative, as a request line has it; `binding` is the `Cookie` header, or the session's id.
   * @throws {CallbackError} when the callback is not to be trusted, and whatever `oauthTokenGenerate` throws.
   */
  async handleCallback(
    url: string | URL,
    binding?: string | null,
    options?: CallOptions,
  ): Promise<CallbackOutcome> {
    // The order is security: nothing of a callback is believed before its state is, nothing is sent before all is.
    const query = readQuery(url);
    const state = query.get("state");
    if (state === undefined) throw new CallbackError("state_missing");
    const { codeVerifier, context, clearCookie = "" } = await this.#options.state.verify(state, binding);
    const verified = { context, clearCookie };
    this.#checkIssuer(query.get("iss"));
    const error = query.get("error");
    if (error === "access_denied") return { outcome: "denied", ...verified };
    if (error !== undefined) throw new CallbackError("authorization_error", safeName(error));
    const code = query.get("code");
    if (code === undefined) throw new CallbackError("code_missing");
    const { clientId, clientSecret, redirectUri, pkce } = this.#options;
    const request = { clientId, clientSecret, code, state, redirectUri };
    const token = await new OAuthApi(this.#config).oauthTokenGenerate(
      pkce === true ? { ...request, codeVerifier } : request,
      options,
    );
    return { outcome: "authorized", token, ...verified };
  }

  // RFC 9207 §2.4: compared as a string, against mix-up of two servers.
  #checkIssuer(iss: string | undefined): void {
    const expected = this.#options.issuer ?? this.#config.appUrl("");
    if (iss === undefined ? this.#options.requireIssuer === true : !constantTimeEqual(iss, expected)) {
      throw new CallbackError("issuer_mismatch");
    }
  }
}

function readQuery(url: string | URL): Map<string, string> {
  let given: URLSearchParams;
  try {
    given = new URL(url, "http://localhost").searchParams;
  } catch {
    throw new CallbackError("invalid_url");
  }
  const query = new Map<string, string>();
  for (const [name, value] of given) {
    // RFC 6749 §3.1: once at most. Frameworks disagree on which of two counts.
    if (query.has(name)) throw new CallbackError("repeated_parameter");
    if (value !== "") query.set(name, value);
  }
  return query;
}

function safeName(error: string): string {
  return /^\w{1,64}$/.test(error) ? error : "unknown";
}
