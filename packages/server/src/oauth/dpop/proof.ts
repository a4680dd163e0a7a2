/**
 * DPoP proofs (RFC 9449 §4.3): a JWT that a client signs for one request, by a key that it shows. Owns what a proof must
 * say; whether its key is the right one is said by whatever is bound to it.
 */

import {
  compactVerify,
  decodeJwt,
  decodeProtectedHeader,
  type JWTPayload,
  type ProtectedHeaderParameters,
} from "jose";
import { hashed } from "../../crypto/compare.js";
import type { Storage } from "../../storage/port/storage.js";
import type { OAuthContext } from "../context.js";
import { Refusal, type WordedReason, wordedRefusal } from "../refusal.js";
import { isOwnNonce } from "./nonce.js";
import { dpopAlgorithms, ProofKeys } from "./proof-keys.js";

/** Longest proof, in characters: one by an RSA key of 4096 bits for a long address fits. */
const longestProof = 8192;
const longestJti = 256;
/** How old, or how far ahead, a proof may be, in seconds. */
const freshSeconds = 60;
const proofKeys = new ProofKeys();

/** The request a proof is for. */
export interface ProvenRequest {
  readonly method: string;
  /** Its address, without query. */
  readonly url: string;
  /** At a protected resource. */
  readonly accessToken?: string | undefined;
}

export interface Proof {
  /** The thumbprint of its key (RFC 7638). */
  readonly jkt: string;
  readonly jti: string;
}

type ProofContext = Pick<OAuthContext, "profile" | "ring" | "now">;
type Refuse = (words: string) => Refusal;

/** Returns what a proof proves. @throws {Refusal} `dpop_…` at the server's own endpoints, `access_…` at a resource. */
export async function checkProof(
  context: ProofContext,
  text: string,
  request: ProvenRequest,
): Promise<Proof> {
  const atResource = request.accessToken !== undefined;
  const reason: WordedReason = atResource ? "access_proof_invalid" : "dpop_proof_invalid";
  const refuse: Refuse = (words) => wordedRefusal(reason, words);
  const { header, claims } = decoded(text, refuse);
  const alg = algorithmOf(header, refuse);
  const { key, jkt, keep } = await proofKeys.read(alg, header.jwk, refuse);
  judgeClaims(claims, request, Math.floor(context.now() / 1000), refuse);
  if (
    claims.nonce === undefined ? context.profile.dpopNonce === "required" : !isOwnNonce(context, claims.nonce)
  )
    throw new Refusal(
      atResource ? "access_nonce_required" : "dpop_nonce_required",
      claims.nonce === undefined ? "the proof has no nonce" : "the nonce is old, or not of this server",
    );
  try {
    await compactVerify(text, key, { algorithms: [alg] });
  } catch {
    throw refuse("its signature is not by the key that it shows");
  }
  keep();
  return { jkt, jti: claims.jti as string };
}

function decoded(text: string, refuse: Refuse): { header: ProtectedHeaderParameters; claims: JWTPayload } {
  if (text.length > longestProof) throw refuse(`it has more than ${longestProof} characters`);
  try {
    return { header: decodeProtectedHeader(text), claims: decodeJwt(text) };
  } catch {
    throw refuse("it is not one JWT");
  }
}

function algorithmOf(header: ProtectedHeaderParameters, refuse: Refuse): string {
  if (header.typ !== "dpop+jwt") throw refuse("typ must be dpop+jwt");
  const { alg = "none" } = header;
  if (!dpopAlgorithms.includes(alg)) throw refuse(`alg must be one of ${dpopAlgorithms.join(", ")}`);
  return alg;
}

function judgeClaims(
  { htm, htu, iat, jti, ath }: JWTPayload,
  { method, url, accessToken }: ProvenRequest,
  now: number,
  refuse: Refuse,
): void {
  if (htm !== method) throw refuse(`htm must be ${method}`);
  if (!isSameAddress(htu, url)) throw refuse(`htu must be ${url}`);
  if (typeof jti !== "string" || jti === "" || jti.length > longestJti)
    throw refuse(`jti must be text of at most ${longestJti} characters`);
  if (typeof iat !== "number") throw refuse("iat must be a number of seconds");
  if (Math.abs(iat - now) > freshSeconds)
    throw refuse(`iat is ${Math.round(Math.abs(iat - now))} s from this server's time: compare the clocks`);
  if (accessToken !== undefined && ath !== hashed(accessToken))
    throw refuse("ath must be the hash of the access token (RFC 9449 section 4.2)");
}

/** §4.3: without query and fragment, and normalised as RFC 3986 §6.2.2 and §6.2.3 say. */
function isSameAddress(htu: unknown, url: string): boolean {
  if (typeof htu !== "string" || !URL.canParse(htu)) return false;
  const { origin, pathname } = new URL(htu);
  const own = new URL(url);
  return origin === own.origin && pathname === own.pathname;
}

/** Uses a proof up, where it did something that counts. @throws {Refusal} if it was used before (§11.1). */
export async function useProof(
  { storage, now }: { readonly storage: Pick<Storage, "rememberOnce">; readonly now: () => number },
  proof: Proof | undefined,
): Promise<void> {
  if (proof === undefined) return;
  const key = `dpop:${hashed(`${proof.jkt}|${proof.jti}`)}`;
  // For as long as it would be taken: from a minute before its time to a minute after.
  if (await storage.rememberOnce(key, now(), now() + 2 * freshSeconds * 1000 + 1000)) return;
  throw wordedRefusal("dpop_proof_invalid", "it was used before");
}
