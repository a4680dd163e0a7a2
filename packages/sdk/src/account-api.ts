/** The one call of the API that is made here: the account of a token or an API key. */
import type { AccessTokens } from "./access-tokens.js";
import { type Configuration, type ConfigurationOptions, resolveConfiguration } from "./configuration.js";
import { ApiError, InvalidArgumentError, InvalidResponseError } from "./errors.js";
import { type HttpRequest, type HttpResponse, redactResponse, send } from "./http.js";
import type { CallOptions, WithHttpInfo } from "./models.js";
import { camelize, parseObject, toWire } from "./wire.js";

/** Which account to read; nothing means the caller's own. */
export interface AccountGetRequest {
  accountId?: string | undefined;
  emailAddress?: string | undefined;
}

/** An account of the API. Fields that a server adds are passed through in camelCase. */
export interface AccountResponse {
  accountId?: string;
  emailAddress?: string;
  isLocked?: boolean;
  isPaidHs?: boolean;
  isPaidHf?: boolean;
  quotas?: Record<string, number | null>;
  callbackUrl?: string | null;
  roleCode?: string | null;
  teamId?: string | null;
  locale?: string | null;
  usage?: Record<string, number | null>;
  settings?: Record<string, unknown>;
}

/** The answer to `accountGet`. */
export interface AccountGetResponse {
  account: AccountResponse;
  warnings?: { warningMsg: string; warningName: string }[];
}

/** In whose name a call is made. */
export interface Caller {
  /** A `TokenKeeper`, or what stands for one. */
  tokens: AccessTokens;
  userId: string;
}

/** The Authorization header, and what of it must not be seen. */
type Credentials = readonly [header: string, secret: string];
const bearer = (token: string): Credentials => [`Bearer ${token}`, token];

/** The one call of the API that shows a token at work. For the whole API use `@dropbox/sign` beside this package. */
export class AccountApi {
  readonly #config: Configuration;
  readonly #caller: Caller | undefined;

  /**
   * Uses the shared configuration unless given its own. Calls are made in the name of `caller`, and once more with a fresh
   * token after a 401; without one the configuration's `accessToken`, else its `apiKey`, says who calls.
   */
  constructor(config?: Configuration | ConfigurationOptions | string, caller?: Caller) {
    this.#config = resolveConfiguration(config);
    this.#caller = caller;
  }

  /**
   * The account: `GET /v3/account`.
   *
   * @throws {InvalidArgumentError} before anything is sent, when a field or the address is unusable.
   * @throws {ApiError} for a refusal.
   * @throws {InvalidResponseError} for an answer that is no account.
   * @throws {NetworkError} when no answer arrived, {TimeoutError} when none did in time.
   */
  async accountGet(request: AccountGetRequest = {}, options?: CallOptions): Promise<AccountGetResponse> {
    return (await this.accountGetWithHttpInfo(request, options)).data;
  }

  /** As `accountGet`, with the status code and headers. */
  async accountGetWithHttpInfo(
    request: AccountGetRequest = {},
    options?: CallOptions,
  ): Promise<WithHttpInfo<AccountGetResponse>> {
    const fields = toWire(request, [
      ["accountId", "account_id", false],
      ["emailAddress", "email_address", false],
    ]);
    const query = new URLSearchParams(fields).toString();
    const url = this.#config.apiUrl(`/account${query === "" ? "" : `?${query}`}`);
    const [sent, response] = await this.#get(url, options);
    const wire = parseObject(response.body);
    if (typeof wire?.account !== "object" || wire.account === null) {
      throw new InvalidResponseError("account response: account is missing", redactResponse(response, sent));
    }
    const data = camelize(wire) as AccountGetResponse;
    return { data, statusCode: response.statusCode, headers: response.headers };
  }

  async #get(url: string, options: CallOptions = {}): Promise<[HttpRequest, HttpResponse]> {
    const get = async ([authorization, secret]: Credentials): Promise<[HttpRequest, HttpResponse]> => {
      const headers = { accept: "application/json", authorization };
      const request = { method: "GET", url, headers, secrets: [secret] } as const;
      return [request, await send(this.#config, request, options)];
    };
    if (this.#caller === undefined) return get(await this.#credentials());
    const { tokens, userId } = this.#caller;
    const { signal } = options;
    const token = await tokens.accessToken(userId, { signal });
    try {
      return await get(bearer(token));
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 401) throw error;
      const fresh = await tokens.accessToken(userId, { signal, rejected: token });
      if (fresh === token) throw error;
      return get(bearer(fresh));
    }
  }

  async #credentials(): Promise<Credentials> {
    const { accessToken, apiKey } = this.#config;
    const token = typeof accessToken === "function" ? await accessToken() : accessToken;
    if (typeof token === "string" && token !== "") return bearer(token);
    if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey)) {
      throw new InvalidArgumentError("apiKey", "must be printable ASCII");
    }
    if (apiKey !== undefined) return [`Basic ${btoa(`${apiKey}:`)}`, apiKey];
    throw new InvalidArgumentError("accessToken", "or apiKey is required");
  }
}
