/** The certificate authority of an emulator: made once, kept beside its data, its key readable by its owner alone. */

import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Certified, certify } from "./certificate.js";

export const authorityName = "Countersign emulator, made on this machine";
export const authorityFileName = "ca.pem";
const keyFileName = "ca.key";
const hostsFileName = "ca-hosts.json";

const day = 86_400_000;
const authorityDays = 3650;
/** Some platforms trust no server certificate that lasts longer. */
const serverDays = 397;

export interface Authority extends Certified {
  readonly file: string;
  /** Removes what nobody needs after the end. */
  close(): void;
}

/**
 * Returns an authority that may speak for these hosts and for no other (RFC 5280 §4.2.1.10). In a folder it is kept,
 * and made again when it ends soon or does not cover a host; without one its key is never written down.
 */
export function openAuthority(folder: string | undefined, hosts: readonly string[], now: number): Authority {
  if (folder === undefined) return authorityOfThisProcess(hosts, now);
  const [file, keyFile, hostsFile] = [authorityFileName, keyFileName, hostsFileName].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const covered = coveredHosts(hostsFile);
  if (existsSync(file) && existsSync(keyFile) && hosts.every((host) => covered.includes(host))) {
    const certificate = readFileSync(file, "utf8");
    const over = Date.parse(new X509Certificate(certificate).validTo) < now + serverDays * day;
    if (!over) return { file, certificate, key: createPrivateKey(readFileSync(keyFile)), close: () => {} };
  }
  // What was covered stays so: two ways to start must not take the authority from each other.
  const all = [...new Set([...covered, ...hosts])];
  const made = makeAuthority(all, now);
  writeFileSync(keyFile, made.key.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  writeFileSync(hostsFile, JSON.stringify(all));
  writeFileSync(file, made.certificate);
  return { ...made, file, close: () => {} };
}

function authorityOfThisProcess(hosts: readonly string[], now: number): Authority {
  const folder = mkdtempSync(join(tmpdir(), "countersign-ca-"));
  const file = join(folder, authorityFileName);
  const made = makeAuthority(hosts, now);
  writeFileSync(file, made.certificate);
  return { ...made, file, close: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The hosts a kept authority was made for; none for one that was made without a limit. */
function coveredHosts(file: string): readonly string[] {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return [];
  }
}

function makeAuthority(permitted: readonly string[], now: number): Certified {
  return certify({
    ...{ name: authorityName, hosts: [], permitted },
    ...{ notBefore: now - day, notAfter: now + authorityDays * day },
  });
}

/** Returns a certificate for these hosts, new at each start. */
export function certifyHosts(authority: Certified, hosts: readonly string[], now: number): Certified {
  const wish = { name: hosts[0] as string, hosts, notBefore: now - day, notAfter: now + serverDays * day };
  return certify(wish, { name: authorityName, key: authority.key });
}
