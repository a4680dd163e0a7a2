/** Bytes and text, random values and comparisons, on what every runtime has. */

/** Bytes over a plain buffer. Written so because `Uint8Array` takes a type only since TypeScript 5.7. */
export type Bytes = ReturnType<Uint8ArrayConstructor["of"]>;

/** Fills an array with random bytes, as `crypto.getRandomValues` does. */
export type RandomSource = (bytes: Bytes) => Bytes;

/** The runtime's cryptographic random source. */
export const systemRandom: RandomSource = (bytes) => crypto.getRandomValues(bytes);

/** A random value of this many bytes in base64url. */
export function randomText(random: RandomSource, bytes = 32): string {
  return toBase64url(random(new Uint8Array(bytes)));
}

/** UTF-8 bytes of a text. */
export function toBytes(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/** RFC 4648 §5 without padding. */
export function toBase64url(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** The bytes of a base64url text; undefined when it is none. */
export function fromBase64url(text: string): Bytes | undefined {
  if (!/^[\w-]*$/.test(text)) return undefined;
  try {
    return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Whether two texts are equal, in a time that depends on their lengths alone. */
export function constantTimeEqual(one: string, other: string): boolean {
  const a = toBytes(one);
  const b = toBytes(other);
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i % (b.length || 1)] ?? 0);
  return difference === 0;
}

/** HMAC-SHA-256 of a message in base64url. */
export async function hmac(secret: string, message: string): Promise<string> {
  const key = await crypto.subtle.importKey(
    "raw",
    toBytes(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  return toBase64url(new Uint8Array(await crypto.subtle.sign("HMAC", key, toBytes(message))));
}

/** SHA-256 of a text in base64url. */
export async function sha256(text: string): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", toBytes(text))));
}
