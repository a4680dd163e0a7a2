/** Client authentication at the token endpoint (RFC 6749 §2.3). */

import { timingSafeEqual } from "node:crypto";
import { secretDigest } from "../../crypto/compare.js";
import type { KeyRing } from "../../crypto/key-ring.js";
import { unseal } from "../../crypto/sealed.js";
import type { App, ClientSecret } from "../../storage/port/records.js";
import type { Storage } from "../../storage/port/storage.js";
import type { OAuthContext } from "../context.js";
import type { Parameters } from "../parameters.js";
import { type Profile, takesSecrets } from "../profile/profile.js";
import { Refusal, wordedRefusal } from "../refusal.js";
import {
  type Assertion,
  type AssertionContext,
  assertionType,
  type ClaimsContext,
  checkAssertion,
  judgeClaims,
  readAssertion,
  spendAssertionCheck,
} from "./assertion.js";

/** What a request offers as proof of who the client is. */
export interface ClientCredentials {
  readonly clientId: string | undefined;
  readonly secret: string | undefined;
  readonly assertion?: Assertion;
  readonly method: "client_secret_post" | "client_secret_basic" | "private_key_jwt" | "none";
}

/**
 * Returns the credentials of a request.
 * @param authorization the Authorization header, if any.
 * @throws {Refusal} when two ways are used at once (RFC 6749 §2.3), or the one used is not offered.
 */
export function readCredentials(
  profile: Profile,
  parameters: Parameters,
  authorization: string | undefined,
): ClientCredentials {
  const reads = (method: Profile["clientAuthentication"][number]) =>
    profile.clientAuthentication.includes(method);
  if (!takesSecrets(profile)) refuseSecrets(parameters, authorization);
  const body = readBody(parameters, reads("private_key_jwt"));
  const basic = reads("client_secret_basic") ? parseBasic(authorization) : undefined;
  if (basic === undefined) return body;
  if (body.method !== "none") {
    throw new Refusal("client_authentication_twice", "an Authorization header and credentials in the body");
  }
  if (body.clientId !== undefined && body.clientId !== basic.clientId) {
    throw new Refusal(
      "client_authentication_twice",
      "client_id differs between body and Authorization header",
    );
  }
  return { ...basic, method: "client_secret_basic" };
}

/** Left unread, the client would be told that it had sent nothing. @throws {Refusal} */
function refuseSecrets(parameters: Parameters, authorization: string | undefined): void {
  if (!parameters.has("client_secret") && !/^Basic( |$)/i.test(authorization ?? "")) return;
  const detail = "A client_secret is not read here: send a client_assertion (private_key_jwt)";
  throw wordedRefusal("client_authentication_unsupported", detail);
}

function readBody(parameters: Parameters, readsAssertion: boolean): ClientCredentials {
  const clientId = parameters.optional("client_id");
  const secret = parameters.optional("client_secret");
  const text = readsAssertion ? parameters.optional("client_assertion") : undefined;
  if (text === undefined) {
    return { clientId, secret, method: secret === undefined ? "none" : "client_secret_post" };
  }
  if (secret !== undefined) {
    throw new Refusal("client_authentication_twice", "client_secret and client_assertion");
  }
  if (parameters.required("client_assertion_type") !== assertionType) {
    throw wordedRefusal("client_authentication_unsupported", "The client_assertion_type is not supported");
  }
  const assertion = readAssertion(text);
  if (clientId !== undefined && clientId !== assertion.clientId) {
    throw wordedRefusal("client_assertion_invalid", "its subject is not the client_id", "client_assertion");
  }
  return { clientId: assertion.clientId, secret: undefined, assertion, method: "private_key_jwt" };
}

/** RFC 6749 §2.3.1: user name and password are each form-url-encoded before they are joined. */
function parseBasic(header: string | undefined): Pick<ClientCredentials, "clientId" | "secret"> | undefined {
  if (header === undefined || !/^Basic( |$)/i.test(header)) return undefined;
  const encoded = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header)?.[1] ?? "";
  const [user, ...rest] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  const [clientId, secret] = [formDecode(user as string), formDecode(rest.join(":"))];
  if (clientId === undefined || secret === undefined || rest.length === 0) {
    const detail = "the Basic credentials are not form-url-encoded as RFC 6749 section 2.3.1 says";
    throw wordedRefusal("client_authentication_unsupported", detail);
  }
  // §2.3.1: an empty secret is as none, which is how a public app names itself here.
  return { clientId, secret: secret === "" ? undefined : secret };
}

