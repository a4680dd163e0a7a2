/** The certificate authority of an emulator: made once, kept beside its data, its key readable by its owner alone. */

import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Certified, certify } from "./certificate.js";

export const authorityName = "Countersign emulator, made on this machine";
export const authorityFileName = "ca.pem";
const keyFileName = "ca.key";

const day = 86_400_000;
const authorityDays = 3650;
/** Some platforms trust no server certificate that lasts longer. */
const serverDays = 397;

export interface Authority extends Certified {
  readonly file: string;
}

/** Returns the authority kept in a folder, made if it is not there or over; without a folder, in a new temporary one. */
export function openAuthority(folder: string | undefined, now: number): Authority {
  const place = folder ?? mkdtempSync(join(tmpdir(), "countersign-ca-"));
  const file = join(place, authorityFileName);
  const keyFile = join(place, keyFileName);
  if (existsSync(file) && existsSync(keyFile)) {
    const certificate = readFileSync(file, "utf8");
    const over = Date.parse(new X509Certificate(certificate).validTo) < now + serverDays * day;
    if (!over) return { file, certificate, key: createPrivateKey(readFileSync(keyFile)) };
  }
  const made = certify({
    name: authorityName,
    hosts: [],
    notBefore: now - day,
    notAfter: now + authorityDays * day,
  });
  writeFileSync(keyFile, made.key.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  writeFileSync(file, made.certificate);
  return { ...made, file };
}

/** Returns a certificate for these hosts, new at each start. */
export function certifyHosts(authority: Certified, hosts: readonly string[], now: number): Certified {
  const wish = { name: hosts[0] as string, hosts, notBefore: now - day, notAfter: now + serverDays * day };
  return certify(wish, { name: authorityName, key: authority.key });
}
