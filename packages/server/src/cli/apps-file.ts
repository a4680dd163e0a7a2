/** `serve --apps FILE`: apps declared in a file that is kept with the rest of a deployment. */

import { parse } from "yaml";
import { applyApps, planApps } from "../admin/acts/apply.js";
import { AdminFault } from "../admin/fault.js";
import { readBoundedFile } from "../bounded-file.js";
import type { Log } from "../log.js";
import { type Opened, withConfigured } from "./open.js";
import { UsageFault } from "./usage.js";

/** Brings the file about. @throws {Error} before anything is written, if a part of it is wrong. */
export async function declareApps(opened: Opened, file: string, log: Log): Promise<void> {
  try {
    const context = { ...opened, profile: opened.config.profile };
    const plan = await planApps(context, readApps(file));
    await applyApps(context, { name: "apps-file" }, plan);
    for (const { clientId, act, differs } of plan)
      if (act !== "keep") log.info({ client_id: clientId, act, differs: differs.join(" ") }, "apps file");
  } catch (error) {
    await opened.storage.close();
    throw named(file, error);
  }
}

/** Prints what `declareApps` would do. */
export async function sayPlan(config: string | undefined, file: string | undefined): Promise<void> {
  if (file === undefined) throw new UsageFault("--dry-run goes with --apps FILE.");
  await withConfigured(config, async (opened) => {
    try {
      const plan = await planApps({ ...opened, profile: opened.config.profile }, readApps(file));
      for (const { clientId, act, differs } of plan)
        console.log([act.padEnd(6), clientId, differs.join(" ")].join("  ").trimEnd());
    } catch (error) {
      throw named(file, error);
    }
  });
}

const named = (file: string, error: unknown) =>
  error instanceof AdminFault ? new Error(`${file}: ${error.message}`) : error;

/** Some thousands of apps. */
const mostBytes = 8_388_608;

function readApps(file: string): unknown {
  const read = filledIn(parsed(file)) as { apps?: unknown } | null;
  const strangers = Object.keys(read ?? {}).filter((key) => key !== "apps");
  if (typeof read !== "object" || read === null || strangers.length > 0)
    throw new AdminFault("bad_request", "must hold `apps:` and a list, and nothing else");
  return read.apps;
}

/** @throws {AdminFault} that says why the file cannot be read or is no YAML. */
function parsed(file: string): unknown {
  try {
    return parse(readBoundedFile(file, mostBytes).toString("utf8"));
  } catch (error) {
    // What follows the first line is the place in the file, where a secret may stand.
    const [said = ""] = (error as Error).message.split("\n");
    throw new AdminFault("bad_request", said.replace(/:$/, ""));
  }
}

/** Puts values of the environment in their places, after the file was read: a value never becomes syntax. */
function filledIn(value: unknown): unknown {
  if (typeof value === "string")
    return value.replace(/\$\{([A-Z_][A-Z0-9_]*)\}/g, (_, name) => fromEnvironment(name));
  if (Array.isArray(value)) return value.map(filledIn);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filledIn(one)]));
}

function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "")
    throw new AdminFault("bad_request", `\${${name}} is not in the environment`);
  return value;
}
