/** Options of a command: parsed strictly, faults told in one sentence. */

import { type ParseArgsConfig, parseArgs } from "node:util";

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
    throw new UsageFault(`${(error as Error).message}\n\n${usage}`);
  }
}

/** Returns the verb of that name; a property that every object has is none. */
export function verbNamed<T>(verbs: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(verbs, name) ? verbs[name] : undefined;
}

/** Returns a TCP port; 0 lets the system choose. @throws {UsageFault} */
export function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new UsageFault(`--port takes a number from 0 to 65535, not "${text}".`);
}
