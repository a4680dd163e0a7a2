/** Our server as it is run in production: `countersign serve`, one SQLite file, the JSON access log in a file. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, openSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { start, stop } from "../processes.mjs";
import { codeChallenge, loadFor, redirectUri } from "../servers/ready.mjs";

const here = fileURLToPath(new URL("../../packages/server", import.meta.url));
/** Files that were elsewhere in an older build. */
const earlier = { "oauth/tokens/opaque.js": "oauth/tokens.js" };

/** Returns a module of a build. What prepares a database is of the build that serves it: their schemas are the same. */
export function part(file, root = here) {
  const found = [file, earlier[file]].find((place) => place && existsSync(join(root, "dist", place)));
  return import(pathToFileURL(join(root, "dist", found ?? file)));
}

export const secret = "bench-0123456789abcdefghijklmnopqrstuvwxyz";
const hour = 3_600_000;
export const scopes = ["basic_account_info", "request_signature"];
const accounts = 1000;

/** Returns the port of the storage and the keys, as the server has them, to prepare load with. */
export async function openParts(database, root = here) {
  const { KeyRing } = await part("crypto/key-ring.js", root);
  return {
    storage: await openStorage(database, root),
    ring: new KeyRing([secret]),
    now: Date.now,
    randomBytes,
    root,
  };
}

async function openStorage(database, root) {
  if (database.startsWith("postgres:")) {
    const { openPostgresStorage } = await part("storage/postgres/postgres-storage.js", root);
    return openPostgresStorage({ url: database });
  }
  const { openSqliteStorage } = await part("storage/sqlite/sqlite-storage.js", root);
  return openSqliteStorage(database);
}

const meter = fileURLToPath(new URL("../servers/meter.mjs", import.meta.url));
const profiler = fileURLToPath(new URL("../servers/profiled.mjs", import.meta.url));
const turns = fileURLToPath(new URL("../servers/turns.mjs", import.meta.url));
const unreached = "999999999/60";

/**
 * Starts `countersign serve` on a database. Its rate limits are on, and too high to be reached. A metered one answers on
 * its channel how much processor time it has used; a profiled one starts and
 * stops a profile, a watched one how long it stood still.
 */
export async function serve({
  folder,
  database,
  core,
  name = "countersign",
  root = here,
  accountLimit = unreached,
  metered = false,
  profiled = false,
  watched = false,
  env: more = {},
  cwd,
}) {
  const port = await freePort();
  const env = {
    COUNTERSIGN_PUBLIC_URL: `http://127.0.0.1:${port}`,
    COUNTERSIGN_PORT: String(port),
    COUNTERSIGN_DATABASE: database,
    COUNTERSIGN_SECRETS: secret,
    COUNTERSIGN_RATE_LIMIT_CLIENT: unreached,
    COUNTERSIGN_RATE_LIMIT_ADDRESS: unreached,
    COUNTERSIGN_RATE_LIMIT_ACCOUNT: accountLimit,
    ...more,
  };
  const args = [
    ...(process.env.BENCH_SERVER_NODE_ARGS?.split(" ") ?? []),
    ...(metered ? ["--expose-gc", "--import", meter] : []),
    ...(watched ? ["--import", turns] : []),
  ];
  const program = profiled ? [profiler, join(root, "dist")] : [join(root, "bin/countersign.js"), "serve"];
  const child = start([...args, ...program], {
    core,
    env,
    cwd,
    stdout: openSync(join(folder, `${name}.log`), "a"),
    talks: metered || profiled || watched,
  });
  await untilReady(port);
  return { name, port, child, stop: () => stop(child) };
}

/**
 * Returns the subject of the comparison: a server of its own on a new file, or on the empty PostgreSQL database of a
 * URL, and what prepares its load.
 * @param {{ folder: string, core: number, name?: string, root?: string, database?: string }} place `root` is another
 * build of the package, to be measured beside this one.
 */
