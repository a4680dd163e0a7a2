/** `countersign revoke`: the emergency act, by account, by app, or everything. */

import { createInterface } from "node:readline/promises";
import { revokeAll } from "../accounts/revocation.js";
import type { Revocation, RevocationOutcome } from "../storage/storage.js";
import { configOption, configUsage, type Opened, withConfigured } from "./open.js";
import { parseOptions, UsageFault } from "./usage.js";

const usage = `Usage: countersign revoke --account EMAIL [--yes] [--json]
       countersign revoke --app CLIENT_ID [--yes] [--json]
       countersign revoke --everything [--yes] [--json]

Ends every token, code and remembered consent that was issued until now: of an account, with its sessions; of an app, for
all of its users; or all there are, with all sessions. Servers need not be restarted. It is done in one act, and cannot
be undone: people sign in and consent again. Passwords, client secrets and API keys stay valid.

  --yes    do not ask; required where standard input is not a terminal
  --json   print the outcome as JSON

${configUsage}`;

const options = {
  ...configOption,
  account: { type: "string" },
  app: { type: "string" },
  everything: { type: "boolean" },
  yes: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

type Values = ReturnType<typeof parseOptions<typeof options>>["values"];

/** What the operator named, as they named it. */
interface Named {
  readonly whose: Revocation;
  readonly name: string;
}

export async function revoke(args: string[]): Promise<void> {
  const { values } = parseOptions(args, options, usage);
  if (values.help) return console.log(usage);
  checkChoice(values);
  await withConfigured(values.config, async (opened) => {
    const named = await find(opened, values);
    if (!values.yes) await confirm(named.name);
    const ended = await revokeAll(opened, named.whose);
    if (ended === undefined) throw new Error(`${named.name} is gone.`);
    console.log(values.json ? JSON.stringify({ revoked: named.name, ...ended }) : said(named.name, ended));
  });
}

function checkChoice({ account, app, everything }: Values): void {
  const chosen = [account, app, everything].filter((one) => one !== undefined);
  if (chosen.length !== 1)
    throw new UsageFault("Name one of --account EMAIL, --app CLIENT_ID and --everything.");
}

async function find({ storage }: Opened, { account: email, app: clientId }: Values): Promise<Named> {
  if (email !== undefined) {
    const account = await storage.findAccountByEmail(email);
    if (account === undefined) throw new Error(`There is no account ${email}.`);
    return { whose: { accountId: account.id }, name: account.email };
  }
  if (clientId === undefined) return { whose: "everything", name: "everything" };
  const app = await storage.findApp(clientId);
  if (app === undefined) throw new Error(`There is no app ${clientId}.`);
  return { whose: { clientId }, name: clientId };
}

/** A typed name is not given by mistake. @throws {UsageFault} */
async function confirm(name: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new UsageFault("Standard input is not a terminal, so nobody can be asked: add --yes.");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const typed = await terminal.question(`This cannot be undone. Type "${name}" to revoke it: `);
  terminal.close();
  if (typed.trim() !== name) throw new Error("Nothing was revoked.");
}

function said(name: string, { grants, sessions }: RevocationOutcome): string {
  const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
  return `Revoked ${name}: ${counted(grants, "authorization")} and ${counted(sessions, "session")} ended.`;
}
