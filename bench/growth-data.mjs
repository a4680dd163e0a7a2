/** A database with many grants, each with its token family, made by SQL in a minute or two instead of by requests. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { loadFor, redirectUri } from "./servers/ready.mjs";
import { openParts, part, scopes, sealFor } from "./subjects/countersign.mjs";

const apps = 50;
const sampled = 20_000;

/** Returns what prepares load on a new database of so many grants, and what it takes on disk. */
export async function makeGrown(folder, grants) {
  const database = join(folder, `grants-${grants}.db`);
  const parts = await openParts(database);
  const made = await makeApps(parts);
  const started = performance.now();
  insertAll(parts.storage.database, grants);
  const seconds = Math.round((performance.now() - started) / 1000);
  const tokens = sample(parts.storage.database);
  await parts.storage.close();
  const bytes = statSync(database).size;
  const prepare = (operation) => loadOf(operation, parts.ring, made, tokens);
  return { database, grants, bytes, seconds, prepare };
}

/** The last app rotates its refresh tokens. */
async function makeApps(parts) {
  const { createAccount } = await part("accounts/create-account.js");
  const { createApp } = await part("apps/create-app.js");
  const owner = await createAccount(parts, { email: "owner@example.com", confirmed: true });
  const app = { ownerId: owner.id, callbackUrls: [redirectUri], scopes, approved: true };
  const made = [];
  for (let i = 1; i <= apps; i++) {
    const refreshTokens = i === apps ? "rotate" : "same";
    made.push(await createApp(parts, { ...app, name: `App ${i}`, refreshTokens }));
  }
  return { same: made[0], rotating: made[apps - 1] };
}

/**
 * Grants arrive as they would: those of an account and of an app lie far from each other, so that the indexes grow in
 * random places; families arrive in the order of time. 7919 is prime to any count of grants that is a power of ten.
 */
function insertAll(database, grants) {
  const accounts = Math.ceil(grants / apps);
  const numbers = (count) =>
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${count})`;
  const now = Date.now();
  database.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000");
  database.exec("BEGIN");
  database.exec(`${numbers(accounts)}
    INSERT INTO accounts(id, email, email_key, created_at, confirmed_at, locked, locale)
    SELECT lower(hex(randomblob(20))), 'person' || i || '@example.com', 'person' || i || '@example.com', ${now}, ${now}, 0, 'en-US' FROM n`);
  database.exec(`${numbers(grants)}
    INSERT INTO grants(account_pk, app_pk, scopes, created_at)
    SELECT 2 + (i * 7919 % ${grants}) % ${accounts}, 1 + (i * 7919 % ${grants}) / ${accounts}, '${scopes.join(" ")}', ${now - grants} + i FROM n`);
  database.exec(`INSERT INTO families(id, grant_pk, generation, created_at, used_at, access_valid_from)
    SELECT unhex(printf('%012x', created_at) || hex(randomblob(10))), pk, 0, created_at, created_at, 0 FROM grants`);
  database.exec("COMMIT");
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}

/** Returns ids of families from all over the file: of any app, and of the two whose clients the load speaks for. */
function sample(database) {
  const { most } = database.prepare("SELECT MAX(pk) most FROM families").get();
  const byPk = database.prepare("SELECT id FROM families WHERE pk = ?");
  const hex = ({ id }) => Buffer.from(id).toString("hex");
  const ofApp = database.prepare(
    "SELECT f.id FROM grants g JOIN families f ON f.grant_pk = g.pk WHERE g.app_pk = ? AND g.revoked_at IS NULL ORDER BY random() LIMIT ?",
  );
  return {
    any: Array.from({ length: sampled }, () => hex(byPk.get(1 + Math.floor(Math.random() * most)))),
    same: ofApp.all(1, sampled).map(hex),
    rotating: ofApp.all(apps, sampled).map(hex),
  };
}

async function loadOf(operation, ring, made, tokens) {
  const kind = operation === "refresh, rotating" ? "rotating" : "same";
  const { app, clientSecret } = made[kind];
  // A rotated token is spent: each load begins with others.
  const ids = kind === "rotating" ? tokens.rotating.splice(0, 32) : tokens[kind];
  const values = [];
  for (const id of operation === "bearer check" ? tokens.any : ids)
    values.push(await sealFor(operation, ring, id));
  const paths = { tokenPath: "/oauth/token", accountPath: "/v3/account", proof: '"account_id":"' };
  return loadFor(operation, { ...paths, clientId: app.clientId, clientSecret, values });
}
