import { TokenKeeper, type TokenStore } from "@countersign/sdk";
import { app } from "./oauth.js";

/** A keeper whose events are counted. No event holds a token. */
export function countingKeeper(store: TokenStore, counts: Map<string, number>) {
  return new TokenKeeper({
    ...app,
    store,
    onEvent: ({ type }) => counts.set(type, (counts.get(type) ?? 0) + 1),
  });
}
