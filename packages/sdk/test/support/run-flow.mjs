/** Login, callback, exchange, keep, refresh, call, revoke: on what every runtime has. Resolves to "flow complete". */
export async function runFlow(sdk, serverUrl) {
  const { AuthorizationFlow, cookieState, MemoryTokenStore, OAuthApi, ReauthorizationRequired, TokenKeeper } =
    sdk;
  const state = cookieState({ secret: "0123456789abcdef0123456789abcdef", secure: false });
  const app = { clientId: "client", clientSecret: "secret", config: serverUrl };
  const flow = new AuthorizationFlow({ ...app, state, pkce: true });
  const { url, setCookie } = await flow.begin({ context: "/home" });
  const query = new URL(url).searchParams;
  const callback = `/callback?code=code1&state=${query.get("state")}`;
  const login = await flow.handleCallback(callback, setCookie.split(";")[0]);
  check(login.outcome === "authorized" && login.context === "/home", "login");

  let nowMs = Date.now();
  const keeper = new TokenKeeper({ ...app, store: new MemoryTokenStore(), now: () => nowMs });
  await keeper.save("jill", login.token);
  check((await keeper.accessToken("jill")) === login.token.accessToken, "cached token");
  nowMs += 86_400_000;
  const tokens = await Promise.all(Array.from({ length: 20 }, () => keeper.accessToken("jill")));
  check(new Set(tokens).size === 1 && tokens[0] !== login.token.accessToken, "refreshed once");
  const response = await keeper.fetch("jill")(`${serverUrl}/v3/account`);
  check((await response.json()).account.account_id === tokens[0], "API call");

  const error = await new OAuthApi(serverUrl).oauthTokenRefresh({ refreshToken: "bogus" }).catch((e) => e);
  check(error instanceof sdk.ApiError && error.code === 400, "ApiError");
  await keeper.revoke("jill");
  const ended = await keeper.accessToken("jill").catch((e) => e);
  check(ended instanceof ReauthorizationRequired, "revoked");
  return "flow complete";
}

function check(condition, what) {
  if (!condition) throw new Error(`failed: ${what}`);
}
