/** `countersign app`: apps without the console. */

import {
  type AppAndSecret,
  addApp,
  appNamed,
  changeApp,
  deleteApp,
  expireOldSecrets,
  longestOverlapHours,
  rotateSecret,
  usualOverlapHours,
} from "../admin/acts/apps.js";
import { lists } from "../admin/acts/lists.js";
import { appView } from "../admin/views.js";
import type { App } from "../storage/port/records.js";
import { appOptions, fieldsOf, readJsonFile } from "./app-options.js";
import { configUsage } from "./open.js";
import {
  confirm,
  listOptions,
  listUsage,
  type Operating,
  operate,
  operatorOptions,
  printList,
  printResult,
} from "./operator.js";
import { parseOptions, UsageFault, verbNamed, wrongVerb } from "./usage.js";

const usage = `Usage: countersign app create NAME --owner EMAIL --callback URL [--callback URL …] --scope S [--scope S …]
           [--describe SCOPE=TEXT …] [--allow-scheme NAME …] [--public] [--rotate] [--jwt] [--jwt-algorithm ES256|RS256]
           [--resource URI …] [--jwks FILE] [--approved] [--require-pkce] [--require-par] [--dpop-bound]
           [--grant client_credentials|device_code …] [--credentials-on-refresh yes|no]
       countersign app import FILE                                  makes the app, or the list of apps, of a JSON file,
                                                                    with client_id and client_secret from elsewhere
       countersign app list [--open]                               --open lists the open clients too
       countersign app show CLIENT_ID
       countersign app update CLIENT_ID [the options of create, --name, --same, --opaque, --no-jwks, --no-require-pkce,
                                                                    --no-require-par, --no-dpop-bound; "" empties a list]
       countersign app approve CLIENT_ID                            unapprove takes it back
       countersign app disable CLIENT_ID                            refused everywhere, its grants kept; enable ends that
       countersign app scopes CLIENT_ID --scope S [--scope S …]     revokes its grants
       countersign app rotate-secret CLIENT_ID [--overlap HOURS]    both secrets work for HOURS (24)
       countersign app expire-old-secret CLIENT_ID                  ends all secrets but the newest, now
       countersign app delete CLIENT_ID --yes                       with its grants and tokens

${configUsage}
${listUsage}`;

const options = {
  ...operatorOptions,
  ...listOptions,
  ...appOptions,
  open: { type: "boolean" },
  overlap: { type: "string" },
  yes: { type: "boolean" },
} as const;

type Values = ReturnType<typeof parseOptions<typeof options>>["values"];
type Verb = (operating: Operating, subject: string, values: Values) => Promise<void>;

const verbs: Readonly<Record<string, Verb>> = {
  create,
  import: importApps,
  show: async (operating, clientId, { json }) => {
    const view = appView(await appNamed(operating, clientId));
    printResult(json, view, JSON.stringify(view, undefined, 2));
  },
  update: async (operating, clientId, values) => {
    const { scopes } = await appNamed(operating, clientId);
    const fields = await fieldsOf(values, scopes);
    if (Object.keys(fields).length === 0) throw new UsageFault("Nothing is to be changed: give options.");
    await change(operating, clientId, fields, values, `${clientId} is changed`);
  },
  approve: switched({ approved: true }, "is approved"),
  unapprove: switched({ approved: false }, "is no longer approved: its owner alone can use it"),
  disable: switched({ disabled: true }, "is disabled: it is refused everywhere, and keeps its grants"),
  enable: switched({ disabled: false }, "is enabled"),
  scopes: async (operating, clientId, { scope = [], ...values }) => {
    const done = await changeApp(operating, operating.actor, clientId, { scopes: scope });
    const result = { ...appView(done.app), grants_revoked: done.grantsRevoked };
    const said = `${clientId} has the scopes ${scope.join(" ")}; ${done.grantsRevoked} grants were revoked.`;
    printResult(values.json, result, said);
  },
  "rotate-secret": async (operating, clientId, { overlap, json }) => {
    const hours = overlap === undefined ? usualOverlapHours : hoursOf(overlap);
    const { clientSecret } = await rotateSecret(operating, operating.actor, clientId, hours);
    const result = { client_id: clientId, client_secret: clientSecret, overlap_hours: hours };
    printResult(
      json,
      result,
      `client_secret ${clientSecret}`,
      `The one before works for another ${hours} hours.`,
    );
  },
  "expire-old-secret": async (operating, clientId, { json }) => {
    const ended = await expireOldSecrets(operating, operating.actor, clientId);
    printResult(json, { client_id: clientId, ended }, `${ended} old secrets of ${clientId} have ended.`);
  },
  delete: async (operating, clientId, { json, yes }) => {
    await appNamed(operating, clientId);
    await confirm(yes, `deletes ${clientId} with its grants and tokens`, clientId);
    const { grantsRevoked } = await deleteApp(operating, operating.actor, clientId);
    const result = { client_id: clientId, grants_revoked: grantsRevoked };
    printResult(json, result, `${clientId} is gone, and with it ${grantsRevoked} grants.`);
  },
};

