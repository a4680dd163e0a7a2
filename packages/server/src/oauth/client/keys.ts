/** The public keys of an app that proves who it is with a signature: which may be registered, and what each can verify. */

import { createPublicKey } from "node:crypto";
import type { Profile } from "../profile/profile.js";

/** Most keys of one app: without a `kid`, each that fits is tried. */
const mostKeys = 10;
/** Size of an RSA modulus, in bits (RFC 7518 §3.3); a larger one would cost too much to verify with. */
const rsaBits = { least: 2048, most: 4096 };
/** Members of a JWK that nobody but its owner may see (RFC 7518 §6). */
const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

type Jwk = Readonly<Record<string, unknown>>;

/** Returns the algorithms whose signatures a key verifies. */
export function algorithmsOf(key: Jwk): readonly string[] {
  const fitting = algorithmsOfKind(key);
  return key.alg === undefined ? fitting : fitting.filter((alg) => alg === key.alg);
}

function algorithmsOfKind({ kty, crv }: Jwk): readonly string[] {
  if (kty === "EC" && crv === "P-256") return ["ES256"];
  if (kty === "OKP" && crv === "Ed25519") return ["EdDSA"];
  return kty === "RSA" ? ["RS256", "PS256"] : [];
}

/** Returns what is wrong with a value as a set of public keys (RFC 7517 §5), or undefined if nothing is. */
export function faultInKeySet(
  value: unknown,
  { assertions }: Pick<Profile, "assertions">,
): string | undefined {
  const keys = (value as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys) || keys.length === 0)
    return "must be a mapping with a list of keys: { keys: [...] }";
  if (keys.length > mostKeys) return `an app has at most ${mostKeys} keys`;
  for (const [index, key] of keys.entries()) {
    const fault = faultInKey(key, assertions.algorithms);
    if (fault) return `keys[${index}]: ${fault}`;
  }
  return undefined;
}

/** Returns what is wrong with a value as a public key for one of the algorithms, or undefined if nothing is. */
export function faultInKey(value: unknown, algorithms: readonly string[]): string | undefined {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return "a key is a mapping";
  const key = value as Jwk;
  if (privateMembers.some((member) => member in key))
    return "it holds a private key; give only the public key";
  const size = sizeOf(key);
  if (size === undefined) return "it is not a public key (kty EC, RSA or OKP with its members)";
  if (algorithmsOfKind(key).length === 0)
    return `no supported algorithm uses it: give an RSA, EC P-256 or Ed25519 key`;
  if (algorithmsOf(key).length === 0) return `its alg ${String(key.alg)} is not one that it can verify`;
  if (!algorithmsOf(key).some((one) => algorithms.includes(one)))
    return `its alg ${String(key.alg)} is not accepted here: one of ${algorithms.join(", ")} is`;
  if (key.kty === "RSA" && (size < rsaBits.least || size > rsaBits.most))
    return `an RSA key has ${rsaBits.least} to ${rsaBits.most} bits; this one has ${size}`;
  if (key.use !== undefined && key.use !== "sig") return "its use must be sig";
  if (key.kid !== undefined && typeof key.kid !== "string") return "its kid must be text";
  return undefined;
}

/** Returns the size of an RSA modulus in bits, 0 for a key of another kind, or undefined for what is no public key. */
function sizeOf(key: Jwk): number | undefined {
  try {
    const made = createPublicKey({ key: key as import("node:crypto").JsonWebKey, format: "jwk" });
    return made.asymmetricKeyDetails?.modulusLength ?? 0;
  } catch {
    return undefined;
  }
}
