/** Owns what an integration does: it exchanges, refreshes and calls, by plain fetch. */
import type { SignEmulator } from "../../src/testing/index.js";
import type { Tokens } from "../support/tokens.js";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  readonly body: any;
}

export async function send(
  sign: SignEmulator,
  method: string,
  path: string,
  options: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const json: Record<string, string> =
    options.body === undefined ? {} : { "content-type": "application/json" };
  const response = await fetch(`${sign.url}${path}`, {
    method,
    headers: { ...json, ...options.headers },
    redirect: "manual",
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json");
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

const credentials = ({ client }: SignEmulator) => ({
  client_id: client.clientId,
  client_secret: client.clientSecret,
});

export function exchange(sign: SignEmulator, code: string | undefined, more: object = {}): Promise<Answer> {
  const body = { ...credentials(sign), code, grant_type: "authorization_code", ...more };
  return send(sign, "POST", "/oauth/token", { body });
}

export function refresh(sign: SignEmulator, refreshToken: string, more: object = {}): Promise<Answer> {
  const body = { ...credentials(sign), refresh_token: refreshToken, grant_type: "refresh_token", ...more };
  return send(sign, "POST", "/oauth/token?refresh", { body });
}

export function account(sign: SignEmulator, accessToken: string): Promise<Answer> {
  return send(sign, "GET", "/v3/account", { headers: { authorization: `Bearer ${accessToken}` } });
}

/** Authorizes and exchanges. */
export async function tokensFor(sign: SignEmulator, options: object = {}): Promise<Tokens> {
  const { code } = await sign.authorize(options);
  return (await exchange(sign, code)).body;
}

/** What a promise was rejected with. */
export async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error("it succeeded");
    },
    (error: Error) => error,
  );
}
