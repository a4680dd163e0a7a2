/** `countersign key`: secrets made, rotated, and what is stored brought under the newest. */

import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";
import { apiKeysOf, sealApiKey } from "../accounts/api-keys.js";
import { sealClientSecret } from "../apps/create-app.js";
import { readSecretsFile } from "../config.js";
import { unsealSecret } from "../oauth/client/authentication.js";
import { configOption, configUsage, type Opened, withConfigured } from "./open.js";
import { parseOptions, UsageFault } from "./usage.js";

const usage = `Usage: countersign key generate
       countersign key rotate FILE     put a new secret at the head of a secrets file
       countersign key reseal [--config FILE]
                                       encrypt what is stored under the newest secret

The newest secret signs, all verify. After \`rotate\`, send SIGHUP to the servers (or restart them); after \`reseal\`, and
once the tokens signed by an old secret have expired, that secret may be removed.

${configUsage}`;

export async function key(args: string[]): Promise<void> {
  const { values, positionals } = parseOptions(
    args,
    { ...configOption, help: { type: "boolean", short: "h" } },
    usage,
    2,
  );
  const [verb, file] = positionals;
  if (values.help) return console.log(usage);
  if (verb === "generate") return console.log(newSecret());
  if (verb === "rotate" && file !== undefined) return rotate(file);
  if (verb === "reseal") return withConfigured(values.config, reseal);
  throw new UsageFault(usage);
}

function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** The file is replaced in one step, so that a server reading it sees the old list or the new one. */
function rotate(file: string): void {
  const secrets = [newSecret(), ...(existsSync(file) ? readSecretsFile(file) : [])];
  const next = `${file}.next`;
  const descriptor = openSync(next, "w", 0o600);
  writeSync(descriptor, `# newest first: the first signs, all verify\n${secrets.join("\n")}\n`);
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(next, file);
  console.log(
    `${file} now lists ${secrets.length} secret${secrets.length === 1 ? "" : "s"}; the first is new.`,
  );
}

/** Every API key and client secret is sealed again under the newest secret. May run while servers do, and twice. */
export async function reseal(opened: Opened): Promise<void> {
  const { storage, ring, randomBytes: random } = opened;
  let [keys, secrets] = [0, 0];
  for (const { id } of await storage.listAccounts(Number.MAX_SAFE_INTEGER)) {
    const clear = await apiKeysOf(ring, storage, id);
    if (clear.length === 0) continue;
    await storage.setApiKeys(
      id,
      clear.map((value) => sealApiKey(ring, id, value, random)),
    );
    keys += clear.length;
  }
  for (const app of await storage.listApps(Number.MAX_SAFE_INTEGER)) {
    const resealed = app.secrets.map((stored) => {
      const clear = unsealSecret(ring, app.clientId, stored);
      return { ...stored, sealed: sealClientSecret(opened, app.clientId, clear).sealed };
    });
    await storage.updateApp(app.clientId, { secrets: resealed }, Date.now());
    secrets += resealed.length;
  }
  console.log(`${keys} API keys and ${secrets} client secrets are now encrypted under the newest secret.`);
}
