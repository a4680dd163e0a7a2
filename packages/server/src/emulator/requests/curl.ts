/** A request as a command to repeat it. Secrets are not kept, so the command takes them from shell variables. */

import { isHarmless } from "./redact.js";

export type Pairs = readonly (readonly [name: string, value: string])[];

/** What was sent, before anything is masked. Never kept. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly query: Pairs;
  readonly contentType: string | undefined;
  readonly authorization: string | undefined;
  readonly json: unknown;
  readonly form: Pairs | undefined;
}

const mostCharacters = 3000;

export function curlCommand(sent: Sent): string {
  const parts = [`curl -sS -X ${sent.method} ${word(sent.url, sent.query)}`];
  if (sent.authorization !== undefined) parts.push(`-H ${credentials(sent.authorization)}`);
  if (sent.contentType !== undefined && (sent.json !== undefined || sent.form !== undefined))
    parts.push(`-H ${quoted(`Content-Type: ${sent.contentType}`)}`);
  if (sent.json !== undefined) parts.push(`-d ${jsonWord(sent.json)}`);
  for (const [name, value] of sent.form ?? []) parts.push(`--data-urlencode ${pair(name, value)}`);
  return parts.join(" \\\n  ").slice(0, mostCharacters);
}

/** `client_secret` to `"$CLIENT_SECRET"`. */
function variable(name: string): string {
  return `"$${
    name
      .toUpperCase()
      .replace(/[^A-Z0-9_]/g, "_")
      .slice(0, 40) || "VALUE"
  }"`;
}

/** A word of a POSIX shell: nothing inside single quotes has a meaning there. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function pair(name: string, value: string): string {
  return isHarmless(name) ? quoted(`${name}=${value}`) : `${quoted(`${name}=`)}${variable(name)}`;
}

function word(url: string, query: Pairs): string {
  if (query.length === 0) return quoted(url);
  const pairs = query.map(([name, value]) =>
    isHarmless(name)
      ? quoted(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      : `${quoted(`${encodeURIComponent(name)}=`)}${variable(name)}`,
  );
  return `${quoted(`${url}?`)}${pairs.join("'&'")}`;
}

function credentials(authorization: string): string {
  const scheme = authorization.split(" ", 1)[0] ?? "";
  const name = /^bearer$/i.test(scheme) ? "access_token" : "credentials";
  return `${quoted(`Authorization: ${scheme} `)}${variable(name)}`;
}

/** The JSON text, with each value that may be a secret replaced by a variable between the quotes. */
function jsonWord(json: unknown): string {
  const names: string[] = [];
  const mark = (name: string, value: unknown) => {
    if (value === null || typeof value === "object" || isHarmless(name)) return value;
    names.push(name);
    return `\u0000${names.length - 1}\u0000`;
  };
  const text = JSON.stringify(json, mark);
  return quoted(text).replace(
    /\\u0000(\d+)\\u0000/g,
    (_, index: string) => `'${variable(names[Number(index)] ?? "")}'`,
  );
}
