/** `countersign key`: secrets made, rotated, and what is stored brought under the one that signs. */

import { randomBytes } from "node:crypto";
import { apiKeysOf, sealApiKey } from "../accounts/api-keys.js";
import { sealClientSecret } from "../apps/create-app.js";
import { unsealSecret } from "../oauth/client/authentication.js";
import { configOption, configUsage, type Opened, withConfigured } from "./open.js";
import { rotateSecretsFile } from "./secrets-file.js";
import { parseOptions, UsageFault } from "./usage.js";

const usage = `Usage: countersign key generate
       countersign key rotate FILE [--now]
                                       take the next step of a rotation of the secrets in a file
       countersign key reseal [--config FILE]
                                       encrypt what is stored under the secret that signs

The first secret of a file signs, all verify. A rotation has two steps, each followed by SIGHUP to every server:
  1. \`rotate\` adds a new secret that only verifies.
  2. \`rotate\`, five minutes later or more, lets it sign. By then nobody has a JWK set without its key; --now does not wait.
A file that is not there is made with one secret. After \`reseal\`, and once the tokens signed by an old secret have expired,
that secret may be removed from the file.

${configUsage}`;

export async function key(args: string[]): Promise<void> {
  const { values, positionals } = parseOptions(
    args,
    { ...configOption, now: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    usage,
    2,
  );
  const [verb, file] = positionals;
  if (values.help) return console.log(usage);
  if (verb === "generate") return console.log(newSecret());
  if (verb === "rotate" && file !== undefined) return rotate(file, values.now ?? false);
  if (verb === "reseal") return withConfigured(values.config, reseal);
  throw new UsageFault(usage);
}

function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

function rotate(file: string, hasten: boolean): void {
  const taken = rotateSecretsFile(file, newSecret(), Date.now(), hasten);
  if (taken.step === "early") {
    const until = new Date(taken.until).toISOString();
    throw new Error(
      `The new secret in ${file} may sign from ${until}: until then others may have a JWK set without its key. Send SIGHUP to every server meanwhile, if you have not. Then run this again; --now does not wait.`,
    );
  }
  const count = taken.secrets.length;
  const listed = `${file} lists ${count} secret${count === 1 ? "" : "s"}`;
  const said = {
    first: `${listed}; it signs.`,
    added: `${listed}. Step 1 of 2: the second is new, and only verifies. Send SIGHUP to every server; five minutes later or more run this again.`,
    signs: `${listed}. Step 2 of 2: the first, which was new, signs. Send SIGHUP to every server; then \`countersign key reseal\`.`,
  };
  console.log(said[taken.step]);
}

/** Every API key and client secret is sealed again under the secret that signs. May run while servers do, and twice. */
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
  console.log(
    `${keys} API keys and ${secrets} client secrets are now encrypted under the secret that signs.`,
  );
}
