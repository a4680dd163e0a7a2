/**
 * Tokens are derived, not stored. An access token is its family's id, issue time, lifetime and scope bits, sealed by a
 * keyed MAC; a refresh token is the family's id and generation, sealed likewise under keys of its own. Opening one
 * costs a MAC; whether its family still lives is the storage's to say.
 *
 *   access, 52 bytes:  family 16 | issued at, ms 6 | lifetime, s 3 | scope bits 4 | resource 1 | nonce 3 | MAC 19
 *   bound, 84 bytes:   as access, with the thumbprint of a key (32) before the MAC (RFC 9449)
 *   refresh, 36 bytes: family 16 | generation 4 | MAC 16
 */

import type { KeyPurpose, KeyRing } from "../../crypto/key-ring.js";
import type { Profile } from "../profile/profile.js";

const accessBodyBytes = 33;
const accessMacBytes = 19;
const refreshBodyBytes = 20;
const refreshMacBytes = 16;
const thumbprintBytes = 32;
const accessPrefix = "cs_at_";
const boundPrefix = "cs_dt_";
const refreshPrefix = "cs_rt_";

/** What an access token says. `familyId` is 32 hex digits, `issuedAt` is in milliseconds since the epoch. */
export interface AccessToken {
  readonly familyId: string;
  readonly issuedAt: number;
  readonly lifetimeSeconds: number;
  readonly scopeMask: number;
  /** 0 is no resource; n is the n-th of the family's resources (RFC 8707). */
  readonly resource: number;
  /** The thumbprint of the key that it is bound to, if it is (RFC 9449). */
  readonly jkt?: string | undefined;
}

export interface RefreshToken {
  readonly familyId: string;
  /** How often the family was rotated before this token was made. */
  readonly generation: number;
}

/** Returns a new family id: its first 6 bytes are the time, so that new rows land beside each other in the index. */
export function newFamilyId(now: number, randomBytes: (count: number) => Buffer): string {
  return now.toString(16).padStart(12, "0") + randomBytes(10).toString("hex");
}

/** Returns an access token. Two of one family made in the same millisecond differ by the nonce. */
export function sealAccessToken(
  ring: KeyRing,
  encoding: Profile["tokenEncoding"],
  token: AccessToken,
  nonce: Buffer,
): string {
  const { jkt } = token;
  const bodyBytes = accessBodyBytes + (jkt === undefined ? 0 : thumbprintBytes);
  const bytes = Buffer.allocUnsafe(bodyBytes + accessMacBytes);
  bytes.write(token.familyId, 0, "hex");
  bytes.writeUIntBE(token.issuedAt, 16, 6);
  bytes.writeUIntBE(token.lifetimeSeconds, 22, 3);
  bytes.writeUInt32BE(token.scopeMask, 25);
  bytes.writeUInt8(token.resource, 29);
  nonce.copy(bytes, 30, 0, 3);
  if (jkt === undefined) return encode(encoding, accessPrefix, seal(ring, "access-token", bytes, bodyBytes));
  bytes.write(jkt, accessBodyBytes, "base64url");
  return encode(encoding, boundPrefix, seal(ring, "bound-access-token", bytes, bodyBytes));
}

/** Returns what the token says, or undefined if this server did not make it. It may be expired or revoked. */
export function openAccessToken(ring: KeyRing, value: string): AccessToken | undefined {
  return value.startsWith(boundPrefix)
    ? openBody(ring, value, { prefix: boundPrefix, purpose: "bound-access-token", more: thumbprintBytes })
    : openBody(ring, value, { prefix: accessPrefix, purpose: "access-token", more: 0 });
}

function openBody(
  ring: KeyRing,
  value: string,
  { prefix, purpose, more }: { readonly prefix: string; readonly purpose: KeyPurpose; readonly more: number },
): AccessToken | undefined {
  const bodyBytes = accessBodyBytes + more;
  const bytes = decode(value, prefix, bodyBytes + accessMacBytes);
  if (bytes === undefined || !isSealed(ring, purpose, bytes, bodyBytes)) return undefined;
  return {
    familyId: bytes.toString("hex", 0, 16),
    issuedAt: bytes.readUIntBE(16, 6),
    lifetimeSeconds: bytes.readUIntBE(22, 3),
    scopeMask: bytes.readUInt32BE(25),
    resource: bytes.readUInt8(29),
    jkt: more === 0 ? undefined : bytes.toString("base64url", accessBodyBytes, bodyBytes),
  };
}

/** Returns the refresh token of a generation: always the same one, so that a retry can be answered again. */
export function sealRefreshToken(
  ring: KeyRing,
  encoding: Profile["tokenEncoding"],
  token: RefreshToken,
): string {
  const bytes = Buffer.allocUnsafe(refreshBodyBytes + refreshMacBytes);
  bytes.write(token.familyId, 0, "hex");
  bytes.writeUInt32BE(token.generation, 16);
  return encode(encoding, refreshPrefix, seal(ring, "refresh-token", bytes, refreshBodyBytes));
}

/** Returns what the token says, or undefined if this server did not make it. */
export function openRefreshToken(ring: KeyRing, value: string): RefreshToken | undefined {
  const bytes = decode(value, refreshPrefix, refreshBodyBytes + refreshMacBytes);
  if (bytes === undefined || !isSealed(ring, "refresh-token", bytes, refreshBodyBytes)) return undefined;
  return { familyId: bytes.toString("hex", 0, 16), generation: bytes.readUInt32BE(16) };
}

/** Puts the MAC of the body behind it, as much of it as there is room for. */
function seal(ring: KeyRing, purpose: KeyPurpose, bytes: Buffer, bodyBytes: number): Buffer {
  ring.mac(purpose, bytes.subarray(0, bodyBytes)).copy(bytes, bodyBytes);
  return bytes;
}

function isSealed(ring: KeyRing, purpose: KeyPurpose, bytes: Buffer, bodyBytes: number): boolean {
  return ring.verifyMac(purpose, bytes.subarray(0, bodyBytes), bytes.subarray(bodyBytes));
}

function encode(encoding: Profile["tokenEncoding"], prefix: string, bytes: Buffer): string {
  if (encoding === "prefixed-base64url") return prefix + bytes.toString("base64url");
  return Buffer.from(bytes.toString("hex"), "latin1").toString("base64");
}

/** Both encodings are read, so that a change of profile does not log anybody out; only the canonical form counts. */
function decode(value: string, prefix: string, length: number): Buffer | undefined {
  const prefixed = value.startsWith(prefix);
  const bytes = prefixed
    ? Buffer.from(value.slice(prefix.length), "base64url")
    : Buffer.from(Buffer.from(value, "base64").toString("latin1"), "hex");
  if (bytes.length !== length) return undefined;
  const canonical = encode(prefixed ? "prefixed-base64url" : "base64-of-hex", prefix, bytes);
  return canonical === value ? bytes : undefined;
}
