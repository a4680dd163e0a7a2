/** `countersign audit`. */

import { configOption, configUsage, withConfigured } from "./open.js";
import { parseOptions, UsageFault } from "./usage.js";

const usage = `Usage: countersign audit [--event E] [--client CLIENT_ID] [--account ACCOUNT_ID] [--since ISO_TIME] [--limit N]

Prints security events, newest first, one JSON object a line.

${configUsage}`;

const options = {
  ...configOption,
  help: { type: "boolean", short: "h" },
  event: { type: "string" },
  client: { type: "string" },
  account: { type: "string" },
  since: { type: "string" },
  limit: { type: "string" },
} as const;

export async function audit(args: string[]): Promise<void> {
  const { values } = parseOptions(args, options, usage);
  if (values.help) return console.log(usage);
  const limit = Number(values.limit ?? "100");
  if (!Number.isInteger(limit) || limit < 1)
    throw new UsageFault("--limit takes a whole number of at least 1.");
  const since = values.since === undefined ? undefined : Date.parse(values.since);
  if (Number.isNaN(since)) throw new UsageFault("--since takes a time such as 2030-01-31T12:00:00Z.");
  const query = {
    limit,
    ...(values.event !== undefined && { event: values.event }),
    ...(values.client !== undefined && { clientId: values.client }),
    ...(values.account !== undefined && { accountId: values.account }),
    ...(since !== undefined && { since }),
  };
  await withConfigured(values.config, async ({ storage }) => {
    for (const { at, event, clientId, accountId, data } of await storage.listAudit(query)) {
      console.log(
        JSON.stringify({
          at: new Date(at).toISOString(),
          event,
          client_id: clientId,
          account_id: accountId,
          ...data,
        }),
      );
    }
  });
}
