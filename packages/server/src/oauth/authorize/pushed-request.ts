/**
 * Pushed authorization requests (RFC 9126). The request_uri that a client gets for its request is the request itself,
 * encrypted: nothing is stored until a code is issued for it, which uses it up.
 */

import { hashed } from "../../crypto/compare.js";
import { opened, seal, sealNonceBytes } from "../../crypto/sealed.js";
import type { SessionView } from "../../storage/port/records.js";
import type { Storage } from "../../storage/port/storage.js";
import { authenticateClient, type ClientContext, type ClientCredentials } from "../client/authentication.js";
import type { OAuthContext } from "../context.js";
import { type Proof, useProof } from "../dpop/proof.js";
import { Parameters } from "../parameters.js";
import { Refusal, wordedRefusal } from "../refusal.js";
import { withoutSatisfiedPrompts } from "./prompts.js";
import { type PushedRequest, type Validation, validateAuthorizationRequest } from "./request.js";

const prefix = "urn:ietf:params:oauth:request_uri:";
/** How long a request_uri is good, in seconds. FAPI 2.0 §5.3.2.2 wants less than 600; a person reads and signs in meanwhile. */
const pushedRequestSeconds = 540;
/** Longest request_uri, in characters: browsers and proxies on the way read no addresses of any length. */
const longestRequestUri = 4096;
/** What proves who the client is, and is no part of what it asks for. */
const credentialParameters = ["client_secret", "client_assertion", "client_assertion_type"];

export interface PushedResponse {
  readonly request_uri: string;
  readonly expires_in: number;
}

type SealContext = Pick<OAuthContext, "ring" | "randomBytes">;

/** Returns a request_uri for a request that is good, of a client that has proved who it is. @throws {Refusal} */
export async function pushRequest(
  context: ClientContext & Pick<OAuthContext, "randomBytes">,
  parameters: Parameters,
  credentials: ClientCredentials,
  proof?: Proof,
): Promise<PushedResponse> {
  const app = await authenticateClient(context, credentials);
  // §2.1.
  if (parameters.has("request_uri"))
    throw wordedRefusal("parameter_malformed", "must not be in a pushed request", "request_uri");
  // Those that are no text are refused below, where they are known.
  const asked = boundTo(proof, parameters.with("client_id", app.clientId));
  const query = new URLSearchParams(asked.toQuery());
  for (const name of credentialParameters) query.delete(name);
  const pushed: PushedRequest = {
    id: context.randomBytes(16).toString("base64url"),
    expiresAt: context.now() + pushedRequestSeconds * 1000,
    clientId: app.clientId,
    query: query.toString(),
  };
  const findApp = async () => app;
  const validation = await validateAuthorizationRequest(context.profile, { findApp }, asked, pushed);
  if (validation.outcome !== "valid") throw validation.refusal;
  await useProof(context, proof);
  const requestUri = requestUriOf(context, pushed);
  if (requestUri.length > longestRequestUri) throw tooLong();
  return { request_uri: requestUri, expires_in: pushedRequestSeconds };
}

/** RFC 9449 §10.1: a proof sent with the push binds the code as `dpop_jkt` does; both must mean one key. */
function boundTo(proof: Proof | undefined, parameters: Parameters): Parameters {
  if (proof === undefined) return parameters;
  const jkt = parameters.optional("dpop_jkt");
  if (jkt !== undefined && jkt !== proof.jkt)
    throw wordedRefusal("dpop_proof_invalid", "its key is not the one of dpop_jkt");
  return parameters.with("dpop_jkt", proof.jkt);
}

function tooLong(): Refusal {
  return wordedRefusal(
    "body_too_large",
    `The request is too long: its request_uri would have more than ${longestRequestUri} characters`,
  );
}

const parametersOf = ({ query }: PushedRequest) => Parameters.fromPairs(new URLSearchParams(query));

