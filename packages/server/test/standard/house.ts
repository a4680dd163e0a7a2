/** Owns the house the tests of the standard profile live in: a server, two people, and an app of every kind. */

import type { AddressInfo } from "node:net";
import { type AppOptions, type CountersignApp, createCountersign } from "../../src/app.js";
import { createApp, type NewApp } from "../../src/apps/create-app.js";
import { KeyRing } from "../../src/crypto/key-ring.js";
import { hashPassword } from "../../src/crypto/passwords.js";
import { profiles } from "../../src/oauth/profile/profiles.js";
import type { Storage } from "../../src/storage/port/storage.js";
import { openSqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";
import { type Answer, sendForm } from "../support/http.js";
import { seededRandom } from "../support/random.js";
import { Clock, jack, jill, recordingLog, type TestServer } from "../support/server.js";
import { type Tokens, tokensOf } from "../support/tokens.js";
import { authorizationQuery, callbackOf, UserAgent } from "../support/user-agent.js";

export const secretsOfTheHouse = ["a secret of the tests, long enough to be one: 0123456789"];
export const resource = "https://files.example.com/";
export const otherResource = "https://mail.example.com/";

/** The example of RFC 7636, appendix B. */
export const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
export const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
export const pkce = { code_challenge: challenge, code_challenge_method: "S256" };

type HouseApp = Omit<NewApp, "ownerId"> & {
  readonly clientId: string;
  readonly clientSecret: string | undefined;
};

const defaults = {
  callbackUrls: ["https://web.example.com/callback"],
  scopes: ["account_access", "signature_request_access", "template_access"],
  approved: true,
};

const app = (clientId: string, more: Partial<HouseApp> = {}): HouseApp => ({
  ...defaults,
  name: `The ${clientId} app`,
  clientId,
  clientSecret: more.public ? undefined : `${clientId}-secret-f3a91c`,
  ...more,
});

/** Keeps its refresh token. */
export const web = app("web");
/** Gets a new refresh token at each refresh. */
export const rotating = app("rotating", { refreshTokens: "rotate" });
/** A program on the person's own machine: it has no secret. */
export const native = app("native", { public: true, callbackUrls: ["http://127.0.0.1/callback"] });
/** Its access tokens are JWTs, for the files server. */
export const jwt = app("jwt", { accessTokens: "jwt", resources: [resource, otherResource] });
/** Asks for tokens for a resource, and gets opaque ones. */
export const opaque = app("opaque", { resources: [resource], refreshTokens: "rotate" });
/** The files server itself, and another one. */
export const files = app("files", { resources: [resource] });
export const mail = app("mail", { resources: [otherResource] });
export const several = app("several", {
  callbackUrls: ["https://one.example.com/callback", "https://two.example.com/callback?tenant=7"],
});
/** Nobody but its owner, Jill, may authorize it. */
export const unapproved = app("unapproved", { approved: false });
/** A client id and secret that must be encoded for HTTP Basic. */
export const odd = app("odd:id+%", { clientSecret: 'a "secret": with %2B, + and &' });

const apps = [web, rotating, native, jwt, opaque, files, mail, several, unapproved, odd];

let hashes: Promise<[string, string]> | undefined;

export interface HouseOptions
  extends Partial<
    Pick<
      AppOptions,
      | "rateLimits"
      | "trustProxy"
      | "connections"
      | "strictTransport"
      | "issuer"
      | "openClients"
      | "outgoing"
      | "basePath"
      | "signInUrl"
    >
  > {
  readonly profile?: AppOptions["profile"];
  /** A storage that has been furnished already. */
  readonly storage?: Storage;
  readonly file?: string;
  readonly clock?: Clock;
  /** What is added to the server before it listens. */
  readonly extend?: (app: CountersignApp) => void;
  readonly ring?: KeyRing;
}

/** Starts a server; the caller closes it. */
export async function startHouse(options: HouseOptions = {}): Promise<TestServer> {
  const clock = options.clock ?? new Clock();
  const storage = options.storage ?? openSqliteStorage(options.file ?? ":memory:");
  const ring = options.ring ?? new KeyRing(secretsOfTheHouse);
  const log = recordingLog(clock.now);
  let url = "http://127.0.0.1:0";
  const app = createCountersign({
    issuer: () => url,
    profile: profiles.standard,
    ...options,
    storage,
    ring,
    log,
    now: clock.now,
    randomBytes: seededRandom(options.storage ? "another server" : "server"),
  });
  if (options.storage === undefined) await furnish(storage, ring, clock.now);
  options.extend?.(app);
  await app.server.listen({ host: "127.0.0.1", port: 0 });
  url = `http://127.0.0.1:${(app.server.server.address() as AddressInfo).port}${options.basePath ?? ""}`;
  return {
    url,
    clock,
    storage,
    ring,
    app,
    logLines: log.lines,
    close: async () => {
      app.server.server.closeAllConnections();
      await app.server.close();
      if (options.storage === undefined) await storage.close();
    },
  };
}

async function furnish(storage: Storage, ring: KeyRing, now: () => number): Promise<void> {
  const randomBytes = seededRandom("furniture");
  hashes ??= Promise.all([hashPassword(jill.password), hashPassword(jack.password)]);
  const [jills, jacks] = await hashes;
  const person = (id: string, email: string, passwordHash: string) =>
    storage.createAccount({
      ...{ id: id.repeat(20), email, passwordHash, createdAt: now(), confirmedAt: now() },
      ...{ locked: false, locale: "en-US", callbackUrl: undefined, createdByClient: undefined },
    });
  await person("a1", jill.email, jills);
  await person("b2", jack.email, jacks);
  for (const one of apps) await createApp({ storage, ring, now, randomBytes }, { ...one, ownerId: jillsId });
}

export const jillsId = "a1".repeat(20);
export const jacksId = "b2".repeat(20);

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string | undefined;
}

