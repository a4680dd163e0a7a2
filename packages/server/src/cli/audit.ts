/** `countersign audit`. */

import { listAudit } from "../admin/acts/lists.js";
import { configUsage } from "./open.js";
import { listOptions, operate, operatorOptions, printList } from "./operator.js";
import { parseOptions, UsageFault } from "./usage.js";

const usage = `Usage: countersign audit [--event E] [--client CLIENT_ID] [--account ACCOUNT_ID] [--actor WHO]
           [--since ISO_TIME] [--until ISO_TIME] [--limit N] [--all]

Prints security events, newest first, one JSON object per line: the newest 100, as many as --limit says, or --all, read in
pages. An unknown --event is refused, with a list of those there are. --actor is who did it,
for what operators did: api, apps-file, or cli: and a user.

${configUsage}
  --after PLACE   continue after the place that --limit printed on standard error`;

const options = {
  ...operatorOptions,
  ...listOptions,
  event: { type: "string" },
  client: { type: "string" },
  account: { type: "string" },
  actor: { type: "string" },
  since: { type: "string" },
  until: { type: "string" },
  all: { type: "boolean" },
} as const;

export async function audit(args: string[]): Promise<void> {
  const { values } = parseOptions(args, options, usage);
  if (values.help) return console.log(usage);
  if (values.all && values.limit !== undefined) throw new UsageFault("--all and --limit exclude each other.");
  const filter = {
    event: values.event,
    clientId: values.client,
    accountId: values.account,
    actor: values.actor,
    since: timeOf("--since", values.since),
    until: timeOf("--until", values.until),
  };
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
  const limit = values.all ? undefined : (values.limit ?? "100");
  await operate(values.config, (operating) =>
    printList(
      { ...values, limit, json: true },
      (query) => listAudit(operating, { ...query, ...given }),
      (event) => JSON.stringify(event),
    ),
  );
}

function timeOf(name: string, text: string | undefined): number | undefined {
  const time = text === undefined ? undefined : Date.parse(text);
  if (Number.isNaN(time)) throw new UsageFault(`${name} takes a time such as 2030-01-31T12:00:00Z.`);
  return time;
}
