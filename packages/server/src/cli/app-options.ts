/** The options of `countersign app` as the fields of an app. */

import { readFile } from "node:fs/promises";
import { UsageFault } from "./usage.js";

export const appOptions = {
  name: { type: "string" },
  owner: { type: "string" },
  callback: { type: "string", multiple: true },
  scope: { type: "string", multiple: true },
  resource: { type: "string", multiple: true },
  describe: { type: "string", multiple: true },
  "allow-scheme": { type: "string", multiple: true },
  jwks: { type: "string" },
  "no-jwks": { type: "boolean" },
  public: { type: "boolean" },
  rotate: { type: "boolean" },
  same: { type: "boolean" },
  jwt: { type: "boolean" },
  opaque: { type: "boolean" },
  "jwt-algorithm": { type: "string" },
  "require-pkce": { type: "boolean" },
  "no-require-pkce": { type: "boolean" },
  "require-par": { type: "boolean" },
  "no-require-par": { type: "boolean" },
  "dpop-bound": { type: "boolean" },
  "no-dpop-bound": { type: "boolean" },
  grant: { type: "string", multiple: true },
  approved: { type: "boolean" },
  "credentials-on-refresh": { type: "string" },
} as const;

export interface AppChoices {
  readonly name?: string | undefined;
  readonly owner?: string | undefined;
  readonly callback?: string[] | undefined;
  readonly scope?: string[] | undefined;
  readonly resource?: string[] | undefined;
  readonly describe?: string[] | undefined;
  readonly "allow-scheme"?: string[] | undefined;
  readonly jwks?: string | undefined;
  readonly "no-jwks"?: boolean | undefined;
  readonly public?: boolean | undefined;
  readonly rotate?: boolean | undefined;
  readonly same?: boolean | undefined;
  readonly jwt?: boolean | undefined;
  readonly opaque?: boolean | undefined;
  readonly "jwt-algorithm"?: string | undefined;
  readonly "require-pkce"?: boolean | undefined;
  readonly "no-require-pkce"?: boolean | undefined;
  readonly "require-par"?: boolean | undefined;
  readonly "no-require-par"?: boolean | undefined;
  readonly "dpop-bound"?: boolean | undefined;
  readonly "no-dpop-bound"?: boolean | undefined;
  readonly grant?: string[] | undefined;
  readonly approved?: boolean | undefined;
  readonly "credentials-on-refresh"?: string | undefined;
}

/** Returns the fields that the options set. @param scopes those that the app has, if it is there already. */
export async function fieldsOf(
  chosen: AppChoices,
  scopes: readonly string[],
): Promise<Record<string, unknown>> {
  const fields = {
    name: chosen.name,
    owner: chosen.owner,
    callback_urls: listed(chosen.callback),
    callback_schemes: listed(chosen["allow-scheme"]),
    scopes: listed(chosen.scope),
    scope_texts: scopeTexts(chosen.scope ?? scopes, listed(chosen.describe)),
    resources: listed(chosen.resource),
    public: chosen.public,
    approved: chosen.approved,
    refresh_tokens: oneOf(chosen.rotate, "rotate", chosen.same, "same"),
    access_tokens: oneOf(chosen.jwt || chosen["jwt-algorithm"] !== undefined, "jwt", chosen.opaque, "opaque"),
    jwt_algorithm: chosen["jwt-algorithm"],
    require_pkce: switched(chosen, "require-pkce"),
    require_pushed_authorization_requests: switched(chosen, "require-par"),
    dpop_bound_access_tokens: switched(chosen, "dpop-bound"),
    grant_types: listed(chosen.grant),
    require_client_credentials_on_refresh: yesOrNo(
      "credentials-on-refresh",
      chosen["credentials-on-refresh"],
    ),
    jwks: chosen["no-jwks"] ? null : await keySet(chosen.jwks),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** One empty value takes all away: `--resource ""`. */
function listed(values: string[] | undefined): string[] | undefined {
  return values?.length === 1 && values[0] === "" ? [] : values;
}

function oneOf<T>(first: boolean | undefined, one: T, second: boolean | undefined, other: T): T | undefined {
  if (first && second) throw new UsageFault(`--${one} and --${other} exclude each other.`);
  if (first) return one;
  return second ? other : undefined;
}

function switched(
  chosen: AppChoices,
  on: "require-pkce" | "require-par" | "dpop-bound",
): boolean | undefined {
  const answer = oneOf(chosen[on], on, chosen[`no-${on}`], `no-${on}`);
  return answer === undefined ? undefined : answer === on;
}

function yesOrNo(option: string, text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (text !== "yes" && text !== "no") throw new UsageFault(`--${option} takes yes or no.`);
  return text === "yes";
}

/** A scope may hold "=": of those that begin the option, the longest is meant. */
function scopeTexts(
  scopes: readonly string[],
  described: string[] | undefined,
): Record<string, string> | undefined {
  if (described === undefined) return undefined;
  const texts = described.map((option): [string, string] => {
    const [scope] = scopes
      .filter((one) => option.startsWith(`${one}=`))
      .sort((one, other) => other.length - one.length);
    if (scope === undefined)
      throw new UsageFault(`--describe ${option}: write SCOPE=TEXT of one of the app's scopes`);
    return [scope, option.slice(scope.length + 1)];
  });
  return Object.fromEntries(texts);
}

/** @throws {UsageFault} */
async function keySet(file: string | undefined): Promise<unknown> {
  return file === undefined ? undefined : readJsonFile("--jwks", file);
}

/** @throws {UsageFault} */
export async function readJsonFile(name: string, file: string): Promise<unknown> {
  const text = (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageFault(`${name} ${file}: it is not JSON`);
  }
}
