import { type Configuration, type ConfigurationOptions, resolveConfiguration } from "./configuration.js";
import { InvalidArgumentError, InvalidResponseError } from "./errors.js";
import { redactResponse, send } from "./http.js";
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

/** The one call of the API that shows a token at work. For the whole API use `@dropbox/sign` beside this package. */
export class AccountApi {
  readonly #config: Configuration;

  /** Uses the shared configuration unless given its own; its `accessToken`, else its `apiKey`, identifies the caller. */
  constructor(config?: Configuration | ConfigurationOptions | string) {
    this.#config = resolveConfiguration(config);
  }

  /** The account: `GET /v3/account`. Throws as the methods of `OAuthApi` do. */
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
    const [authorization, secret] = await this.#credentials();
    const headers = { accept: "application/json", authorization };
    const sent = { method: "GET", url, headers, secrets: [secret] } as const;
    const response = await send(this.#config, sent, options);
    const wire = parseObject(response.body);
    if (typeof wire?.account !== "object" || wire.account === null) {
      throw new InvalidResponseError("account response: account is missing", redactResponse(response, sent));
    }
    const data = camelize(wire) as AccountGetResponse;
    return { data, statusCode: response.statusCode, headers: response.headers };
  }

  async #credentials(): Promise<[header: string, secret: string]> {
    const { accessToken, apiKey } = this.#config;
    const token = typeof accessToken === "function" ? await accessToken() : accessToken;
    if (typeof token === "string" && token !== "") return [`Bearer ${token}`, token];
    if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey)) {
      throw new InvalidArgumentError("apiKey", "must be printable ASCII");
    }
    if (apiKey !== undefined) return [`Basic ${btoa(`${apiKey}:`)}`, apiKey];
    throw new InvalidArgumentError("accessToken", "or apiKey is required");
  }
}
