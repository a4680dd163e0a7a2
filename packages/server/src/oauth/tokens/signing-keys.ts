/**
 * Keys that sign JWT access tokens: Ed25519 (RFC 8037), derived from the configured secrets, so that every node has the
 * same ones, none is stored, and they rotate with the secrets: the first signs, all are published.
 */

import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { KeyRing } from "../../crypto/key-ring.js";

/** PKCS #8 of an Ed25519 key up to its 32-byte seed (RFC 8410 §7). */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicJwk: JWK;
}

export class SigningKeys {
  readonly #made = new WeakMap<Buffer, SigningKey>();
  readonly #ring: KeyRing;

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  /** The one that signs first. */
  all(): SigningKey[] {
    return this.#ring.keys("jwt-signing").map((seed) => {
      let key = this.#made.get(seed);
      if (key === undefined) {
        key = signingKey(seed);
        this.#made.set(seed, key);
      }
      return key;
    });
  }

  /** Returns the JWK set that resource servers verify with (RFC 7517 §5). */
  jwks(): { keys: JWK[] } {
    return { keys: this.all().map(({ publicJwk }) => publicJwk) };
  }

  /** Returns a JWT of type `at+jwt` (RFC 9068 §2.1) signed by the first key. */
  sign(payload: JWTPayload): Promise<string> {
    const key = this.all()[0] as SigningKey;
    return new SignJWT(payload)
      .setProtectedHeader({ alg: "EdDSA", typ: "at+jwt", kid: key.kid })
      .sign(key.privateKey);
  }

  /** Returns the payload of a JWT that this server signed, or undefined. Expiry is not judged here. */
  async open(token: string, issuer: string): Promise<JWTPayload | undefined> {
    const options = { issuer, typ: "at+jwt", algorithms: ["EdDSA"], currentDate: new Date(0) };
    for (const { publicJwk } of this.all()) {
      try {
        return (await jwtVerify(token, await importJWK(publicJwk, "EdDSA"), options)).payload;
      } catch {}
    }
    return undefined;
  }
}

function signingKey(seed: Buffer): SigningKey {
  const privateKey = createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, seed]),
    format: "der",
    type: "pkcs8",
  });
  const { kty, crv, x } = createPublicKey(privateKey).export({ format: "jwk" });
  const kid = createHash("sha256").update(String(x)).digest("base64url").slice(0, 16);
  return { kid, privateKey, publicJwk: { kty, crv, x, kid, alg: "EdDSA", use: "sig" } as JWK };
}
