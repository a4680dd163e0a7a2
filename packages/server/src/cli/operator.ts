/** What the operators' commands share: who acts, how faults are told, and lists of any length. */

import { userInfo } from "node:os";
import { createInterface } from "node:readline/promises";
import type { Actor } from "../admin/actor.js";
import { everything } from "../admin/acts/lists.js";
import { AdminFault } from "../admin/fault.js";
import type { Page, PageQuery } from "../storage/port/paging.js";
import { configOption, type Opened, withConfigured } from "./open.js";
import { UsageFault } from "./usage.js";

export interface Operating extends Opened {
  readonly profile: Opened["config"]["profile"];
  readonly actor: Actor;
}

export const operatorOptions = {
  ...configOption,
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

export const listOptions = { limit: { type: "string" }, after: { type: "string" } } as const;

export const listUsage = `  --json          one JSON object per line (an act prints one)
  --limit N       the first N of a list; without it, all
  --after PLACE   continue after the place that --limit printed on standard error`;

/** Runs an operator's act on the configured storage. What was written wrongly is a fault of the call. */
export function operate(
  config: string | undefined,
  act: (operating: Operating) => Promise<void>,
): Promise<void> {
  return withConfigured(config, async (opened) => {
    try {
      await act({ ...opened, profile: opened.config.profile, actor: { name: `cli:${userName()}` } });
    } catch (error) {
      if (error instanceof AdminFault && error.code === "bad_request")
        throw new UsageFault(asOption(error.message));
      throw error;
    }
  });
}

/** A user of a container may have a number and no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "unknown");
  }
}

const optionOfKey: Readonly<Record<string, string>> = {
  scopes: "--scope",
  scope_texts: "--describe",
  callback_urls: "--callback",
  callback_schemes: "--allow-scheme",
  resources: "--resource",
  jwks: "--jwks",
  public: "--public",
  grant_types: "--grant",
  jwt_algorithm: "--jwt-algorithm",
  owner: "--owner",
  after: "--after",
  refresh_tokens: "--rotate",
  password: "The password, on standard input",
};

/** The acts name keys of JSON; here they are options. */
function asOption(message: string): string {
  const [, key = "", rest = ""] = /^(\w+): (.*)$/s.exec(message) ?? [];
  const option = optionOfKey[key];
  return option === undefined ? message : `${option}: ${rest}`;
}

export interface ListChoices {
  readonly json?: boolean | undefined;
  readonly limit?: string | undefined;
  readonly after?: string | undefined;
}

type View = Readonly<Record<string, unknown>>;

/** Prints a list page by page, however long it is. @param line an item for a person. */
export async function printList(
  { json, limit, after }: ListChoices,
  page: (query: PageQuery) => Promise<Page<View>>,
  line: (item: View) => string,
): Promise<void> {
  if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(limit))
    throw new UsageFault("--limit takes a whole number of at least 1.");
  const most = limit === undefined ? Number.POSITIVE_INFINITY : Number(limit);
  let next: string | undefined;
  const counted = async (query: PageQuery) => {
    const read = await page({ ...query, after: query.after ?? after });
    next = read.next;
    return read;
  };
  for await (const item of everything(counted, most)) console.log(json ? JSON.stringify(item) : line(item));
  if (next !== undefined) console.error(`There are more: --after ${next}`);
}

/** Prints what came of an act: an object for a program, lines for a person. */
export function printResult(json: boolean | undefined, result: object, ...lines: string[]): void {
  console.log(json ? JSON.stringify(result) : lines.join("\n"));
}

/**
 * What cannot be undone is not done by a slip: whoever did not say --yes is asked at a terminal to type the name.
 * @throws {UsageFault} where there is no terminal to ask at. @throws {Error} if something else is typed.
 */
export async function confirm(yes: boolean | undefined, what: string, name: string): Promise<void> {
  if (yes) return;
  const warning = `This ${what}, and cannot be undone.`;
  if (!process.stdin.isTTY)
    throw new UsageFault(
      `${warning} Standard input is not a terminal, so nobody can be asked: add --yes to do it.`,
    );
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Whoever ends the input instead of answering has said no.
  const ended = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
  const typed = await Promise.race([terminal.question(`${warning} Type "${name}" to do it: `), ended]);
  terminal.close();
  if (typed.trim() !== name) throw new Error("Nothing was done.");
}
