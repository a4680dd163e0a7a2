/**
 * RSA keys derived from a seed: the same key each time, on every node, so that none is stored. The search for primes is
 * done by threads beside the event loop, a tenth of a second or so for a key.
 */

import { checkPrime, createHash, createPrivateKey, type KeyObject } from "node:crypto";
import { promisify } from "node:util";

const isPrime = promisify(checkPrime) as (candidate: bigint) => Promise<boolean>;

/** Size of the modulus, in bits (RFC 7518 §3.3: 2048 or more). */
const modulusBits = 2048;
const publicExponent = 65_537n;
const smallPrimes = primesBelow(1000);

/** Returns the RSA key of a seed. */
export async function rsaKeyOf(seed: Buffer): Promise<KeyObject> {
  const [p, q] = await Promise.all([primeOf(seed, "p"), primeOf(seed, "q")]);
  const d = inverse(publicExponent, (p - 1n) * (q - 1n));
  const numbers = { n: p * q, e: publicExponent, d, p, q };
  const more = { dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const members = Object.entries({ ...numbers, ...more }).map(([name, value]) => [name, encoded(value)]);
  return createPrivateKey({ key: { kty: "RSA", ...Object.fromEntries(members) }, format: "jwk" });
}

/**
 * Returns the first prime among the numbers that SHAKE256 makes of seed and name (FIPS 202): half as long as the modulus,
 * its two highest bits set, so that the product of two has the full length.
 */
async function primeOf(seed: Buffer, name: string): Promise<bigint> {
  const bytes = modulusBits / 16;
  for (let count = 0; ; count += 1) {
    const made = createHash("shake256", { outputLength: bytes })
      .update(seed)
      .update(`RS256 ${name} ${count}`);
    const number = BigInt(`0x${made.digest("hex")}`);
    const candidate = number | 1n | (3n << BigInt(bytes * 8 - 2));
    if (smallPrimes.some((prime) => candidate % prime === 0n)) continue;
    // The exponent has an inverse only where it does not divide p - 1; it is prime.
    if ((candidate - 1n) % publicExponent !== 0n && (await isPrime(candidate))) return candidate;
  }
}

function primesBelow(end: number): readonly bigint[] {
  const primes: number[] = [];
  for (let number = 3; number < end; number += 2)
    if (primes.every((prime) => number % prime !== 0)) primes.push(number);
  return primes.map(BigInt);
}

/** Returns the inverse of `value` modulo `modulus`, by Euclid. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [a, b] = [b - quotient * a, a];
    [x, y] = [y - quotient * x, x];
  }
  return ((x % modulus) + modulus) % modulus;
}

/** RFC 7518 §2: big-endian, in as few bytes as hold it. */
function encoded(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex").toString("base64url");
}
