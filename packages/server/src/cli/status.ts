/** `countersign status` and `countersign doctor`. */

import { secretsInUse, statusOf } from "../admin/acts/status.js";
import { buildOf } from "./build.js";
import { configUsage } from "./open.js";
import { operate, operatorOptions, printResult } from "./operator.js";
import { parseOptions } from "./usage.js";

const statusUsage = `Usage: countersign status [--json]

Prints the version, the schema of the database and of this build, the clock, the secrets by fingerprint, and the settings
in force, without the secrets among them.

${configUsage}`;

const doctorUsage = `Usage: countersign doctor [--json]

Looks for what will go wrong: a schema that is not this build's, warnings of the configuration, and what is stored under
secrets that are not configured. Says which secrets nothing is stored under: such a one may be removed once the tokens that
it signed have expired. Reads every app and API key. Exits 1 if something is wrong.

${configUsage}`;

export async function status(args: string[]): Promise<void> {
  const { values } = parseOptions(args, operatorOptions, statusUsage);
  if (values.help) return console.log(statusUsage);
  await operate(values.config, async (operating) => {
    const found = await statusOf(operating, buildOf(operating.config));
    printResult(values.json, found, JSON.stringify(found, undefined, 2));
  });
}

export async function doctor(args: string[]): Promise<void> {
  const { values } = parseOptions(args, operatorOptions, doctorUsage);
  if (values.help) return console.log(doctorUsage);
  await operate(values.config, async (operating) => {
    const build = buildOf(operating.config);
    const { schema } = await statusOf(operating, build);
    const { secrets, unopened } = await secretsInUse(operating);
    const wrong = [...operating.config.warnings];
    if (schema.database !== schema.build)
      wrong.push(
        `the database has schema ${schema.database}, this build makes ${schema.build}: run countersign migrate`,
      );
    if (unopened > 0)
      wrong.push(
        `${unopened} client secrets or API keys are sealed under a secret that is not configured: put it back, or make them again`,
      );
    const lines = secrets.map(({ place, fingerprint, seals }) => {
      const role = place === 1 ? "signs" : "verifies";
      return `secret ${place}  ${fingerprint}  ${role}, seals ${seals}${place > 1 && seals === 0 ? ": may be removed once its tokens have expired" : ""}`;
    });
    printResult(
      values.json,
      { schema, secrets, unopened, wrong },
      `schema ${schema.database}`,
      ...lines,
      ...wrong.map((one) => `WRONG: ${one}`),
      wrong.length === 0 ? "Nothing is wrong." : `${wrong.length} things are wrong.`,
    );
    if (wrong.length > 0) process.exitCode = 1;
  });
}
