/** What a thief of the disk or of the logs gets: a whole flow is run, then every byte it left is searched. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sealApiKey } from "../../src/accounts/api-keys.js";
import { newClientSecret, sealClientSecret } from "../../src/apps/create-app.js";
import { profiles } from "../../src/oauth/profile/profiles.js";
import { send, sendJson } from "../support/http.js";
import { seededRandom } from "../support/random.js";
import { jack, jill, type TestServer } from "../support/server.js";
import { account, type Tokens, tokensOf } from "../support/tokens.js";
import { authorizationQuery, callbackOf, formOf, UserAgent } from "../support/user-agent.js";
import {
  auditOf,
  basic,
  exchangeCode,
  inBody,
  jacksId,
  jwt,
  native,
  odd,
  pkce,
  post,
  refreshWith,
  rotating,
  secretsOfTheHouse,
  startHouse,
  verifier,
  web,
} from "./house.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "countersign-at-rest-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A browser that keeps everything secret it was ever given. */
class Witness extends UserAgent {
  constructor(
    server: TestServer,
    private readonly secrets: Set<string>,
  ) {
    super(server.url);
  }
  override async get(path: string) {
    return this.#note(await super.get(path));
  }
  override async post(path: string, fields: Readonly<Record<string, string>>) {
    if (fields.csrf !== undefined) this.secrets.add(fields.csrf);
    return this.#note(await super.post(path, fields));
  }
  #note<T>(answer: T): T {
    for (const value of this.cookies.values()) this.secrets.add(value);
    return answer;
  }
}

/** Runs everything that makes or takes a secret, mistakes included, and returns all of them. */
async function wholeFlow(server: TestServer, secrets: Set<string>): Promise<void> {
  const keep = (...values: (string | undefined)[]) => {
    for (const value of values) if (value !== undefined) secrets.add(value);
  };
  keep(...secretsOfTheHouse, jack.password, jill.password, verifier);
  keep(...[web, rotating, jwt, odd].map(({ clientSecret }) => clientSecret));
  const randomBytes = seededRandom("at rest");
  await addSecrets(server, randomBytes, keep);
  for (const client of [web, rotating, jwt, odd, native]) {
    if (client === native && server.app.context.profile.name === "dropbox-sign") continue;
    keepTokens(await flowOf(server, client, secrets), keep);
  }
  await mistakes(server, secrets);
  await auditOf(server);
}

async function addSecrets(
  server: TestServer,
  randomBytes: (count: number) => Buffer,
  keep: (...values: string[]) => void,
): Promise<void> {
  const { storage, ring, clock } = server;
  const apiKey = randomBytes(32).toString("hex");
  await storage.setApiKeys(jacksId, [sealApiKey(ring, jacksId, apiKey, randomBytes)]);
  const deps = { ring, now: clock.now, randomBytes };
  const fresh = newClientSecret(deps);
  const before = (await storage.findApp(odd.clientId))?.secrets ?? [];
  const secrets = [sealClientSecret(deps, odd.clientId, fresh), ...before];
  await storage.updateApp(odd.clientId, { secrets }, clock.now());
  keep(apiKey, fresh);
  const withKey = Buffer.from(`${apiKey}:`).toString("base64");
  const read = await send(`${server.url}/v3/account`, { headers: { authorization: `Basic ${withKey}` } });
  expect(read.status).toBe(200);
}

function keepTokens(tokens: Tokens[], keep: (...values: string[]) => void): void {
  for (const { access_token, refresh_token } of tokens) {
    keep(access_token, refresh_token);
    // The part of a JWT that proves something; the rest of it is what anybody may know.
    if (access_token.includes(".")) keep(access_token.split(".")[2] as string);
  }
}

async function flowOf(server: TestServer, client: typeof web, secrets: Set<string>): Promise<Tokens[]> {
  const agent = new Witness(server, secrets);
  const more = client.clientSecret === undefined ? pkce : {};
  const query = authorizationQuery(client.clientId, { state: "a-state-of-the-client", ...more });
  const wrong = await agent.get(`/oauth/authorize?${query}`);
  const typo = `${jack.password} with a typo`;
  secrets.add(typo);
  await agent.submit(wrong, "/oauth/authorize/login", { email: jack.email, password: typo });
  const callback = await agent.authorize(query, jack);
  const code = callback.searchParams.get("code") ?? "";
  secrets.add(code);
  const first = tokensOf(await exchangeCode(server, client, code));
  const next = tokensOf(await refreshWith(server, client, first.refresh_token));
  expect((await account(server, next.access_token)).status).toBe(200);
  await refreshWith(server, client, first.refresh_token);
  await exchangeCode(server, client, code);
  await agent.post(
    "/connected-apps/logout",
    formOf(await agent.get("/connected-apps"), "/connected-apps/logout").hidden,
  );
  return [first, next];
}

