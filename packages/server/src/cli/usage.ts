/** Options of a command: parsed strictly, faults named in a sentence or two. */

import { type ParseArgsConfig, parseArgs } from "node:util";
import { nearest } from "./did-you-mean.js";

/** The command was called wrongly: exit code 2. */
export class UsageFault extends Error {}

type Options = NonNullable<ParseArgsConfig["options"]>;
type Parsed<T extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; strict: true; allowPositionals: boolean }>
>;

/** Returns the options and positionals of a command line. @throws {UsageFault} */
export function parseOptions<T extends Options>(
  args: string[],
  options: T,
  usage: string,
  positionals = 0,
): Parsed<T> {
  try {
    const parsed = parseArgs({ args, options, strict: true, allowPositionals: positionals > 0 });
    if (parsed.positionals.length > positionals)
      throw new Error(`Unexpected argument '${parsed.positionals.at(-1)}'`);
    return parsed;
  } catch (error) {
    throw new UsageFault(`${inWords(error as Error, Object.keys(options))}\n${whereHelpIs(usage)}`);
  }
}

/** Node's advice on positionals helps nobody here; the option that was meant does. */
function inWords({ message }: Error, options: readonly string[]): string {
  const unknown = /^Unknown option '--([^']*)'/.exec(message);
  if (unknown === null) return message;
  return `Unknown option '--${unknown[1]}'${suggestion(nearest(unknown[1] as string, options), "--")}`;
}

/** The help itself would push the one useful line out of sight. */
function whereHelpIs(usage: string): string {
  const command = /^Usage: (countersign(?: [a-z]+)?)/.exec(usage)?.[1] ?? "countersign";
  return `\`${command} --help\` has the options.`;
}

/** Returns what is wrong with a command line whose verb or subject is: a verb that is not there, or its arguments. */
export function wrongVerb(usage: string, verb: string, verbs: readonly string[]): UsageFault {
  // Who has typed no verb asks for all of them.
  if (verb === "") return new UsageFault(usage);
  const command = /^Usage: (countersign [a-z]+)/.exec(usage)?.[1] ?? "countersign";
  const fault = verbs.includes(verb)
    ? `\`${command} ${verb}\` takes other arguments.`
    : `There is no \`${command} ${verb}\`${suggestion(nearest(verb, verbs))}`;
  return new UsageFault(`${fault}\n\`${command} --help\` shows what there is.`);
}

/** Returns the end of a sentence: what was meant, if it can be guessed. */
export function suggestion(word: string | undefined, prefix = ""): string {
  return word === undefined ? "." : `. Did you mean ${prefix}${word}?`;
}

/** Returns the verb of that name; a property that every object has is none. */
export function verbNamed<T>(verbs: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(verbs, name) ? verbs[name] : undefined;
}

/** Returns a TCP port; 0 lets the system choose. @throws {UsageFault} */
export function portOf(text: string, name = "--port"): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new UsageFault(`${name} takes a number from 0 to 65535, not "${text}".`);
}
