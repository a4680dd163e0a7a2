/** `countersign account`: accounts without the console. */

import { randomBytes } from "node:crypto";
import { apiKeysOf, mostApiKeys, sealApiKey } from "../accounts/api-keys.js";
import { createAccount, faultInEmail } from "../accounts/create-account.js";
import { shortestPassword } from "../accounts/sign-up.js";
import { hashPassword } from "../crypto/passwords.js";
import type { Account } from "../storage/storage.js";
import { configOption, configUsage, type Opened, withConfigured } from "./open.js";
import { parseOptions, UsageFault, verbNamed } from "./usage.js";

const usage = `Usage: countersign account create EMAIL     reads the password from standard input
       countersign account password EMAIL   the same, for an account there is
       countersign account api-key EMAIL    makes another API key and prints it
       countersign account lock EMAIL       ends its sessions and tokens; unlock gives them back
       countersign account unlock EMAIL
       countersign account list

${configUsage}`;

const verbs: Readonly<Record<string, (opened: Opened, email: string) => Promise<void>>> = {
  create: async (opened, email) => {
    const fault = faultInEmail(email);
    if (fault) throw new UsageFault(`${email}: ${fault}`);
    const account = await createAccount(opened, { email, password: await readPassword(), confirmed: true });
    if (account === undefined) throw new Error(`There is already an account ${email}.`);
    console.log(`account_id ${account.id}`);
  },
  password: async (opened, email) => {
    const { id } = await accountOf(opened, email);
    await opened.storage.updateAccount(id, { passwordHash: await hashPassword(await readPassword()) });
    console.log("The password is changed.");
  },
  "api-key": async (opened, email) => {
    const { id } = await accountOf(opened, email);
    const keys = await apiKeysOf(opened.ring, opened.storage, id);
    if (keys.length >= mostApiKeys)
      throw new Error(`${email} has ${mostApiKeys} API keys, which is the maximum.`);
    const made = randomBytes(32).toString("hex");
    await opened.storage.setApiKeys(
      id,
      [...keys, made].map((value) => sealApiKey(opened.ring, id, value, randomBytes)),
    );
    console.log(made);
  },
  lock: (opened, email) => setLocked(opened, email, true),
  unlock: (opened, email) => setLocked(opened, email, false),
};

export async function account(args: string[]): Promise<void> {
  const { values, positionals } = parseOptions(
    args,
    { ...configOption, help: { type: "boolean", short: "h" } },
    usage,
    2,
  );
  if (values.help) return console.log(usage);
  const [verb = "", email] = positionals;
  if (verb === "list") return withConfigured(values.config, list);
  const run = verbNamed(verbs, verb);
  if (run === undefined || email === undefined) throw new UsageFault(usage);
  return withConfigured(values.config, (opened) => run(opened, email));
}

async function list({ storage }: Opened): Promise<void> {
  for (const { id, email, locked } of await storage.listAccounts(10_000)) {
    console.log(`${id}  ${email}${locked ? "  locked" : ""}`);
  }
}

async function setLocked(opened: Opened, email: string, locked: boolean): Promise<void> {
  const { id } = await accountOf(opened, email);
  await opened.storage.updateAccount(id, { locked });
  console.log(`${email} is ${locked ? "locked" : "unlocked"}.`);
}

async function accountOf({ storage }: Opened, email: string): Promise<Account> {
  const found = await storage.findAccountByEmail(email);
  if (found === undefined) throw new Error(`There is no account ${email}.`);
  return found;
}

/** A password in an argument would stand in the process list and the shell's history. */
async function readPassword(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write("Password: ");
  let text = "";
  for await (const chunk of process.stdin) {
    text += chunk;
    if (text.includes("\n")) break;
  }
  const password = text.split(/\r?\n/)[0] ?? "";
  if (password.length < shortestPassword)
    throw new UsageFault(
      `The password must have at least ${shortestPassword} characters; give it on standard input.`,
    );
  return password;
}
