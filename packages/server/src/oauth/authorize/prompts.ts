/** What a request says of signing in and of being asked (OpenID Connect Core §3.1.2.1). */

import type { Parameters } from "../parameters.js";
import type { Profile } from "../profile/profile.js";
import { wordedRefusal } from "../refusal.js";

const prompts = new Set(["login", "none", "consent", "select_account"]);

export interface Prompts {
  readonly prompt: readonly ("login" | "none" | "consent" | "select_account")[];
  readonly loginHint: string | undefined;
  readonly maxAgeSeconds: number | undefined;
}

/** @throws {Refusal} `parameter_malformed`. */
export function readPrompt(profile: Profile, parameters: Parameters): Prompts {
  if (!profile.prompts) return { prompt: [], loginHint: undefined, maxAgeSeconds: undefined };
  const prompt = (parameters.optional("prompt") ?? "").split(" ").filter((word) => word !== "");
  if (prompt.some((word) => !prompts.has(word)) || (prompt.includes("none") && prompt.length > 1)) {
    throw wordedRefusal(
      "parameter_malformed",
      "must be login, consent, select_account or none; none cannot be combined",
      "prompt",
    );
  }
  const maxAge = parameters.optional("max_age");
  if (maxAge !== undefined && !/^\d{1,9}$/.test(maxAge)) {
    throw wordedRefusal("parameter_malformed", "must be a whole number of seconds", "max_age");
  }
  return {
    prompt: prompt as Prompts["prompt"],
    loginHint: parameters.optional("login_hint"),
    maxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge),
  };
}

/** Returns the query of a request after a login: `prompt=login`, `prompt=select_account` and `max_age` are satisfied. */
export function withoutSatisfiedPrompts(query: string): string {
  const parameters = new URLSearchParams(query);
  const prompts = (parameters.get("prompt") ?? "")
    .split(" ")
    .filter((word) => !["login", "select_account", ""].includes(word));
  if (prompts.length === 0) parameters.delete("prompt");
  else parameters.set("prompt", prompts.join(" "));
  parameters.delete("max_age");
  return parameters.toString();
}
