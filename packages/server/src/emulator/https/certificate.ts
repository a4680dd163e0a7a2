/** X.509 certificates (RFC 5280) on P-256: an authority, and what it says of the hosts that an emulator answers for. */

import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import { isIP } from "node:net";
import {
  bits,
  boolean,
  context,
  implicit,
  integer,
  objectId,
  octets,
  sequence,
  set,
  text,
  time,
} from "./der.js";

export interface Certified {
  readonly key: KeyObject;
  /** PEM */
  readonly certificate: string;
}

const ecdsaWithSha256 = sequence(objectId("1.2.840.10045.4.3.2"));

export interface CertificateWish {
  readonly name: string;
  /** DNS names and IPv4 or IPv6 addresses; none makes an authority. */
  readonly hosts: readonly string[];
  /** The only hosts that an authority may speak for. */
  readonly permitted?: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Returns a new key with a certificate signed by `issuer`, or by itself. */
export function certify(wish: CertificateWish, issuer?: { name: string; key: KeyObject }): Certified {
  const { privateKey: key } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { key, certificate: certificateFor(key, wish, issuer ?? { name: wish.name, key }) };
}

function certificateFor(
  key: KeyObject,
  wish: CertificateWish,
  issuer: { name: string; key: KeyObject },
): string {
  const body = sequence(
    context(0, integer(Buffer.from([2]))), // version 3
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ecdsaWithSha256,
    distinguishedName(issuer.name),
    sequence(time(wish.notBefore), time(wish.notAfter)),
    distinguishedName(wish.name),
    createPublicKey(key).export({ type: "spki", format: "der" }),
    context(3, sequence(...extensions(key, wish, issuer.key))),
  );
  const der = sequence(body, ecdsaWithSha256, bits(sign("sha256", body, issuer.key)));
  const lines = der.toString("base64").match(/.{1,64}/g) as string[];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function distinguishedName(name: string): Buffer {
  return sequence(set(sequence(objectId("2.5.4.3"), text(name))));
}

const extension = (id: string, critical: boolean, content: Buffer) =>
  sequence(objectId(id), ...(critical ? [boolean(true)] : []), octets(content));

function extensions(
  key: KeyObject,
  { hosts, permitted = [] }: CertificateWish,
  issuerKey: KeyObject,
): Buffer[] {
  const authority = hosts.length === 0;
  const shared = [
    extension("2.5.29.14", false, octets(keyId(key))),
    extension("2.5.29.35", false, sequence(implicit(0, keyId(issuerKey)))),
  ];
  if (authority) {
    return [
      ...shared,
      extension("2.5.29.19", true, sequence(boolean(true), integer(Buffer.from([0])))),
      extension("2.5.29.15", true, bits(Buffer.from([0b0000_0110]), 1)), // keyCertSign, cRLSign
      ...(permitted.length === 0 ? [] : [nameConstraints(permitted)]),
    ];
  }
  return [
    ...shared,
    extension("2.5.29.19", true, sequence()),
    extension("2.5.29.15", true, bits(Buffer.from([0b1000_0000]), 7)), // digitalSignature
    extension("2.5.29.37", false, sequence(objectId("1.3.6.1.5.5.7.3.1"))), // serverAuth
    extension("2.5.29.17", false, sequence(...hosts.map(alternativeName))),
  ];
}

function keyId(key: KeyObject): Buffer {
  return createHash("sha1")
    .update(createPublicKey(key).export({ type: "spki", format: "der" }))
    .digest();
}

function alternativeName(host: string): Buffer {
  const version = isIP(host);
  if (version === 0) return implicit(2, Buffer.from(host, "latin1"));
  return implicit(7, version === 4 ? Buffer.from(host.split(".").map(Number)) : ipv6Bytes(host));
}

const nameConstraints = (permitted: readonly string[]) =>
  extension("2.5.29.30", true, sequence(context(0, ...permitted.map(permittedName))));

/** A DNS name with what is below it, or a single address. */
function permittedName(host: string): Buffer {
  if (isIP(host) === 0) return sequence(alternativeName(host));
  const address = isIP(host) === 4 ? Buffer.from(host.split(".").map(Number)) : ipv6Bytes(host);
  return sequence(implicit(7, Buffer.concat([address, Buffer.alloc(address.length, 0xff)])));
}

function ipv6Bytes(host: string): Buffer {
  const [head = "", tail] = host.split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":"));
  const after = tail === undefined ? [] : groups(tail);
  const missing = Array<string>(8 - groups(head).length - after.length).fill("0");
  const words = [...groups(head), ...missing, ...after].map((word) => word.padStart(4, "0"));
  return Buffer.from(words.join(""), "hex");
}
