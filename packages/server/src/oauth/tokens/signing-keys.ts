/**
 * Keys that sign JWT access tokens, derived from the configured secrets, so that every node has the same ones, none is
 * stored, and they rotate with the secrets: the first signs, all are published. ES256 signs (RFC 7518 §3.4), since every
 * library that verifies knows it; RS256, which RFC 9068 §2.1 requires a server to have, for the apps that ask for it. Ed25519
 * (RFC 8037) signed before: it verifies what was issued then.
 */

import {
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
} from "node:crypto";
import { decodeProtectedHeader, type JWK, type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { KeyRing } from "../../crypto/key-ring.js";
import { rsaKeyOf } from "../../crypto/rsa-key.js";

/** PKCS #8 of an Ed25519 key up to its 32-byte seed (RFC 8410 §7). */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

/** Order of the group of P-256 (FIPS 186-5, SP 800-186 §3.2.1.3): a private key is below it. */
const orderOfP256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly publicJwk: JWK;
}

interface KeysOfSecret {
  readonly es256: SigningKey;
  readonly ed25519: SigningKey;
}

export class SigningKeys {
  readonly #made = new WeakMap<Buffer, KeysOfSecret>();
  readonly #rsa = new WeakMap<Buffer, Promise<SigningKey>>();
  readonly #ring: KeyRing;

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  /** The keys at hand: the one that signs first, then those of older secrets, then those that only verify. */
  atHand(): SigningKey[] {
    const keys = this.#ring.keys("jwt-signing").map((seed) => {
      let made = this.#made.get(seed);
      if (made === undefined) {
        made = { es256: es256Key(seed), ed25519: ed25519Key(seed) };
        this.#made.set(seed, made);
      }
      return made;
    });
    return [...keys.map(({ es256 }) => es256), ...keys.map(({ ed25519 }) => ed25519)];
  }

  /** The RSA keys, the one that signs first. Each is searched for once, when it is first needed. */
  #rsaKeys(): Promise<SigningKey[]> {
    const keys = this.#ring.keys("jwt-signing").map((seed) => {
      let made = this.#rsa.get(seed);
      if (made === undefined) {
        made = rsaKeyOf(seed).then((key) => keyOf(key, "RS256"));
        this.#rsa.set(seed, made);
      }
      return made;
    });
    return Promise.all(keys);
  }

  /** Returns the JWK set that resource servers verify with (RFC 7517 §5), RSA keys included whether one has signed or not. */
  async jwks(): Promise<{ keys: JWK[] }> {
    const keys = [...this.atHand(), ...(await this.#rsaKeys())];
    return { keys: keys.map(({ publicJwk }) => publicJwk) };
  }

  /** Returns a JWT of type `at+jwt` (RFC 9068 §2.1) signed by the first key of the algorithm. */
  async sign(payload: JWTPayload, algorithm: "ES256" | "RS256"): Promise<string> {
    const [key] = (algorithm === "RS256" ? await this.#rsaKeys() : this.atHand()) as [SigningKey];
    return new SignJWT(payload)
      .setProtectedHeader({ alg: algorithmOf(key), typ: "at+jwt", kid: key.kid })
      .sign(key.privateKey);
  }

  /** Returns the payload of a JWT that this server signed, or undefined. Expiry is not judged here. */
  async open(token: string, issuer: string): Promise<JWTPayload | undefined> {
    const algorithm = headerAlgorithm(token);
    for (const key of algorithm === "RS256" ? await this.#rsaKeys() : this.atHand()) {
      // One verification for each secret, whatever the token says: a key is tried for its own algorithm alone.
      if (algorithm === undefined || algorithmOf(key) !== algorithm) continue;
      const options = { issuer, typ: "at+jwt", algorithms: [algorithm], currentDate: new Date(0) };
      try {
        return (await jwtVerify(token, key.publicKey, options)).payload;
      } catch {}
    }
    return undefined;
  }
}

function algorithmOf({ publicJwk }: SigningKey): string {
  return publicJwk.alg as string;
}

/** The algorithm that a JWT names, to choose among keys; whether it is true the signature says. */
function headerAlgorithm(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).alg;
  } catch {
    return undefined;
  }
}

/** Returns the P-256 key of a seed: the first number below the group's order among those derived (RFC 5869). */
function es256Key(seed: Buffer): SigningKey {
  for (let count = 0; ; count += 1) {
    const scalar = Buffer.from(hkdfSync("sha256", seed, "", `ES256 ${count}`, 32));
    const number = BigInt(`0x${scalar.toString("hex")}`);
    if (number === 0n || number >= orderOfP256) continue;
    const pair = createECDH("prime256v1");
    pair.setPrivateKey(scalar);
    const point = pair.getPublicKey();
    const half = (from: number) => point.subarray(from, from + 32).toString("base64url");
    const jwk = { kty: "EC", crv: "P-256", x: half(1), y: half(33), d: scalar.toString("base64url") };
    return keyOf(createPrivateKey({ key: jwk, format: "jwk" }), "ES256");
  }
}

function ed25519Key(seed: Buffer): SigningKey {
  const privateKey = createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, seed]),
    format: "der",
    type: "pkcs8",
  });
  return keyOf(privateKey, "EdDSA");
}

function keyOf(privateKey: KeyObject, alg: string): SigningKey {
  const publicKey = createPublicKey(privateKey);
  const jwk = publicKey.export({ format: "jwk" }) as JWK;
  const kid = createHash("sha256")
    .update(String(jwk.x ?? jwk.n))
    .digest("base64url")
    .slice(0, 16);
  return { kid, privateKey, publicKey, publicJwk: { ...jwk, kid, alg, use: "sig" } };
}