/** Secrets in the wrong place: each of these is refused, and none of them may be written down. */
async function mistakes(server: TestServer, secrets: Set<string>): Promise<void> {
  const agent = new Witness(server, secrets);
  const callback = callbackOf(
    await agent.submit(
      await agent.openConsent(authorizationQuery(web.clientId, { prompt: "consent" }), jack),
      "/oauth/authorize?",
      {
        decision: "allow",
      },
    ),
  );
  const code = callback.searchParams.get("code") ?? "";
  secrets.add(code);
  const grant = { grant_type: "authorization_code", code, ...inBody(web) };
  await send(`${server.url}/oauth/token?${new URLSearchParams(grant)}`, { method: "POST" });
  await send(`${server.url}/oauth/authorize?${new URLSearchParams(grant)}`);
  await sendJson(`${server.url}/oauth/token`, `${JSON.stringify(grant)}}`);
  await sendJson(`${server.url}/oauth/token`, { ...grant, client_secret: [web.clientSecret] });
  await post(server, "/oauth/token", [...Object.entries(grant), ["code", code]]);
  await post(server, "/oauth/token", { ...grant, redirect_uri: "https://evil.example/" });
  await post(server, "/oauth/token", grant, basic(web.clientId, web.clientSecret));
  await post(server, "/oauth/revoke", { ...inBody(web), token: code });
  await account(server, code);
  await send(`${server.url}/v3/account?access_token=${code}`);
}

const filesOf = (folder: string) =>
  readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))] as const);

/** A secret as text, whole or in pieces, and as the bytes it may have been decoded to. */
function formsOf(secret: string): Buffer[] {
  const pieces = Array.from({ length: Math.floor(secret.length / 20) }, (_, index) =>
    secret.slice(index * 20, index * 20 + 20),
  );
  const bare = secret.replace(/^cs_(at|rt)_/, "");
  const decoded = [Buffer.from(bare, "base64url"), Buffer.from(bare, "hex"), Buffer.from(bare, "base64")];
  // A token begins with its family's id, which is no secret: the seal at its end is.
  const seals = decoded.map((bytes) => bytes.subarray(-16)).filter((bytes) => bytes.length >= 14);
  return [...[secret, ...pieces].map((text) => Buffer.from(text)), ...seals];
}

describe.each(["standard", "dropbox-sign"] as const)("after a whole flow in the %s profile", (name) => {
  it("no secret, code, token, password, API key, cookie or CSRF token is in the database files or the logs", async () => {
    const server = await startHouse({ profile: profiles[name], file: join(folder, "countersign.db") });
    const secrets = new Set<string>();
    await wholeFlow(server, secrets);
    const running = filesOf(folder);
    const log = Buffer.from(server.logLines.join("\n"));
    await server.close();
    const searched = [...running, ...filesOf(folder), ["the log", log] as const];

    // The search sees what is there: both files, and words that are meant to be in them.
    expect(running.map(([file]) => file)).toEqual(
      expect.arrayContaining(["countersign.db", "countersign.db-wal"]),
    );
    const everything = Buffer.concat(running.map(([, bytes]) => bytes));
    for (const word of [jack.email, "$argon2id$", "code_exchanged", "a-state-of-the-client"])
      expect(everything.includes(word)).toBe(true);
    expect(log.includes("/oauth/token") && log.includes(web.clientId)).toBe(true);
    expect(secrets.size).toBeGreaterThan(name === "standard" ? 60 : 45);
    expect([...secrets].every((secret) => secret.length >= 14)).toBe(true);

    const found = [...secrets].flatMap((secret) =>
      searched
        .filter(([, bytes]) => formsOf(secret).some((form) => bytes.includes(form)))
        .map(([file]) => [secret, file]),
    );
    expect(found).toEqual([]);
  });
});
