/** `countersign account`: accounts without the console. */

import { shortestPassword } from "../accounts/sign-up.js";
import {
  accountNamed,
  addAccount,
  addKey,
  deleteAccount,
  listKeys,
  revokeKey,
  setLocked,
  setPassword,
} from "../admin/acts/accounts.js";
import { exportAccount, lists } from "../admin/acts/lists.js";
import { accountView } from "../admin/views.js";
import { mostPasswordCharacters } from "../crypto/passwords.js";
import { configUsage } from "./open.js";
import {
  confirm,
  listOptions,
  listUsage,
  type Operating,
  operate,
  operatorOptions,
  printList,
  printResult,
} from "./operator.js";
import { parseOptions, UsageFault, verbNamed, wrongVerb } from "./usage.js";

const usage = `Usage: countersign account create EMAIL     reads the password from standard input
       countersign account password EMAIL   the same, for an account there is
       countersign account api-key EMAIL    makes another API key and prints it
       countersign account keys EMAIL       its API keys by their beginnings
       countersign account revoke-key EMAIL BEGINNING
       countersign account lock EMAIL       ends its sessions and tokens; unlock gives them back
       countersign account unlock EMAIL
       countersign account show EMAIL
       countersign account export EMAIL     all that is stored of it, as JSON
       countersign account delete EMAIL --yes
       countersign account list

EMAIL may be an account id.

${configUsage}
${listUsage}`;

const options = { ...operatorOptions, ...listOptions, yes: { type: "boolean" } } as const;
type Values = ReturnType<typeof parseOptions<typeof options>>["values"];
type Verb = (operating: Operating, name: string, values: Values, more: string | undefined) => Promise<void>;

const verbs: Readonly<Record<string, Verb>> = {
  create: async (operating, email, { json }) => {
    const account = await addAccount(operating, operating.actor, email, await readPassword());
    printResult(json, accountView(account), `account_id ${account.id}`);
  },
  password: async (operating, name, { json }) => {
    const account = await setPassword(operating, operating.actor, name, await readPassword());
    printResult(json, accountView(account), "The password is changed.");
  },
  "api-key": async (operating, name, { json }) => {
    const key = await addKey(operating, operating.actor, name);
    printResult(json, { key }, key);
  },
  keys: async (operating, name, { json }) => {
    for (const key of await listKeys(operating, name))
      printResult(json, key, `${key.beginning}…${key.primary ? "  primary" : ""}`);
  },
  "revoke-key": async (operating, name, { json }, beginning) => {
    if (beginning === undefined)
      throw new UsageFault("Name the key by its beginning: `countersign account keys EMAIL` has it.");
    await revokeKey(operating, operating.actor, name, beginning);
    printResult(json, { revoked: true }, "The API key is revoked.");
  },
  lock: (operating, name, { json }) => lock(operating, name, true, json),
  unlock: (operating, name, { json }) => lock(operating, name, false, json),
  show: async (operating, name, { json }) => {
    const view = accountView(await accountNamed(operating, name));
    printResult(json, view, JSON.stringify(view, undefined, 2));
  },
  export: async (operating, name, { json }) => {
    const all = await exportAccount(operating, name);
    printResult(json, all, JSON.stringify(all, undefined, 2));
  },
  delete: async (operating, name, { json, yes }) => {
    await accountNamed(operating, name);
    await confirm(yes, `deletes ${name} with its grants, tokens, sessions and API keys`, name);
    const account = await deleteAccount(operating, operating.actor, name);
    printResult(json, accountView(account), `${name} is gone.`);
  },
};

export async function account(args: string[]): Promise<void> {
  const { values, positionals } = parseOptions(args, options, usage, 3);
  if (values.help) return console.log(usage);
  const [verb = "", name, more] = positionals;
  if (verb === "list") return operate(values.config, (operating) => list(operating, values));
  const run = verbNamed(verbs, verb);
  if (run === undefined || name === undefined || (more !== undefined && verb !== "revoke-key"))
    throw wrongVerb(usage, verb, [...Object.keys(verbs), "list"]);
  return operate(values.config, (operating) => run(operating, name, values, more));
}

function list(operating: Operating, values: Values): Promise<void> {
  return printList(
    values,
    (query) => lists.accounts(operating, query),
    ({ account_id, email, locked }) => `${account_id}  ${email}${locked ? "  locked" : ""}`,
  );
}

async function lock(
  operating: Operating,
  name: string,
  locked: boolean,
  json: boolean | undefined,
): Promise<void> {
  const account = await setLocked(operating, operating.actor, name, locked);
  printResult(json, accountView(account), `${name} is ${locked ? "locked" : "unlocked"}.`);
}

/** Longest line that is read as a password, in bytes. */
const longestLineBytes = 8192;

/**
 * Returns the first line of what was given, without the byte order mark that PowerShell puts before it: nobody could type
 * it again. @throws {UsageFault} for what nobody could type either.
 */
export function firstLine(bytes: Buffer): string {
  const end = bytes.indexOf("\n");
  const line = end < 0 ? bytes : bytes.subarray(0, end);
  if (line.length > longestLineBytes) throw new UsageFault("The password is too long.");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(line).replace(/\r$/, "");
  } catch {
    throw new UsageFault("The password is not UTF-8.");
  }
  if (/[\0-\x1f\x7f]/.test(text))
    throw new UsageFault("The password has a control character in it: is it UTF-16?");
  if (text.length > mostPasswordCharacters)
    throw new UsageFault(`The password must have at most ${mostPasswordCharacters} characters.`);
  return text;
}

/** A password in an argument would stand in the process list and the shell's history. */
async function readPassword(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write("Password: ");
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) {
    chunks.push(chunk);
    if (chunk.includes("\n") || Buffer.concat(chunks).length > longestLineBytes) break;
  }
  const password = firstLine(Buffer.concat(chunks));
  if (password.length < shortestPassword)
    throw new UsageFault(
      `The password must have at least ${shortestPassword} characters; give it on standard input.`,
    );
  return password;
}
