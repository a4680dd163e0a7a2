/** Values that both adapters keep as text: lists as JSON, scopes as words. */

import type { ClientSecret } from "../storage.js";

export function optional<T>(value: unknown): T | undefined {
  return (value ?? undefined) as T | undefined;
}

export function toList(json: unknown): string[] {
  return json === null || json === undefined ? [] : JSON.parse(json as string);
}

export function toSecrets(json: unknown): ClientSecret[] {
  const stored = JSON.parse(json as string) as ClientSecret[];
  return stored.map(({ sealed, createdAt, expiresAt }) => ({ sealed, createdAt, expiresAt }));
}

/** Scope tokens hold no space (RFC 6749 §3.3), and "" is the empty list. */
export function toWords(text: unknown): string[] {
  return text === "" ? [] : (text as string).split(" ");
}

/** Whether two lists of words are the same set: their order does not matter. */
export function sameWords(a: string, b: string): boolean {
  const sorted = (words: string) => toWords(words).sort().join(" ");
  return sorted(a) === sorted(b);
}