function formDecode(value: string): string | undefined {
  try {
    return decodeURIComponent(value.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

export type ClientContext = AssertionContext &
  Pick<OAuthContext, "ring"> & { readonly storage: Pick<Storage, "findApp"> };

/** Returns the app if its credentials are right; a public app has none to give. @throws {Refusal} */
export async function authenticateClient(
  context: ClientContext,
  credentials: ClientCredentials,
): Promise<App> {
  const { clientId } = credentials;
  if (clientId === undefined) throw new Refusal("parameter_missing", "client_id was not sent", "client_id");
  judgeUnproved(context, credentials);
  const app = await context.storage.findApp(clientId);
  if (app === undefined) return refuseUnknown(credentials);
  await checkCredentials(context, app, credentials);
  refuseDisabled(app);
  return app;
}

/** Said to whoever has proved to be the app alone. @throws {Refusal} if an operator has stopped the app. */
export function refuseDisabled(app: App | undefined): void {
  if (app?.disabled) throw new Refusal("app_disabled", "an operator has disabled the app", "client_id");
}

/**
 * Refuses credentials of a client that does not exist, after as long as those of one that does: the time of an answer
 * does not say which client ids there are (RFC 6819 §5.1.4.2.2). @throws {Refusal}
 */
export async function refuseUnknown({ secret, assertion }: ClientCredentials): Promise<never> {
  if (assertion !== undefined) await spendAssertionCheck(assertion);
  else if (secret !== undefined) timingSafeEqual(secretDigest(secret), decoyDigest);
  throw new Refusal("client_unknown", "no app has this client_id", "client_id");
}

const decoyDigest = secretDigest("no app has this secret");

/** Judges what is the same for every client, before one is looked up. @throws {Refusal} */
export function judgeUnproved(context: ClaimsContext, { assertion }: ClientCredentials): void {
  if (assertion !== undefined) judgeClaims(context, assertion);
}

/** Judges a secret at once, an assertion later. @throws {Refusal} unless the credentials are those of the app. */
export function checkCredentials(
  context: ClientContext,
  app: App,
  credentials: ClientCredentials,
): undefined | Promise<void> {
  if (credentials.assertion !== undefined) return checkAssertion(context, app, credentials.assertion);
  checkSecret(context, app, credentials.secret);
  return undefined;
}

/** @throws {Refusal} unless the secret is one of the app's live ones, or the app is public and sends none. */
function checkSecret({ ring, now, profile }: ClientContext, app: App, secret: string | undefined): void {
  if (secret === undefined) {
    if (app.public && profile.publicApps) return;
    throw new Refusal("client_secret_missing", "client_secret was not sent", "client_secret");
  }
  // Before anything is refused: its time grows with the secret, and is the same for every client.
  const given = secretDigest(secret);
  if (app.public) throw new Refusal("client_secret_wrong", "a public app has no client_secret");
  // One way of authentication for each app (RFC 6749 §2.3): a secret beside keys would be the weaker of the two.
  if (app.jwks !== undefined)
    throw new Refusal("client_secret_wrong", "this app signs in with its keys", "client_secret");
  let matches = false;
  for (const stored of app.secrets) {
    const live = stored.expiresAt === undefined || stored.expiresAt > now();
    if (live && timingSafeEqual(digestOf(ring, app.clientId, stored), given)) matches = true;
  }
  if (!matches) {
    throw new Refusal("client_secret_wrong", "client_secret is not the one of this app", "client_secret");
  }
}

const digests = new WeakMap<ClientSecret, { keys: readonly Buffer[]; digest: Buffer }>();

/** Unsealing costs more than the rest of the check: what came of it is kept while the record and the keys are the same. */
function digestOf(ring: KeyRing, clientId: string, stored: ClientSecret): Buffer {
  const keys = ring.keys("at-rest");
  const kept = digests.get(stored);
  if (kept !== undefined && kept.keys === keys) return kept.digest;
  const digest = secretDigest(unsealSecret(ring, clientId, stored));
  digests.set(stored, { keys, digest });
  return digest;
}

/** Returns a client secret in clear. */
export function unsealSecret(ring: KeyRing, clientId: string, stored: ClientSecret): string {
  return unseal(ring, clientSecretContext(clientId), stored.sealed);
}

export const clientSecretContext = (clientId: string): string => `client secret:${clientId}`;
