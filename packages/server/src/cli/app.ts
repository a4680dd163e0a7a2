/** `countersign app`: apps without the console. */

import { createApp, newClientSecret, sealClientSecret } from "../apps/create-app.js";
import type { Config } from "../config.js";
import { faultInCallbackUrl, faultInScheme } from "../oauth/authorize/redirect-uri.js";
import { faultInKeySet } from "../oauth/client/keys.js";
import type { Profile } from "../oauth/profile/profile.js";
import { faultInResources } from "../oauth/resource.js";
import { faultInAppScopes, faultInScopeTexts } from "../oauth/scope.js";
import type { App } from "../storage/storage.js";
import { configOption, configUsage, type Opened, withConfigured } from "./open.js";
import { parseOptions, UsageFault, verbNamed } from "./usage.js";

const usage = `Usage: countersign app create NAME --owner EMAIL --callback URL [--callback URL …] --scope S [--scope S …]
           [--describe SCOPE=TEXT …] [--allow-scheme NAME …] [--public] [--rotate] [--jwt] [--resource URI …] [--jwks FILE] [--approved]
       countersign app list
       countersign app approve CLIENT_ID
       countersign app scopes CLIENT_ID --scope S [--scope S …]     revokes its grants
       countersign app rotate-secret CLIENT_ID [--overlap HOURS]    both secrets work for HOURS (24)

${configUsage}`;