export async function countersign({ folder, core, name = "countersign", root = here, database: url, ...as }) {
  mkdirSync(folder, { recursive: true });
  const database = url ?? join(folder, `${name}.db`);
  const parts = await openParts(database, root);
  const world = await makeWorld(parts);
  const server = await serve({ folder, database, core, name, root, ...as });
  return {
    ...server,
    database,
    parts,
    boundToken: async (jkt) =>
      (await tokenMaker("bearer check", root, jkt))(parts, world.same.app, world.accounts[0]),
    prepare: (operation, count) => prepare(parts, world, operation, count),
    stop: async () => {
      await server.stop();
      await parts.storage.close();
    },
  };
}

async function makeWorld(parts) {
  const { createAccount } = await part("accounts/create-account.js", parts.root);
  const { createApp } = await part("apps/create-app.js", parts.root);
  const people = Array.from({ length: accounts }, (_, index) => {
    const email = `account${index}@example.com`;
    return createAccount(parts, { email, password: undefined, confirmed: true });
  });
  const [owner, ...others] = await Promise.all(people);
  const app = { ownerId: owner.id, callbackUrls: [redirectUri], scopes, approved: true };
  const same = await createApp(parts, { ...app, name: "Same" });
  const rotating = await createApp(parts, { ...app, name: "Rotating", refreshTokens: "rotate" });
  return { accounts: [owner, ...others], same, rotating };
}

async function prepare(parts, world, operation, count) {
  const { app, clientSecret } = operation === "refresh, rotating" ? world.rotating : world.same;
  const make = operation === "code exchange" ? makeCode : await tokenMaker(operation, parts.root);
  const made = Array.from({ length: count }, (_, index) =>
    make(parts, app, world.accounts[index % accounts]),
  );
  const paths = { tokenPath: "/oauth/token", accountPath: "/v3/account", proof: '"account_id":"' };
  const client = { clientId: app.clientId, clientSecret };
  return loadFor(operation, { ...paths, ...client, values: await Promise.all(made) });
}

/** A code as the authorization endpoint issues it; only its life is longer, so that it can wait for the load. */
async function makeCode({ storage, root }, app, account) {
  const { hashed } = await part("crypto/compare.js", root);
  const code = randomBytes(32).toString("base64url");
  const now = Date.now();
  await storage.issueCode({
    hash: hashed(code),
    accountId: account.id,
    clientId: app.clientId,
    scopes,
    resources: [],
    redirectUri,
    redirectUriGiven: true,
    state: "state",
    codeChallenge,
    issuedAt: now,
    expiresAt: now + hour,
  });
  return code;
}

async function tokenMaker(operation, root, jkt = undefined) {
  const { hashed } = await part("crypto/compare.js", root);
  const { newFamilyId } = await part("oauth/tokens/opaque.js", root);
  return async (parts, app, account) => {
    const code = await makeCode(parts, app, account);
    const familyId = newFamilyId(Date.now(), randomBytes);
    const act = { hash: hashed(code), familyId, now: Date.now(), endEarlierFamilies: false };
    const { outcome } = await parts.storage.consumeCode(act);
    if (outcome !== "consumed") throw new Error(`preparing: ${outcome}`);
    return sealFor(operation, parts.ring, familyId, root, jkt);
  };
}

/** Returns a token of a family for an operation; an access token is bound to the key of a thumbprint, if one is given. */
export async function sealFor(operation, ring, familyId, root = here, jkt = undefined) {
  const { sealAccessToken, sealRefreshToken } = await part("oauth/tokens/opaque.js", root);
  const encoding = "prefixed-base64url";
  if (operation !== "bearer check") return sealRefreshToken(ring, encoding, { familyId, generation: 0 });
  const token = { familyId, issuedAt: Date.now(), lifetimeSeconds: 86_400, scopeMask: 3, resource: 0, jkt };
  return sealAccessToken(ring, encoding, token, randomBytes(3));
}

async function untilReady(port) {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const ready = await fetch(`http://127.0.0.1:${port}/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("countersign serve did not become ready");
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
