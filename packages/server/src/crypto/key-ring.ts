/**
 * The keys of a server, derived from its configured secrets. Owns derivation and rotation: the first secret
 * makes, every secret verifies. Does not know what the keys are used for.
 */

import { hkdfSync, timingSafeEqual } from "node:crypto";
import { hmacSha256, type Mac } from "./mac.js";

/** What a key is for. Each purpose has keys of its own, so that nothing sealed for one opens another. */
export type KeyPurpose =
  | "access-token"
  | "app-token"
  | "refresh-token"
  | "at-rest"
  | "lookup"
  | "csrf"
  | "confirmation"
  | "device"
  | "device-code"
  | "jwt-signing"
  | "fingerprint"
  | "client-id"
  | "pushed-request"
  | "dpop-nonce"
  | "bound-access-token"
  | "bound-app-token";

/** Shortest secret accepted, in characters: 32 characters of base64 hold 192 bits. */
export const shortestSecretCharacters = 32;

export class KeyRing {
  #secrets: readonly string[];
  /** By secret, so that a reload derives nothing anew, and finds no RSA key anew, of one that stays. */
  readonly #derived = new Map<string, Map<KeyPurpose, Buffer>>();
  readonly #keys = new Map<KeyPurpose, readonly Buffer[]>();
  readonly #macs = new Map<KeyPurpose, readonly Mac[]>();

  /** @param secrets the one that makes first; at least one. */
  constructor(secrets: readonly string[]) {
    if (secrets.length === 0) throw new Error("A key ring needs at least one secret.");
    this.#secrets = secrets;
  }

  /** Whether a secret is one that verifies here. */
  knows(secret: string): boolean {
    return this.#secrets.includes(secret);
  }

  /** Replaces the secrets, the one that makes first: keys rotate without a restart. */
  replace(secrets: readonly string[]): void {
    const fault = secrets.map(faultInSecret).find((found) => found !== undefined);
    if (secrets.length === 0 || fault)
      throw new Error(`The secrets are not usable: ${fault ?? "there are none"}.`);
    this.#secrets = secrets;
    for (const secret of this.#derived.keys()) if (!secrets.includes(secret)) this.#derived.delete(secret);
    this.#keys.clear();
    this.#macs.clear();
  }

  /** Returns the 32-byte keys for a purpose, the one that makes first (HKDF-SHA256, RFC 5869). */
  keys(purpose: KeyPurpose): readonly Buffer[] {
    let keys = this.#keys.get(purpose);
    if (keys === undefined) {
      keys = this.#secrets.map((secret) => this.#derive(secret, purpose));
      this.#keys.set(purpose, keys);
    }
    return keys;
  }

  #derive(secret: string, purpose: KeyPurpose): Buffer {
    const derived = this.#derived.get(secret) ?? new Map<KeyPurpose, Buffer>();
    this.#derived.set(secret, derived);
    const key =
      derived.get(purpose) ?? Buffer.from(hkdfSync("sha256", secret, "countersign/v1", purpose, 32));
    derived.set(purpose, key);
    return key;
  }

  /** Returns the key for a purpose that makes. */
  maker(purpose: KeyPurpose): Buffer {
    return this.keys(purpose)[0] as Buffer;
  }

  /** Returns a MAC of `data` under the key that makes. */
  mac(purpose: KeyPurpose, data: string | Buffer): Buffer {
    const [maker] = this.#makers(purpose) as [Mac];
    return maker(data);
  }

  /** Returns true if `mac` is the MAC of `data` under any key, compared in constant time. */
  verifyMac(purpose: KeyPurpose, data: string | Buffer, mac: Buffer): boolean {
    for (const make of this.#makers(purpose)) {
      const expected = make(data).subarray(0, mac.length);
      if (expected.length === mac.length && mac.length >= 16 && timingSafeEqual(expected, mac)) return true;
    }
    return false;
  }

  /** Returns the MACs of `data` under every key, the one that makes first: the forms in which a looked-up value may be stored. */
  lookups(data: string): string[] {
    return this.#makers("lookup").map((make) => make(data).toString("base64url"));
  }

  /** Returns what tells each secret from others without telling it, the one that makes first. */
  fingerprints(): string[] {
    return this.#makers("fingerprint").map((make) => make("").toString("hex").slice(0, 8));
  }

  #makers(purpose: KeyPurpose): readonly Mac[] {
    let makers = this.#macs.get(purpose);
    if (makers === undefined) {
      makers = this.keys(purpose).map(hmacSha256);
      this.#macs.set(purpose, makers);
    }
    return makers;
  }
}

/** Returns what is wrong with a secret, or undefined: it must be long, and not a pattern. */
export function faultInSecret(secret: string): string | undefined {
  if (secret.length < shortestSecretCharacters)
    return `has fewer than ${shortestSecretCharacters} characters`;
  if (new Set(secret).size < 10) return "has too few different characters to be random";
  return undefined;
}
