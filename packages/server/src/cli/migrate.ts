/** `countersign migrate`. */

import { configOption, configUsage, withConfigured } from "./open.js";
import { parseOptions } from "./usage.js";

const options = { ...configOption, help: { type: "boolean", short: "h" } } as const;

const usage = `Usage: countersign migrate [--config FILE]

Brings the database to the schema of this build; every command does so at start.

${configUsage}`;

export async function migrate(args: string[]): Promise<void> {
  const { values } = parseOptions(args, options, usage);
  if (values.help) return console.log(usage);
  await withConfigured(values.config, async () => console.log("The database has the schema of this build."));
}
