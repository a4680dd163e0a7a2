/** `countersign revoke`: the emergency act, by account, by app, or everything. */

import { findRevocation, revokeAll } from "../admin/acts/revoke.js";
import type { RevocationOutcome } from "../storage/port/acts.js";
import { configUsage } from "./open.js";
import { confirm, operate, operatorOptions, printResult } from "./operator.js";
import { parseOptions, UsageFault } from "./usage.js";

const usage = `Usage: countersign revoke --account EMAIL [--yes] [--json]
       countersign revoke --app CLIENT_ID [--yes] [--json]
       countersign revoke --everything [--yes] [--json]

Ends every token, code and remembered consent that was issued until now: of an account, with its sessions; of an app, for
all of its users, with the app's own tokens; or all there are, with all sessions. Servers need not be restarted. It is done in one act, and cannot
be undone: people sign in and consent again. Passwords, client secrets and API keys stay valid.

  --yes    do not ask; required where standard input is not a terminal
  --json   print the outcome as JSON

${configUsage}`;

const options = {
  ...operatorOptions,
  account: { type: "string" },
  app: { type: "string" },
  everything: { type: "boolean" },
  yes: { type: "boolean" },
} as const;

type Values = ReturnType<typeof parseOptions<typeof options>>["values"];

export async function revoke(args: string[]): Promise<void> {
  const { values } = parseOptions(args, options, usage);
  if (values.help) return console.log(usage);
  checkChoice(values);
  const { account, app: clientId, everything } = values;
  await operate(values.config, async (operating) => {
    const found = await findRevocation(operating, { account, clientId, everything });
    await confirm(values.yes, `ends all that ${whatIs(values, found.name)} was given`, found.name);
    const ended = await revokeAll(operating, operating.actor, found);
    printResult(values.json, { revoked: found.name, ...ended }, said(found.name, ended));
  });
}

const whatIs = ({ everything }: Values, name: string) => (everything ? "anybody" : name);

function checkChoice({ account, app, everything }: Values): void {
  const chosen = [account, app, everything].filter((one) => one !== undefined);
  if (chosen.length !== 1)
    throw new UsageFault("Name one of --account EMAIL, --app CLIENT_ID and --everything.");
}

function said(name: string, { grants, sessions }: RevocationOutcome): string {
  const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
  return `Revoked ${name}: ${counted(grants, "authorization")} and ${counted(sessions, "session")} ended.`;
}
