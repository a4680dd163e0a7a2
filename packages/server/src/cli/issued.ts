/** `countersign grant`, `family` and `session`: what was issued, listed and revoked. */

import { endSessions, revokeFamily, revokeGrant } from "../admin/acts/accounts.js";
import { lists } from "../admin/acts/lists.js";
import { configUsage } from "./open.js";
import {
  listOptions,
  listUsage,
  type Operating,
  operate,
  operatorOptions,
  printList,
  printResult,
} from "./operator.js";
import { parseOptions, UsageFault, wrongVerb } from "./usage.js";

const options = {
  ...operatorOptions,
  ...listOptions,
  account: { type: "string" },
  client: { type: "string" },
} as const;
type Values = ReturnType<typeof parseOptions<typeof options>>["values"];

interface Issued {
  readonly list: "grants" | "families" | "sessions";
  readonly usage: string;
  readonly revoke: (operating: Operating, values: Values, subject: string | undefined) => Promise<object>;
}

const issued = {
  grant: {
    list: "grants",
    usage: `Usage: countersign grant list [--account EMAIL] [--client CLIENT_ID]
       countersign grant revoke --account EMAIL --client CLIENT_ID`,
    revoke: async (operating, { account, client }) => {
      if (account === undefined || client === undefined)
        throw new UsageFault("Name the grant by --account and --client.");
      await revokeGrant(operating, operating.actor, account, client);
      return { revoked: 1 };
    },
  },
  family: {
    list: "families",
    usage: `Usage: countersign family list [--account EMAIL] [--client CLIENT_ID]
       countersign family revoke FAMILY

A family is one code exchange and all the tokens that followed from it.`,
    revoke: async (operating, _values, family) => {
      if (family === undefined)
        throw new UsageFault("Name the family: `countersign family list` has their ids.");
      await revokeFamily(operating, operating.actor, family);
      return { revoked: 1 };
    },
  },
  session: {
    list: "sessions",
    usage: `Usage: countersign session list --account EMAIL
       countersign session revoke --account EMAIL     ends all of them`,
    revoke: async (operating, { account }) => {
      if (account === undefined) throw new UsageFault("Name the account by --account.");
      return { revoked: await endSessions(operating, operating.actor, account) };
    },
  },
} as const satisfies Readonly<Record<string, Issued>>;

const command = (kind: Issued) => async (args: string[]) => {
  const usage = `${kind.usage}\n\n${configUsage}\n${listUsage}`;
  const { values, positionals } = parseOptions(args, options, usage, 2);
  if (values.help) return console.log(usage);
  const [verb = "", subject] = positionals;
  if (verb === "list" && subject === undefined)
    return operate(values.config, (operating) => printKind(operating, kind.list, values));
  if (verb !== "revoke") throw wrongVerb(usage, verb, ["list", "revoke"]);
  return operate(values.config, async (operating) => {
    const done = await kind.revoke(operating, values, subject);
    printResult(values.json, done, "Revoked.");
  });
};

function printKind(operating: Operating, list: Issued["list"], values: Values): Promise<void> {
  const { account, client: clientId } = values;
  return printList(
    values,
    (query) => lists[list](operating, { ...query, account, clientId }),
    (item) =>
      Object.entries(item)
        .filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0))
        .map(([key, value]) => `${key}=${Array.isArray(value) ? value.join(",") : value}`)
        .join("  "),
  );
}

export const grant = command(issued.grant);
export const family = command(issued.family);
export const session = command(issued.session);
