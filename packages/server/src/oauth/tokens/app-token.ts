/**
 * An app's own access token, of the client credentials grant. Like the tokens of a family it is derived, not stored: it
 * has no row at all, and lives shortly. It says which app it is for, and counts while the app is as it was.
 *
 *   generation 4 | issued at, ms 6 | lifetime, s 3 | scope bits 4 | resource 1 | lists 8 | nonce 3 | client_id n | MAC 19
 *   bound: as above, with the thumbprint of a key (32) before the client_id (RFC 9449)
 *
 * `lists` is a digest of the app's scopes and resources, which the bits and the number stand for places of: when the
 * lists change, the token ends, and never means something else.
 */

import type { KeyPurpose, KeyRing } from "../../crypto/key-ring.js";
import { sha256 } from "../../crypto/mac.js";
import type { App } from "../../storage/port/records.js";
import { Refusal } from "../refusal.js";
import { scopesOfMask } from "../scope.js";
import type { AppClaims } from "./claims.js";

const headBytes = 29;
const macBytes = 19;
const thumbprintBytes = 32;
/** What tells the two kinds apart: neither's seal is good for the other. */
const kinds: readonly { readonly prefix: string; readonly purpose: KeyPurpose; readonly more: number }[] = [
  { prefix: "cs_ct_", purpose: "app-token", more: 0 },
  { prefix: "cs_cd_", purpose: "bound-app-token", more: thumbprintBytes },
];
/** No client_id is longer, and no token with its parts. */
const mostCharacters = 2048;

/** What the token says. `issuedAt` is in milliseconds since the epoch. */
export interface AppToken {
  readonly issuedAt: number;
  readonly lifetimeSeconds: number;
  readonly scopeMask: number;
  /** 0 is no resource; n is the n-th of the app's resources (RFC 8707). */
  readonly resource: number;
  /** The thumbprint of the key that it is bound to, if it is (RFC 9449). */
  readonly jkt?: string | undefined;
}

/** Returns an opaque token of the app. Two made in the same millisecond differ by the nonce. */
export function sealAppToken(ring: KeyRing, app: App, token: AppToken, nonce: Buffer): string {
  const head = Buffer.alloc(headBytes);
  head.writeUInt32BE(app.tokenGeneration, 0);
  head.writeUIntBE(token.issuedAt, 4, 6);
  head.writeUIntBE(token.lifetimeSeconds, 10, 3);
  head.writeUInt32BE(token.scopeMask, 13);
  head.writeUInt8(token.resource, 17);
  listsOf(app).copy(head, 18);
  nonce.copy(head, 26, 0, 3);
  const { prefix, purpose } = kinds[token.jkt === undefined ? 0 : 1] as (typeof kinds)[number];
  const jkt = Buffer.from(token.jkt ?? "", "base64url");
  const body = Buffer.concat([head, jkt, Buffer.from(app.clientId)]);
  const mac = ring.mac(purpose, body).subarray(0, macBytes);
  return prefix + Buffer.concat([body, mac]).toString("base64url");
}

/** Returns what the token says, or undefined if this server did not make it. It may be expired or revoked. */
export function openAppToken(ring: KeyRing, value: string): AppClaims | undefined {
  const kind = kinds.find(({ prefix }) => value.startsWith(prefix));
  if (kind === undefined || value.length > mostCharacters) return undefined;
  const { prefix, purpose, more } = kind;
  const bytes = Buffer.from(value.slice(prefix.length), "base64url");
  // Of the spellings of one token only its own counts.
  if (bytes.length <= headBytes + more + macBytes || prefix + bytes.toString("base64url") !== value)
    return undefined;
  const body = bytes.subarray(0, -macBytes);
  if (!ring.verifyMac(purpose, body, bytes.subarray(-macBytes))) return undefined;
  const [scopeMask, resource] = [body.readUInt32BE(13), body.readUInt8(17)];
  const lists = body.subarray(18, 26);
  return {
    clientId: body.toString("utf8", headBytes + more),
    generation: body.readUInt32BE(0),
    issuedAt: body.readUIntBE(4, 6),
    lifetimeSeconds: body.readUIntBE(10, 3),
    jkt: more === 0 ? undefined : body.toString("base64url", headBytes, headBytes + more),
    scopesOf: (app) => {
      if (!listsOf(app).equals(lists))
        throw new Refusal("access_token_revoked", "the app's scopes or resources have changed");
      return scopesOfMask(app.scopes, scopeMask);
    },
    resourceOf: (app) => (resource === 0 ? undefined : app.resources[resource - 1]),
  };
}

function listsOf({ scopes, resources }: App): Buffer {
  return sha256(JSON.stringify([scopes, resources])).subarray(0, 8);
}