/** A person goes from the authorization request to the callback, by as many pages as they are shown. */
export async function authorize(
  server: TestServer,
  client: Credentials,
  more: Record<string, string> | readonly (readonly [string, string])[] = {},
  agent = new UserAgent(server.url),
): Promise<URL> {
  const extra = Array.isArray(more) ? more : Object.entries(more);
  const query = new URLSearchParams([
    ...new URLSearchParams(authorizationQuery(client.clientId)),
    ...(client.clientSecret === undefined ? Object.entries(pkce) : []),
    ...extra,
  ]);
  const page = await agent.openConsent(query.toString(), jack);
  if (page.headers.location !== undefined) return callbackOf(page);
  return callbackOf(await agent.submit(page, "/oauth/authorize?", { decision: "allow" }));
}

export async function codeFor(
  server: TestServer,
  client: Credentials,
  more?: Parameters<typeof authorize>[2],
): Promise<string> {
  const callback = await authorize(server, client, more);
  const code = callback.searchParams.get("code");
  if (code === null) throw new Error(`no code at ${callback}`);
  return code;
}

/** The credentials of a client as parameters of the body. */
export function inBody({ clientId, clientSecret }: Credentials): Record<string, string> {
  return { client_id: clientId, ...(clientSecret !== undefined && { client_secret: clientSecret }) };
}

/** The credentials of a client as an Authorization header, encoded as RFC 6749 §2.3.1 says. */
export function basic(clientId: string, secret = ""): { authorization: string } {
  const encoded = [clientId, secret].map((part) => new URLSearchParams({ x: part }).toString().slice(2));
  return { authorization: `Basic ${Buffer.from(encoded.join(":")).toString("base64")}` };
}

export type Fields = Readonly<Record<string, string>> | readonly (readonly [string, string])[];

export function post(
  server: TestServer,
  path: string,
  fields: Fields,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return sendForm(`${server.url}${path}`, fields, headers);
}

export function exchangeCode(
  server: TestServer,
  client: Credentials,
  code: string,
  more: Record<string, string> = {},
): Promise<Answer> {
  const proof: Fields = client.clientSecret === undefined ? { code_verifier: verifier } : {};
  const grant = { grant_type: "authorization_code", code };
  return post(server, "/oauth/token", { ...grant, ...inBody(client), ...proof, ...more });
}

export function refreshWith(
  server: TestServer,
  client: Credentials,
  refreshToken: string,
  more: Record<string, string> = {},
): Promise<Answer> {
  const grant = { grant_type: "refresh_token", refresh_token: refreshToken };
  return post(server, "/oauth/token", { ...grant, ...inBody(client), ...more });
}

/** A person authorizes the app, and the app exchanges its code. */
export async function tokensFor(
  server: TestServer,
  client: Credentials,
  more?: Parameters<typeof authorize>[2],
): Promise<Tokens> {
  return tokensOf(await exchangeCode(server, client, await codeFor(server, client, more)));
}

export async function introspectAs(
  server: TestServer,
  client: Credentials,
  token: string,
): Promise<Record<string, unknown>> {
  const answer = await post(server, "/oauth/introspect", { ...inBody(client), token });
  if (answer.status !== 200) throw new Error(`not introspected: ${answer.status} ${answer.text}`);
  return answer.json();
}

/** What a test compares of an OAuth refusal: status, error, and description where it matters. */
export function refusalOf(answer: Answer): [number, unknown] {
  return [answer.status, answer.json().error];
}

/** The security events recorded so far, oldest first. */
export async function auditOf(server: TestServer, event?: string) {
  // Events are recorded beside the request: a write that is answered after them finds them on disk.
  await server.storage.deleteSession("none");
  const events = await server.storage.listAudit({ limit: 1000, ...(event !== undefined && { event }) });
  return events.reverse();
}
