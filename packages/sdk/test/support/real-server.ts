import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createCountersign } from "../../../server/src/app.js";
import { KeyRing } from "../../../server/src/crypto/key-ring.js";
import { applySeed } from "../../../server/src/emulator/seed/apply.js";
import { parseSeed } from "../../../server/src/emulator/seed/parse.js";
import { silentLog } from "../../../server/src/log.js";
import { profiles } from "../../../server/src/oauth/profile/profiles.js";
import { openSqliteStorage } from "../../../server/src/storage/sqlite/sqlite-storage.js";
import { authorizationUrl, OAuthApi, type OAuthTokenResponse } from "../../src/index.js";

export interface RealServerOptions {
  profile: "standard" | "dropbox-sign";
  rotate: boolean;
  now: () => number;
  /** Whether the answer to this refresh, counted from 1, is lost on its way. */
  loses?: (refresh: number) => boolean;
}

/** A Countersign server of this repository on the loopback, its clock the test's, its answers lost where told. */
export interface RealServer {
  url: string;
  callbackUrl: string;
  client: { clientId: string; clientSecret: string };
  refreshes: () => number;
  /** Logs in and allows: what the callback is called with for this authorization URL. */
  allow(authorizationUrl: string): Promise<string>;
  /** A token of a new login, exchanged. */
  authorize(): Promise<OAuthTokenResponse>;
  close(): Promise<void>;
}

const client = { clientId: "cc91c61d00f8bb2ece1428035716b", clientSecret: "1d14434088507ffa390e6f5528465" };
const login = { email: "jill@example.com", password: "correct horse battery" };
const callbackUrl = "http://127.0.0.1:9999/callback";

export async function startRealServer(options: RealServerOptions): Promise<RealServer> {
  const storage = openSqliteStorage(":memory:");
  const ring = new KeyRing(["the secret of a test, and of nothing else"]);
  const { now, loses = () => false } = options;
  await applySeed({ storage, ring, now, randomBytes }, parseSeed(seed(options.rotate), "seed"));
  let url = "";
  const issuer = () => url;
  const profile = profiles[options.profile];
  const app = createCountersign({ profile, storage, ring, log: silentLog, now, randomBytes, issuer });
  await app.server.ready();
  let refreshes = 0;
  const front = createServer((request, response) => {
    const isRefresh = request.url === "/oauth/token?refresh";
    if (isRefresh) refreshes++;
    if (isRefresh && loses(refreshes)) void answerNobody(app.server, request, response);
    else app.server.routing(request, response);
  });
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  return {
    url,
    callbackUrl,
    client,
    refreshes: () => refreshes,
    allow,
    authorize: async () => {
      const state = randomBytes(16).toString("hex");
      const request = { ...client, state, redirectUri: callbackUrl };
      const answer = new URL(await allow(authorizationUrl(request, url))).searchParams;
      return new OAuthApi(url).oauthTokenGenerate({ ...request, code: answer.get("code") ?? "" });
    },
    close: async () => {
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
      await app.server.close();
      await storage.close();
    },
  };
}

function seed(rotate: boolean): string {
  return `
accounts: [{ email: ${login.email}, password: ${login.password} }]
apps:
  - name: Demo app
    owner: ${login.email}
    client_id: ${client.clientId}
    client_secret: ${client.clientSecret}
    refresh_tokens: ${rotate ? "rotate" : "same"}
    oauth: { callback_url: "${callbackUrl}", scopes: [basic_account_info] }`;
}

// The server does all it would do; only its answer never arrives.
async function answerNobody(
  server: ReturnType<typeof createCountersign>["server"],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let payload = "";
  for await (const chunk of request) payload += chunk;
  const headers = { "content-type": request.headers["content-type"] ?? "" };
  await server.inject({ method: "POST", url: request.url ?? "", headers, payload });
  response.destroy();
}

async function allow(url: string): Promise<string> {
  const cookies = new Map<string, string>();
  const ask = async (target: string, fields?: Record<string, string>) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const body = fields && new URLSearchParams(fields);
    const init = body === undefined ? {} : { method: "POST", body };
    const response = await fetch(target, { ...init, headers: { cookie }, redirect: "manual" });
    for (const set of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    return { csrf: /name="csrf" value="([^"]+)"/.exec(await response.text())?.[1] ?? "", response };
  };
  const { csrf } = await ask(url);
  await ask(url.replace("authorize?", "authorize/login?"), { ...login, csrf });
  const consent = await ask(url);
  const { response } =
    consent.response.status === 200 ? await ask(url, { decision: "allow", csrf: consent.csrf }) : consent;
  return response.headers.get("location") ?? "";
}