const options = {
  ...configOption,
  owner: { type: "string" },
  callback: { type: "string", multiple: true },
  scope: { type: "string", multiple: true },
  resource: { type: "string", multiple: true },
  describe: { type: "string", multiple: true },
  "allow-scheme": { type: "string", multiple: true },
  jwks: { type: "string" },
  public: { type: "boolean" },
  rotate: { type: "boolean" },
  jwt: { type: "boolean" },
  approved: { type: "boolean" },
  overlap: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

type Values = ReturnType<typeof parseOptions<typeof options>>["values"];

const verbs: Readonly<Record<string, (opened: Opened, subject: string, values: Values) => Promise<void>>> = {
  create,
  approve: async ({ storage, now }, clientId) => {
    const done = await storage.updateApp(clientId, { approved: true }, now());
    if (done === undefined) throw new Error(`There is no app ${clientId}.`);
    console.log(`${clientId} is approved.`);
  },
  scopes: async ({ config, storage, now }, clientId, values) => {
    const scopes = checkedScopes(config, values.scope);
    const done = await storage.updateApp(clientId, { scopes }, now());
    if (done === undefined) throw new Error(`There is no app ${clientId}.`);
    const data = { grantsRevoked: done.grantsRevoked, scopes: scopes.join(" ") };
    await storage.recordAudit([
      { at: now(), event: "app_scopes_changed", clientId, accountId: undefined, data },
    ]);
    console.log(`${clientId} has the scopes ${scopes.join(" ")}; ${done.grantsRevoked} grants were revoked.`);
  },
  "rotate-secret": rotateSecret,
};

export async function app(args: string[]): Promise<void> {
  const { values, positionals } = parseOptions(args, options, usage, 2);
  if (values.help) return console.log(usage);
  const [verb = "", subject] = positionals;
  if (verb === "list") return withConfigured(values.config, list);
  const run = verbNamed(verbs, verb);
  if (run === undefined || subject === undefined) throw new UsageFault(usage);
  return withConfigured(values.config, (opened) => run(opened, subject, values));
}

async function create(opened: Opened, name: string, values: Values): Promise<void> {
  const { profile } = opened.config;
  if (values.public && profile.pkce === "ignored")
    throw new UsageFault(
      `--public: the ${profile.name} profile does not bind codes by PKCE, so a public app's could be stolen.`,
    );
  const callbackSchemes = values["allow-scheme"] ?? [];
  for (const scheme of callbackSchemes) {
    const fault = faultInScheme(scheme);
    if (fault) throw new UsageFault(`--allow-scheme ${scheme}: ${fault}`);
  }
  const scopes = checkedScopes(opened.config, values.scope);
  const callbackUrls = values.callback ?? [];
  if (callbackUrls.length === 0) throw new UsageFault("--callback is missing.");
  for (const url of callbackUrls) {
    const fault = faultInCallbackUrl(url, { schemes: callbackSchemes });
    if (fault) throw new UsageFault(`--callback ${url}: ${fault}`);
  }
  const owner = await opened.storage.findAccountByEmail(values.owner ?? "");
  if (owner === undefined)
    throw new UsageFault(`--owner: there is no account ${values.owner ?? "(none given)"}.`);
  const made = await createApp(opened, {
    name,
    ownerId: owner.id,
    callbackUrls,
    callbackSchemes,
    scopes,
    scopeTexts: readScopeTexts(scopes, values.describe),
    public: values.public ?? false,
    approved: values.approved ?? false,
    refreshTokens: values.rotate ? "rotate" : "same",
    accessTokens: values.jwt ? "jwt" : "opaque",
    resources: checkedResources(values.resource),
    jwks: await readJwks(profile, values),
  });
  if (made === undefined) throw new Error("The client id is taken.");
  console.log(`client_id     ${made.app.clientId}`);
  console.log(made.clientSecret ? `client_secret ${made.clientSecret}` : noSecret(made.app));
}

function checkedScopes({ profile }: Config, scopes: readonly string[] | undefined): readonly string[] {
  const fault = faultInAppScopes(profile, scopes ?? []);
  if (fault) throw new UsageFault(`--scope: ${fault}`);
  return scopes as string[];
}

function noSecret(app: App): string {
  return app.public ? "public: no client_secret" : "signs in with its keys: no client_secret";
}

function checkedResources(resources: readonly string[] = []): readonly string[] {
  const fault = faultInResources(resources);
  if (fault) throw new UsageFault(`--resource: ${fault}`);
  return resources;
}

/** Returns the owner's words for scopes. A scope may hold "=": of those that begin the option, the longest is meant. */
function readScopeTexts(
  scopes: readonly string[],
  described: readonly string[] = [],
): Record<string, string> {
  const texts = described.map((option): [string, string] => {
    const [scope] = scopes
      .filter((one) => option.startsWith(`${one}=`))
      .sort((one, other) => other.length - one.length);
    if (scope === undefined)
      throw new UsageFault(`--describe ${option}: write SCOPE=TEXT of one of the app's scopes`);
    return [scope, option.slice(scope.length + 1)];
  });
  const fault = faultInScopeTexts(scopes, Object.fromEntries(texts));
  if (fault) throw new UsageFault(`--describe: ${fault}`);
  return Object.fromEntries(texts);
}

/** Returns the key set of a file as it is stored. @throws {UsageFault} */
async function readJwks(
  profile: Profile,
  { jwks: file, public: isPublic }: Values,
): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const refuse = (fault: string) => new UsageFault(`--jwks ${file}: ${fault}`);
  if (isPublic) throw refuse("a public app has no keys");
  if (!profile.clientAuthentication.includes("private_key_jwt"))
    throw refuse(`the ${profile.name} profile does not read client assertions`);
  const { readFile } = await import("node:fs/promises");
  const text = (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  let set: unknown;
  try {
    set = JSON.parse(text);
  } catch {
    throw refuse("it is not JSON");
  }
  const fault = faultInKeySet(set);
  if (fault) throw refuse(fault);
  return JSON.stringify(set);
}

async function list({ storage }: Opened): Promise<void> {
  for (const { clientId, name, scopes, approved, public: isPublic } of await storage.listApps(10_000)) {
    const facts = [isPublic ? "public" : "", approved ? "" : "not approved"].filter((fact) => fact !== "");
    console.log([clientId, JSON.stringify(name), scopes.join(" "), ...facts].join("  "));
  }
}

/** The overlap lets every node of the client change over without an outage. */
async function rotateSecret(opened: Opened, clientId: string, values: Values): Promise<void> {
  const hours = Number(values.overlap ?? "24");
  if (!Number.isFinite(hours) || hours < 0) throw new UsageFault("--overlap takes a number of hours.");
  const found = await opened.storage.findApp(clientId);
  if (found === undefined) throw new Error(`There is no app ${clientId}.`);
  if (found.public || found.jwks !== undefined) throw new Error(`${clientId}: ${noSecret(found)}.`);
  const secret = newClientSecret(opened);
  const now = opened.now();
  const secrets = [
    sealClientSecret(opened, clientId, secret),
    ...overlapping(found, now, now + hours * 3_600_000),
  ];
  await opened.storage.updateApp(clientId, { secrets }, now);
  await opened.storage.recordAudit([
    {
      at: now,
      event: "client_secret_rotated",
      clientId,
      accountId: undefined,
      data: { overlapHours: hours },
    },
  ]);
  console.log(`client_secret ${secret}\nThe one before works for another ${hours} hours.`);
}

function overlapping(found: App, now: number, until: number): App["secrets"] {
  const live = found.secrets.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
  return live.map((secret) => ({ ...secret, expiresAt: Math.min(secret.expiresAt ?? until, until) }));
}
