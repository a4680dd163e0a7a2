/** `countersign key`: secrets made, rotated, and what is stored brought under the one that signs. */

import { randomBytes } from "node:crypto";
import { apiKeyContext, sealApiKey, unsealApiKey } from "../accounts/api-keys.js";
import { everything } from "../admin/acts/lists.js";
import { sealClientSecret } from "../apps/create-app.js";
import { sealedUnder } from "../crypto/sealed.js";
import { clientSecretContext, unsealSecret } from "../oauth/client/authentication.js";
import { configOption, configUsage, type Opened, withConfigured } from "./open.js";
import { rotateSecretsFile } from "./secrets-file.js";
import { parseOptions, wrongVerb } from "./usage.js";

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
  const [verb = "", file] = positionals;
  if (values.help) return console.log(usage);
  if (verb === "generate") return console.log(newSecret());
  if (verb === "rotate" && file) return rotate(file, values.now ?? false);
  if (verb === "reseal") return withConfigured(values.config, reseal);
  throw wrongVerb(usage, verb, ["generate", "rotate", "reseal"]);
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

/**
 * Every API key and client secret is sealed again under the secret that signs. May run while servers do, and twice: what
 * is changed or replaced meanwhile stays as it was changed.
 */
export async function reseal(opened: Opened): Promise<void> {
  const keys = await resealApiKeys(opened);
  const secrets = await resealClientSecrets(opened);
  console.log(
    `${keys} API keys and ${secrets} client secrets were encrypted under an older secret; all are now under the one that signs.`,
  );
}

async function resealApiKeys({ storage, ring, randomBytes: random }: Opened): Promise<number> {
  let resealed = 0;
  for await (const stored of everything((query) => storage.pageApiKeys(query))) {
    if (sealedUnder(ring, apiKeyContext(stored.accountId), stored.sealed) === 0) continue;
    const clear = unsealApiKey(ring, stored.accountId, stored);
    // One that is not as it was read has just been replaced or removed, by whoever has the secret that signs.
    if (await storage.resealApiKey(stored, sealApiKey(ring, stored.accountId, clear, random))) resealed += 1;
  }
  return resealed;
}

async function resealClientSecrets(opened: Opened): Promise<number> {
  let resealed = 0;
  for await (const { clientId } of everything((query) => opened.storage.pageApps(query))) {
    let count: number | undefined;
    while (count === undefined) count = await resealApp(opened, clientId);
    resealed += count;
  }
  return resealed;
}

/** Returns how many secrets were resealed; undefined if somebody else changed them at the same moment. */
async function resealApp(opened: Opened, clientId: string): Promise<number | undefined> {
  const { storage, ring } = opened;
  const secrets = (await storage.findApp(clientId))?.secrets ?? [];
  const old = secrets.filter(({ sealed }) => sealedUnder(ring, clientSecretContext(clientId), sealed) !== 0);
  if (old.length === 0) return 0;
  const resealed = secrets.map((stored) => ({
    ...stored,
    sealed: sealClientSecret(opened, clientId, unsealSecret(ring, clientId, stored)).sealed,
  }));
  return (await storage.resealSecrets(clientId, secrets, resealed)) ? old.length : undefined;
}
