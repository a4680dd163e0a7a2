/**
 * An application in types alone: what a user of the package writes, and what the compiler is to refuse. Compiled by
 * `npm run check`, and by the compilers and settings of users in typescript.test.ts. Nothing here is ever run.
 */
import {
  type AccountApi,
  type AccountGetResponse,
  ApiError,
  AuthorizationFlow,
  type CallbackOutcome,
  type Configuration,
  CountersignError,
  configure,
  cookieState,
  MemoryTokenStore,
  OAuthApi,
  type OAuthTokenResponse,
  type RandomSource,
  ReauthorizationRequired,
  TemporarilyUnavailable,
  TokenKeeper,
  type TokenStore,
} from "@countersign/sdk";
import { EncryptedTokenStore } from "@countersign/sdk/stores/encrypted";
import { FileTokenStore } from "@countersign/sdk/stores/file";
import { PostgresTokenStore } from "@countersign/sdk/stores/postgres";
import { RedisTokenStore } from "@countersign/sdk/stores/redis";
import { SqliteTokenStore } from "@countersign/sdk/stores/sqlite";

/** Compiles only where the two types are the same. */
type Same<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;
const same = <One, Other>(_isSame: Same<One, Other>): void => {};

declare const client: { clientId: string; clientSecret: string };
declare const unset: undefined;

// Every option may be undefined, as a value read from somewhere is.
export const keeper = new TokenKeeper({
  ...client,
  store: new MemoryTokenStore(),
  config: unset,
  refreshEarlySeconds: unset,
  defaultExpiresInSeconds: unset,
  recheckSeconds: unset,
  leaseSeconds: unset,
  attemptTimeoutMs: unset,
  minRefreshIntervalSeconds: unset,
  maxCachedUsers: unset,
  revokeAtServer: unset,
  onEvent: unset,
  now: unset,
  random: unset,
  sleep: unset,
});
export const flow = new AuthorizationFlow({
  ...client,
  pkce: unset,
  requireIssuer: unset,
  redirectUri: unset,
  state: cookieState({ secret: "", secure: unset, maxAgeSeconds: unset, now: unset, random: unset }),
});
export const stores: TokenStore[] = [
  new FileTokenStore("tokens"),
  new SqliteTokenStore({} as never, { table: unset, createTable: unset }),
  new PostgresTokenStore({} as never, { table: unset, createTable: unset }),
  new RedisTokenStore({} as never, { prefix: unset, tombstoneSeconds: unset }),
  new EncryptedTokenStore(new MemoryTokenStore(), [{ id: "a", key: new Uint8Array(32) }]),
];

// A listener may be asynchronous; the platform's own functions fit as they are.
export const listening = new TokenKeeper({
  ...client,
  store: stores[0] as TokenStore,
  onEvent: async () => {},
});
configure((config) => {
  same<typeof config, Configuration>(true);
  config.debug = async () => {};
  config.fetch = fetch;
  config.fetch = (url, init) => fetch(url, init);
});
export const random: RandomSource = (bytes) => crypto.getRandomValues(bytes);

export async function calls(): Promise<void> {
  same<Awaited<ReturnType<typeof keeper.accessToken>>, string>(true);
  same<Awaited<ReturnType<OAuthApi["oauthTokenRefresh"]>>, OAuthTokenResponse>(true);
  same<Awaited<ReturnType<AccountApi["accountGet"]>>, AccountGetResponse>(true);
  const response: Response = await keeper.fetch("jill", { origins: unset })(new URL("https://x"), {});
  void response;
  const outcome: CallbackOutcome = await flow.handleCallback("/callback");
  if (outcome.outcome === "authorized") await keeper.save("jill", outcome.token);
  // @ts-expect-error a user who said no has no token
  else void outcome.token;
}

export function whatToDo(error: unknown): string {
  if (error instanceof ReauthorizationRequired) {
    same<typeof error.action, "reauthorize">(true);
    return error.userId;
  }
  if (error instanceof TemporarilyUnavailable) return error.action satisfies "retry";
  if (error instanceof ApiError) return `${error.code} ${error.errorName ?? ""}`;
  return error instanceof CountersignError ? error.message : "unknown";
}

// @ts-expect-error a keeper without a store
new TokenKeeper({ ...client });
// @ts-expect-error a refresh without its token
new OAuthApi().oauthTokenRefresh({});
// @ts-expect-error an option that does not exist
cookieState({ secret: "", maxAge: 5 });
// @ts-expect-error the configuration's timeout is a number
new OAuthApi({ timeoutMs: "5s" });