export async function app(args: string[]): Promise<void> {
  const { values, positionals } = parseOptions(args, options, usage, 2);
  if (values.help) return console.log(usage);
  const [verb = "", subject] = positionals;
  if (verb === "list") return operate(values.config, (operating) => list(operating, values));
  const run = verbNamed(verbs, verb);
  if (run === undefined || subject === undefined)
    throw wrongVerb(usage, verb, [...Object.keys(verbs), "list"]);
  return operate(values.config, (operating) => run(operating, subject, values));
}

/** Nothing at all is not 0: the secret in use would end at once. @throws {UsageFault} */
function hoursOf(text: string): number {
  if (/^\d{1,5}(\.\d{1,3})?$/.test(text) && Number(text) <= longestOverlapHours) return Number(text);
  throw new UsageFault(`--overlap takes a number of hours, such as 24 or 0.5, not "${text}".`);
}

function switched(fields: object, said: string): Verb {
  return (operating, clientId, values) => change(operating, clientId, fields, values, `${clientId} ${said}`);
}

async function change(
  operating: Operating,
  clientId: string,
  fields: object,
  { json }: Values,
  said: string,
): Promise<void> {
  const done = await changeApp(operating, operating.actor, clientId, fields);
  const secret = done.clientSecret === undefined ? [] : [`client_secret ${done.clientSecret}`];
  const grants = done.grantsRevoked === 0 ? "" : `; ${done.grantsRevoked} grants were revoked`;
  printResult(
    json,
    { ...withSecret(done), grants_revoked: done.grantsRevoked },
    `${said}${grants}.`,
    ...secret,
  );
}

async function create(operating: Operating, name: string, values: Values): Promise<void> {
  const { owner, callback = [] } = values;
  // A grant beside the code leads to no callback.
  if (callback.length === 0 && values.grant === undefined) throw new UsageFault("--callback is missing.");
  if ((await operating.storage.findAccountByEmail(owner ?? "")) === undefined)
    throw new UsageFault(`--owner: there is no account ${owner ?? "(none given)"}.`);
  const fields = await fieldsOf({ scope: [], callback, ...values, name }, []);
  printMade(await addApp(operating, operating.actor, fields), values);
}

/** One app after another: what was made before a fault stays, and is named. */
async function importApps(operating: Operating, file: string, values: Values): Promise<void> {
  const read = await readJsonFile("import", file);
  for (const one of Array.isArray(read) ? read : [read])
    printMade(await addApp(operating, operating.actor, one), values);
}

function printMade(made: AppAndSecret, { json }: Values): void {
  const secret = made.clientSecret ? `client_secret ${made.clientSecret}` : noSecret(made.app);
  printResult(json, withSecret(made), `client_id     ${made.app.clientId}`, secret);
}

function withSecret({ app: made, clientSecret }: AppAndSecret) {
  return { ...appView(made), ...(clientSecret !== undefined && { client_secret: clientSecret }) };
}

function noSecret(made: App): string {
  return made.public ? "public: no client_secret" : "signs in with its keys: no client_secret";
}

function list(operating: Operating, values: Values): Promise<void> {
  return printList(
    values,
    (query) => lists.apps(operating, { ...query, open: values.open }),
    ({ client_id, name, scopes, approved, disabled, open_client, public: isPublic }) => {
      const facts = [
        open_client && "open client",
        isPublic && "public",
        !approved && "not approved",
        disabled && "disabled",
      ].filter(Boolean);
      return [client_id, JSON.stringify(name), (scopes as string[]).join(" "), ...facts].join("  ");
    },
  );
}
