/**
 * The keys that proofs show (RFC 9449 §4.2), judged and read. A client shows the same one with every request, and reading it
 * costs as much as the signature: the last ones that proved something are kept, as they were shown, letter by letter.
 */

import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK } from "jose";
import { algorithmsOf, faultInKey } from "../client/keys.js";

/** FAPI 2.0 §5.4.1, and what runs in browsers. */
export const dpopAlgorithms: readonly string[] = ["PS256", "ES256", "EdDSA"];
/** The members that make a key what it is (RFC 7638 §3.2, RFC 8037 §2). */
const keyMembers = ["kty", "crv", "x", "y", "n", "e"];
/** Most keys that are kept, and the longest text of one, in characters: an RSA key of 4096 bits has some 750. */
const mostKept = 1000;
const longestKept = 1024;

export interface ProofKey {
  readonly key: CryptoKey | Uint8Array;
  /** Its thumbprint (RFC 7638). */
  readonly jkt: string;
}

export class ProofKeys {
  readonly #kept = new Map<string, ProofKey>();

  /** How many are kept. */
  get size(): number {
    return this.#kept.size;
  }

  /**
   * Returns the key that a proof shows, fit for its algorithm, and what to call once it has proved something.
   * @throws {Error} made by `refuse` of what is wrong with it.
   */
  async read(
    alg: string,
    shown: unknown,
    refuse: (words: string) => Error,
  ): Promise<ProofKey & { keep(): void }> {
    // The algorithm stands first and holds no space: no other pair has this text.
    const text = `${alg} ${JSON.stringify(shown)}`;
    const known = this.#kept.get(text);
    const key = known ?? (await readKey(judged(alg, shown, refuse), alg, refuse));
    return { ...key, keep: () => this.#keep(text, key) };
  }

  /** The one that was used longest ago makes room. */
  #keep(text: string, key: ProofKey): void {
    if (text.length > longestKept) return;
    if (!this.#kept.delete(text) && this.#kept.size >= mostKept)
      this.#kept.delete(this.#kept.keys().next().value as string);
    this.#kept.set(text, key);
  }
}

function judged(alg: string, shown: unknown, refuse: (words: string) => Error): JWK {
  if (shown === undefined) throw refuse("jwk is missing");
  const fault = faultInKey(shown, dpopAlgorithms);
  if (fault !== undefined) throw refuse(`jwk: ${fault}`);
  const key = shown as Readonly<Record<string, unknown>>;
  if (!algorithmsOf(key).includes(alg)) throw refuse("jwk is not a key for its alg");
  return Object.fromEntries(keyMembers.flatMap((name) => (name in key ? [[name, key[name]]] : []))) as JWK;
}

async function readKey(jwk: JWK, alg: string, refuse: (words: string) => Error): Promise<ProofKey> {
  try {
    return { key: await importJWK(jwk, alg), jkt: await calculateJwkThumbprint(jwk) };
  } catch {
    throw refuse("its signature is not by the key that it shows");
  }
}
