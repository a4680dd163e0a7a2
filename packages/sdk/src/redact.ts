/**
 * What keeps secrets out of messages, errors and logs. Of a body only what is understood is shown: a JSON object or a
 * form, less the values whose names say that they are secret. Of any other body only the length is shown, because a
 * token may be anywhere in it. Values that were sent are found again in the spellings in which servers repeat them.
 */
import { toBase64url, toBytes } from "./encoding.js";

/** Headers and body of a request or a response. */
interface Message {
  headers: Record<string, string>;
  body: string;
}

const redacted = "[redacted]";
/** What names of secrets have in them: of fields and headers, and within other text. */
const named =
  "token|secret|pass(?:word|wd)|verifier|assertion|api.?key|credential|cookie|session|jwt|authorization|(?:\\b|(?:auth\\w{0,13}|user|device)[_-]?)code";
const secretName = new RegExp(`(?:${named})s?$`, "i");
const secretHeader = new RegExp(`${named}|key$|-auth$|dpop`, "i");
/** A name and its value: `access_token=…`, `"refreshToken":"…`, `code%3D…`. */
const pairInText = new RegExp(
  `((?:${named})s?)((?:["'\\\\\\s]|%22){0,6}(?:[:=]|%3[ad])(?:["'\\\\\\s]|%22){0,6})([^\\s"'\\\\&,;<>}]+)`,
  "gi",
);
const schemeInText = /\b(bearer|basic) +[\w.~+/=-]+/gi;
/** All that the answer to a token request may show in words. */
const shownOfTokens = /^(token_type|expires_in|scopes?|state|error.*|warning.*)$/;

/** The message without secrets: neither those that were sent nor those that arrived. `isTokens` for an answer full of them. */
export function redactMessage<Given extends Message>(
  message: Given,
  secrets: readonly string[],
  isTokens = false,
): Given {
  const found = [...secrets];
  const { headers } = message;
  const body = redactBody(message.body, headers["content-type"] ?? "", found, isTokens);
  const clean = cleaner(found);
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    secretHeader.test(name) ? redacted : clean(value),
  ]);
  return { ...message, headers: Object.fromEntries(entries), body: clean(body) };
}

/** The text without these values, in whichever spelling, and without what looks like a secret beside its name. */
export function redactText(text: string, secrets: readonly string[]): string {
  return cleaner(secrets)(text);
}

function redactBody(body: string, contentType: string, found: string[], isTokens: boolean): string {
  const hide = (name: string, value: unknown) => {
    const isSecret =
      secretName.test(name) || (isTokens && typeof value === "string" && !shownOfTokens.test(name));
    if (!isSecret) return value;
    if (typeof value === "string") found.push(value);
    return redacted;
  };
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return JSON.stringify(value, hide);
  } catch {
    // Not JSON, or too deep to walk.
  }
  if (body === "") return body;
  if (!/^application\/x-www-form-urlencoded/i.test(contentType)) return `[${body.length} characters]`;
  return [...new URLSearchParams(body)]
    .map(
      ([name, value]) =>
        `${value !== "" && /^[a-z_]{1,40}$/i.test(name) ? name : redacted}=${hide(name, value)}`,
    )
    .join("&");
}

function cleaner(secrets: readonly string[]): (text: string) => string {
  // A shorter value would blot out half of an innocent text.
  const spellings = secrets.filter(({ length }) => length >= 4).flatMap(spellingsOf);
  const sent = new RegExp(spellings.join("|") || "$^", "gi");
  return (text) =>
    text
      .replace(sent, redacted)
      .replace(pairInText, (all, name: string, between: string, value: string) =>
        // "refresh token: expired" are words.
        /^[:\s]*$/.test(between) && value.length < 16 ? all : name + between + redacted,
      )
      .replace(schemeInText, `$1 ${redacted}`);
}

/** Patterns for a value as it is, escaped in whichever way, and within Base64 of something longer. */
function spellingsOf(secret: string): string[] {
  const bytes = toBytes(secret);
  // Three bytes make four characters: what stands before decides which of three forms the value takes.
  const inside = [0, 1, 2].map((before) => {
    const shifted = new Uint8Array(before + bytes.length);
    shifted.set(bytes, before);
    return toBase64url(shifted).slice(Math.ceil((before * 4) / 3), Math.floor((shifted.length * 4) / 3));
  });
  return [secret, ...inside.filter(({ length }) => length > 5)].map(patternOf);
}

/** JSON, HTML, forms and URLs keep letters and digits and write the rest each in its own way, sometimes twice over. */
function patternOf(text: string): string {
  const other = "(?:%(?:25)*[\\da-f]{2}|u[\\da-f]{4}|&(?:amp;)?#?\\w{2,6};|[^a-z0-9])";
  // With hardly a letter to go by, any run of signs that is as long may be it.
  if (text.replace(/[^a-z0-9]/gi, "").length < 4) return `${other}{${text.length},}`;
  return text.replace(/[^a-z0-9]+/gi, ({ length }) => `${other}{1,${8 * length}}`);
}
