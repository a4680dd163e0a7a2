/** What may make a server stand still while it answers others: each is begun on a running server and ends by itself. */
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, openSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ask } from "./processes.mjs";
import { secret } from "./subjects/countersign.mjs";

/**
 * @typedef {object} Place what a disturbance works on
 * @property {object} server          as `countersign` returns it
 * @property {object} second          another load
 * @property {string} folder
 * @property {number} milliseconds    how long it may last
 *
 * @typedef {object} Disturbance
 * @property {(folder: string) => Record<string, string | undefined>} [env]   for the server
 * @property {(place: Place) => void} [fill]      before the server is asked anything
 * @property {number} [afterSeconds]              of the server's life, when it comes by itself
 * @property {(place: Place) => Promise<string>} [begin]   resolves to what it did, in words
 */

/** @type {Record<string, Disturbance>} */
export const disturbances = {
  nothing: {},
  "a flood of logins": { env: () => ({ COUNTERSIGN_TRUST_PROXY: "127.0.0.1" }), begin: floodOfLogins },
  // The first step is half a minute after the start.
  "a purge of many rows": { fill: fillWithExpired, afterSeconds: 29, begin: countPurged },
  "checkpoints of the log": { begin: writeMuch },
  "key reloads": { env: secretsFile, begin: reloadKeys },
};

const addressesOfFlood = 64;

/** Wrong passwords, each from another address and for another account, so that no throttle ends it. */
async function floodOfLogins({ server, milliseconds }) {
  const origin = `http://127.0.0.1:${server.port}`;
  const page = await fetch(`${origin}/connected-apps`);
  const cookie = page.headers.getSetCookie().map((one) => one.split(";")[0]);
  const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? "";
  const end = performance.now() + milliseconds;
  const answers = new Map();
  let sent = 0;
  const guess = async () => {
    while (performance.now() < end) {
      sent += 1;
      const headers = {
        cookie: cookie.join("; "),
        "x-forwarded-for": `10.${sent >> 16}.${(sent >> 8) & 255}.${sent & 255}`,
      };
      const body = new URLSearchParams({
        csrf,
        email: `account${sent}@example.com`,
        password: "a wrong guess",
      });
      const { status } = await fetch(`${origin}/connected-apps/login`, { method: "POST", headers, body });
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: addressesOfFlood }, guess));
  return [...answers].map(([status, count]) => `${count} answered ${status}`).join(", ");
}

const expiredRows = 100_000;
const countOver = (database) =>
  database
    .prepare(
      "SELECT (SELECT COUNT(*) FROM seen_once) + (SELECT COUNT(*) FROM families) + (SELECT COUNT(*) FROM codes) rows",
    )
    .get().rows;

/** Rows of each kind that traffic leaves behind, all of them over. */
function fillWithExpired({ server: { parts } }) {
  const { database } = parts.storage;
  const from = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${expiredRows})`;
  const random = "lower(hex(randomblob(20)))";
  database.exec("BEGIN");
  database.exec(`${from} INSERT INTO seen_once(key, expires_at) SELECT ${random}, i FROM n`);
  database.exec(
    `${from} INSERT INTO buckets(key, level, updated_at, expires_at) SELECT ${random}, 1, i, i FROM n`,
  );
  database.exec(`${from} INSERT INTO codes(hash, grant_pk, scopes, resources, redirect_uri, redirect_uri_given, issued_at, expires_at)
    SELECT ${random}, 1, 'basic_account_info', '[]', 'https://app.example.com/callback', 1, i, i FROM n`);
  database.exec(`${from} INSERT INTO families(id, grant_pk, generation, created_at, used_at, revoked_at, access_valid_from)
    SELECT randomblob(16), 1, 0, i, i, i, 0 FROM n`);
  database.exec(`${from} INSERT INTO audit(at, event, data) SELECT 0, 'login', '{}' FROM n`);
  database.exec("COMMIT");
}

async function countPurged({ server: { parts }, milliseconds }) {
  const before = countOver(parts.storage.database);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return `${before - countOver(parts.storage.database)} codes, families and values purged`;
}

const exchangesPerSecond = 1000;

/** Code exchanges until the write-ahead log has been brought into the file some times. */
async function writeMuch({ server, second, milliseconds }) {
  const count = (exchangesPerSecond * milliseconds) / 1000;
  const before = checkpointsOf(server.database);
  const prepared = await server.prepare("code exchange", count);
  const job = {
    ...prepared,
    ports: [server.port],
    perSecond: exchangesPerSecond,
    milliseconds,
    connections: 32,
  };
  const { done, failed } = await ask(second, job);
  const after = checkpointsOf(server.database);
  return `${done - failed} codes exchanged, the log begun anew ${after - before} times`;
}

/** How often the log was begun anew, which its header counts (SQLite, "The WAL File Format"). */
function checkpointsOf(database) {
  const header = Buffer.alloc(16);
  if (existsSync(`${database}-wal`)) readSync(openSync(`${database}-wal`, "r"), header, 0, 16, 0);
  return header.readUInt32BE(12);
}

const fileIn = (folder) => join(folder, "secrets");

function secretsFile(folder) {
  writeSecrets(folder, [secret]);
  return { COUNTERSIGN_SECRETS: undefined, COUNTERSIGN_SECRETS_FILE: fileIn(folder) };
}

function writeSecrets(folder, secrets) {
  writeFileSync(fileIn(folder), `${secrets.join("\n")}\n`);
  chmodSync(fileIn(folder), 0o600);
}

/** New secrets before the old one; after each, somebody asks for the JWK set, whose keys must be found anew. */
async function reloadKeys({ server, folder, milliseconds }) {
  const secrets = [secret];
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    secrets.unshift(randomBytes(32).toString("base64url"));
    writeSecrets(folder, secrets);
    server.child.kill("SIGHUP");
    await new Promise((resolve) => setTimeout(resolve, 400));
    const answer = await fetch(`http://127.0.0.1:${server.port}/.well-known/jwks.json`);
    if (!answer.ok) throw new Error(`the JWK set was answered ${answer.status}`);
    await answer.text();
  }
  return `${secrets.length - 1} new secrets`;
}
