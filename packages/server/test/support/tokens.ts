/** Owns the short way to tokens, for tests of what comes after. */

import { type Answer, send, sendJson } from "./http.js";
import type { jill, TestServer } from "./server.js";
import { type AppCredentials, exchangeFields, newCode } from "./user-agent.js";

/** A token response (RFC 6749 §5.1), as a test reads it. */
export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly scope?: string;
  /** Of the dropbox-sign profile. */
  readonly state?: string;
}

export async function exchange(server: TestServer, app: AppCredentials, code: string): Promise<Tokens> {
  const answer = await sendJson(`${server.url}/oauth/token`, exchangeFields(app, code));
  return tokensOf(answer);
}

export function tokensOf(answer: Answer): Tokens {
  if (answer.status !== 200) throw new Error(`no tokens but ${answer.status}: ${answer.text}`);
  return answer.json() as unknown as Tokens;
}

export async function newTokens(server: TestServer, app: AppCredentials, who: typeof jill): Promise<Tokens> {
  return exchange(server, app, await newCode(server, app, who));
}

export function account(server: TestServer, accessToken: string): Promise<Answer> {
  return send(`${server.url}/v3/account`, { headers: { authorization: `Bearer ${accessToken}` } });
}

export function refresh(server: TestServer, refreshToken: string, more: object = {}): Promise<Answer> {
  return sendJson(`${server.url}/oauth/token?refresh`, {
    grant_type: "refresh_token",
    refresh_token: refreshToken,
    ...more,
  });
}
