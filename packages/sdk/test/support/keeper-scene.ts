/** A keeper in virtual time, before a server that answers as a test says. */

import {
  type Fetch,
  MemoryTokenStore,
  type OAuthTokenResponse,
  TokenKeeper,
  type TokenKeeperEvent,
  type TokenKeeperOptions,
} from "../../src/index.js";
import { keyOf } from "./keeper.js";
import { settle, VirtualTime } from "./virtual-time.js";

export const server = "http://127.0.0.1:1";
export const key = keyOf("jill", server);
export type Answer = Response | Error | "never";

/** A keeper in virtual time, whose server answers each refresh token as told; `sent` has those that arrived. */
export function scene(
  answer: (refreshToken: string, request: number) => Answer,
  options: Partial<TokenKeeperOptions> = {},
) {
  const time = new VirtualTime();
  const events: TokenKeeperEvent[] = [];
  const sent: string[] = [];
  const fetch: Fetch = async (_, init) => {
    const refreshToken = new URLSearchParams(String(init.body)).get("refresh_token") ?? "";
    sent.push(refreshToken);
    const given = answer(refreshToken, sent.length);
    if (given === "never") return new Promise(() => {});
    if (given instanceof Error) throw given;
    return given;
  };
  const store = options.store ?? new MemoryTokenStore();
  const open = (more: Partial<TokenKeeperOptions> = {}) => {
    const { now, sleep, timer } = time;
    const shared = { config: { baseUrl: server, fetch }, now, sleep, timer, random: noChance };
    return new TokenKeeper({
      ...{
        clientId: "client",
        clientSecret: "secret",
        ...shared,
        onEvent: (event) => void events.push(event),
      },
      ...options,
      store,
      ...more,
    });
  };
  return { time, events, sent, store, open, keeper: open() };
}

// Real names, and for chance none.
const noChance = (bytes: Uint8Array<ArrayBuffer>) =>
  bytes.length === 1 ? bytes.fill(0) : crypto.getRandomValues(bytes);

/** What comes of a promise: its value, or the error's name, reason and wait. For what needs no time to pass. */
export function ending(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: Error & { reason?: string; retryAfterSeconds?: number }) => {
    const { name, reason, retryAfterSeconds } = error;
    return {
      ...{ name, ...(reason !== undefined && { reason }) },
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    };
  });
}

/** The same, when as much time passes as is needed, or these seconds; "pending" when they are over. */
export async function outcome(
  time: VirtualTime,
  promise: Promise<unknown>,
  seconds?: number,
): Promise<unknown> {
  let result: unknown = "pending";
  void ending(promise).then((value) => {
    result = value;
  });
  await settle();
  if (result === "pending") await time.run(seconds);
  return result;
}

export const first: OAuthTokenResponse = {
  accessToken: "at0",
  refreshToken: "rt0",
  tokenType: "Bearer",
  expiresIn: 3600,
};
export const expired: OAuthTokenResponse = { ...first, expiresIn: 0 };
export const success = (n: number, more: object = {}) =>
  Response.json({
    access_token: `at${n}`,
    refresh_token: `rt${n}`,
    token_type: "Bearer",
    expires_in: 3600,
    ...more,
  });
export const invalidGrant = () => Response.json({ error: "invalid_grant" }, { status: 400 });
