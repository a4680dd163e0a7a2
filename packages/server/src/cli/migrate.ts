/** `countersign migrate`. */

import { configOption, configUsage, withConfigured } from "./open.js";
import { parseOptions } from "./usage.js";

const options = { ...configOption, help: { type: "boolean", short: "h" } } as const;

const usage = `Usage: countersign migrate [--config FILE]

Brings the database to the schema of this build. \`serve\` does so at its start, unless COUNTERSIGN_MIGRATE is false; other
commands never do. Servers of the release before work on meanwhile, and after it.

${configUsage}`;

export async function migrate(args: string[]): Promise<void> {
  const { values } = parseOptions(args, options, usage);
  if (values.help) return console.log(usage);
  const said = async () => console.log("The database has the schema of this build.");
  await withConfigured(values.config, said, { mayMigrate: true });
}
