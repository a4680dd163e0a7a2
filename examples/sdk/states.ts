import { AuthorizationFlow, type StateStore, storedState } from "@countersign/sdk";
import type { Redis } from "ioredis";
import { app } from "./oauth.js";

/** A login that can be finished once across all processes, bound to your own session's id. */
export function flowWithStoredState(redis: Redis) {
  const store: StateStore = {
    put: async (key, value, expiresAtMs) => void (await redis.set(key, value, "PXAT", expiresAtMs)),
    take: async (key) => (await redis.getdel(key)) ?? undefined,
  };
  return new AuthorizationFlow({ ...app, state: storedState({ store }) });
}

/** `binding` is the id of the session, at the start and at the end. */
export async function login(flow: AuthorizationFlow, sessionId: string) {
  const { url } = await flow.begin({ binding: sessionId, context: "/documents" });
  return { url, finish: (callbackUrl: string) => flow.handleCallback(callbackUrl, sessionId) };
}
