/** The key set of an app that proves who it is with a signature (private_key_jwt). */

import { createPublicKey } from "node:crypto";

/** Members of a JWK that nobody but its owner may see (RFC 7518 §6). */
const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/** Returns what is wrong with a value as a set of public keys (RFC 7517 §5), or undefined if nothing is. */
export function faultInKeySet(value: unknown): string | undefined {
  const keys = (value as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys) || keys.length === 0)
    return "must be a mapping with a list of keys: { keys: [...] }";
  for (const [index, key] of keys.entries()) {
    const fault = faultInKey(key);
    if (fault) return `keys[${index}]: ${fault}`;
  }
  return undefined;
}

function faultInKey(key: unknown): string | undefined {
  if (key === null || typeof key !== "object" || Array.isArray(key)) return "a key is a mapping";
  if (privateMembers.some((member) => member in key))
    return "it holds a private key; give the public key alone";
  try {
    createPublicKey({ key: key as import("node:crypto").JsonWebKey, format: "jwk" });
    return undefined;
  } catch {
    return "it is not a public key (kty EC, RSA or OKP with its members)";
  }
}