function requestUriOf({ ring, randomBytes }: SealContext, pushed: PushedRequest): string {
  const { id, expiresAt, clientId, query, showing } = pushed;
  const plain = JSON.stringify([id, expiresAt, clientId, query, ...(showing === undefined ? [] : [showing])]);
  return prefix + seal(ring, prefix, plain, randomBytes(sealNonceBytes), "pushed-request");
}

/**
 * Returns what a browser's request asks for: by its request_uri what was pushed, and nothing else of its parameters
 * (RFC 9101 §6.3); by its parameters otherwise.
 */
export async function readAuthorizationRequest(
  context: Pick<OAuthContext, "profile" | "ring" | "now">,
  clients: Pick<Storage, "findApp">,
  parameters: Parameters,
): Promise<Validation> {
  const { profile } = context;
  try {
    const requestUri = profile.pushedRequests === "none" ? undefined : parameters.optional("request_uri");
    if (!requestUri?.startsWith(prefix)) return validateAuthorizationRequest(profile, clients, parameters);
    const pushed = openRequestUri(context, requestUri, parameters.required("client_id"));
    return validateAuthorizationRequest(profile, clients, parametersOf(pushed), pushed);
  } catch (refusal) {
    if (refusal instanceof Refusal) return { outcome: "page", refusal };
    throw refusal;
  }
}

/** @throws {Refusal} `request_uri_invalid`, `request_uri_expired`. */
function openRequestUri(
  { ring, now }: Pick<OAuthContext, "ring" | "now">,
  requestUri: string,
  client: string,
): PushedRequest {
  const plain = opened(ring, prefix, requestUri.slice(prefix.length), "pushed-request");
  if (plain === undefined)
    throw new Refusal("request_uri_invalid", "this server did not give the request_uri", "request_uri");
  const [id, expiresAt, clientId, query, showing] = JSON.parse(plain) as [
    ...[string, number, string, string],
    string?,
  ];
  if (clientId !== client)
    throw new Refusal("request_uri_invalid", "it was given to another client_id", "request_uri");
  if (expiresAt <= now()) {
    const ago = Math.round((now() - expiresAt) / 1000);
    throw new Refusal(
      "request_uri_expired",
      `it expired ${ago} s ago: push the request again`,
      "request_uri",
    );
  }
  return { id, expiresAt, clientId, query, showing };
}

/**
 * Returns the query for a pushed request after a login: the same request, less the prompts that it satisfied.
 * @param login whether there was one for this request; and which showing of the sign-in page it was on, if that is said.
 */
export function queryAfterLogin(
  context: SealContext,
  pushed: PushedRequest,
  login: { readonly satisfies: boolean; readonly showing: string | undefined },
): string {
  const query = login.satisfies ? withoutSatisfiedPrompts(pushed.query) : pushed.query;
  // What a page showed is random and of this length; anything else would only make the address longer.
  const showing = /^[\w-]{22}$/.test(login.showing ?? "") ? login.showing : pushed.showing;
  const requestUri = requestUriOf(context, { ...pushed, query, showing });
  return new URLSearchParams({ client_id: pushed.clientId, request_uri: requestUri }).toString();
}

/**
 * Uses a pushed request up. Returns whether this was the first time (§7.3), or the same form of the same session again:
 * whoever clicks twice, on Allow or on Sign in, sees the answer to the second click only.
 * @param showing which consent page the form was on; undefined where it does not say, or there was none.
 */
export function usePushedRequest(
  { storage, now }: Pick<OAuthContext, "storage" | "now">,
  { id, expiresAt, showing: ofLogin }: PushedRequest,
  { session }: SessionView,
  showing: string | undefined,
): Promise<boolean> {
  const shown = showing ?? ofLogin;
  const holder = shown === undefined ? undefined : hashed(`${session.hash}|${shown}`);
  return storage.rememberOnce(`pushed:${id}`, now(), expiresAt, holder);
}
