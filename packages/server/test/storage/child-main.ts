/**
 * What a child process of the storage tests does: `open FILE` opens and closes a storage; `work TARGET ACCOUNT APP`
 * runs flows without end and prints each act once it is acknowledged, before anything else happens.
 */
import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import type { Storage } from "../../src/storage/port/storage.js";
import { openPostgresStorage } from "../../src/storage/postgres/postgres-storage.js";
import { openSqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";

const [command, target = "", accountId = "", clientId = ""] = process.argv.slice(2);
const now = 1_700_000_000_000;
const say = (...words: (string | number)[]) => writeSync(1, `${words.join(" ")}\n`);
const random = (bytes: number) => randomBytes(bytes).toString("hex");

function open(): Promise<Storage> | Storage {
  return target.startsWith("postgres:") ? openPostgresStorage({ url: target }) : openSqliteStorage(target);
}

async function flow(storage: Storage): Promise<void> {
  const code = { accountId, clientId, scopes: ["basic_account_info"], resources: [], hash: random(32) };
  const request = { redirectUri: "https://app.example.test/", redirectUriGiven: true };
  const optional = { state: undefined, codeChallenge: undefined, dpopJkt: undefined };
  await storage.issueCode({ ...code, ...request, ...optional, issuedAt: now, expiresAt: now + 600_000 });
  say("issued", code.hash);
  const familyId = random(16);
  await storage.consumeCode({ hash: code.hash, familyId, now, endEarlierFamilies: false });
  say("consumed", code.hash, familyId);
  for (let generation = 0; generation < 2; generation++) {
    await storage.rotateFamily({ familyId, fromGeneration: generation, now, graceSeconds: 0 });
    say("rotated", familyId, generation + 1);
  }
  await storage.revokeFamily(familyId, now);
  say("revoked", familyId);
}

async function forever(storage: Storage): Promise<never> {
  for (;;) await flow(storage);
}

const storage = await open();
if (command === "work") {
  await Promise.all(Array.from({ length: 12 }, () => forever(storage)));
} else {
  await storage.recordAudit([]);
  await storage.close();
  say("opened");
}
