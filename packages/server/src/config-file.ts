/** The configuration file: `KEY=value`, one a line. What cannot be understood is a fault with its line, never dropped. */

import { readBoundedFile } from "./bounded-file.js";

/** Every key with a long value is less than a tenth of it. */
const mostBytes = 1_048_576;
/** What is told of a file that is something else has this many lines. */
const mostFaults = 20;

export type Values = Readonly<Record<string, string | undefined>>;

/** Returns the keys and values of a file; adds what is wrong with it to `faults`. */
export function readConfigFile(file: string, faults: string[]): Values {
  const own: string[] = [];
  const fault = (message: string) => own.push(`the configuration file ${file} ${message}`);
  let text: string;
  try {
    text = decode(readBoundedFile(file, mostBytes));
  } catch (error) {
    faults.push(`cannot read the configuration file ${file}: ${(error as Error).message}`);
    return {};
  }
  const values: Record<string, string> = {};
  for (const [index, line] of text.split(/\r\n|[\r\n]/).entries()) {
    const read = readLine(line);
    if (read === undefined) continue;
    const place = `line ${index + 1}`;
    if ("fault" in read) fault(`${place}: ${read.fault}`);
    else if (Object.hasOwn(values, read.key)) fault(`${place}: ${read.key} is set twice`);
    else values[read.key] = read.value;
  }
  faults.push(...own.slice(0, mostFaults));
  if (own.length > mostFaults)
    faults.push(`the configuration file ${file} has ${own.length - mostFaults} more lines like these`);
  return values;
}

/** Editors on Windows put a byte order mark before the text; two of the three encodings that it tells are not read. */
function decode(bytes: Buffer): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw new Error("it is UTF-16; save it as UTF-8");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error("it is not UTF-8");
  }
}

type Line = { readonly key: string; readonly value: string } | { readonly fault: string };

function readLine(line: string): Line | undefined {
  const text = line.trim();
  if (text === "" || text.startsWith("#")) return undefined;
  const [, key, rest] = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/.exec(text) ?? [];
  if (key === undefined || rest === undefined)
    return { fault: "it is neither KEY=value nor a comment that begins with #" };
  const quote = rest[0];
  if (quote !== '"' && quote !== "'") return { key, value: rest.replace(/(^|\s)#.*$/, "").trimEnd() };
  const end = rest.indexOf(quote, 1);
  const after = rest.slice(end + 1);
  if (end < 0) return { fault: `${key} has an opening ${quote} and no closing one` };
  if (/^\s*(#.*)?$/.test(after)) return { key, value: rest.slice(1, end) };
  return { fault: `${key} goes on after its closing ${quote}` };
}
