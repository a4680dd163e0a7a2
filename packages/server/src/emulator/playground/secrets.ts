/** Owns how secrets are shown: enough of them to recognise one, never enough to use it. */

const shownEachEnd = 4;
// What is shorter would be found inside ordinary words.
const shortestSecret = 8;

/** The first and last four characters; a short secret shows less of itself. */
export function shorten(secret: string): string {
  const end = Math.min(shownEachEnd, Math.floor(secret.length / 4));
  return `${secret.slice(0, end)}…${secret.slice(secret.length - end)}`;
}

const secretMembers: ReadonlySet<string> = new Set([
  "access_token",
  "refresh_token",
  "client_secret",
  "code",
  "code_verifier",
  // Not a secret, but as long as one, and shown in this form everywhere else.
  "state",
  "id_token",
  "secret_token",
  "api_key",
]);

/** The JSON value, indented, with the members that hold secrets shortened. */
export function shownJson(value: unknown): string {
  return JSON.stringify(
    value,
    (name, member: unknown) =>
      secretMembers.has(name) && typeof member === "string" ? shorten(member) : member,
    2,
  );
}

/** The text with each of the known secrets shortened wherever it stands. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  // Longest first: a secret that is part of another would leave the rest of that one readable.
  const longestFirst = [...new Set(secrets)]
    .filter((secret) => secret.length >= shortestSecret)
    .sort((a, b) => b.length - a.length);
  return longestFirst.reduce((shown, secret) => shown.replaceAll(secret, () => shorten(secret)), text);
}
