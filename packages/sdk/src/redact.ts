/** What keeps secrets out of messages and logs. */

const SECRET_FIELDS = new Set(
  "access_token refresh_token client_secret code code_verifier token api_key password".split(" "),
);
const SECRET_HEADERS = new Set(["authorization", "cookie", "set-cookie", "proxy-authorization"]);
const REDACTED = "[redacted]";

/** The text with every one of these values, and every secret field of a JSON body, replaced. */
export function redactText(text: string, secrets: readonly string[]): string {
  let clean = redactJson(text);
  for (const secret of secrets) {
    // A shorter value would blot out half of an innocent text.
    if (secret.length < 4) continue;
    for (const form of [secret, formEncoded(secret)]) clean = clean.split(form).join(REDACTED);
  }
  return clean;
}

/** The headers with credentials replaced. */
export function redactHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      SECRET_HEADERS.has(name.toLowerCase()) ? REDACTED : value,
    ]),
  );
}

function formEncoded(value: string): string {
  return new URLSearchParams({ "": value }).toString().slice(1);
}

function redactJson(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return text;
    return JSON.stringify(value, (key, inner) => (SECRET_FIELDS.has(key) ? REDACTED : inner));
  } catch {
    return text;
  }
}
