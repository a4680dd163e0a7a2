/**
 * The secrets file as `countersign key rotate` writes it. Rotation is two steps, so that a new secret verifies on every
 * node before it signs on any: the first step puts it second in the list, the second step puts it first.
 */

import { randomBytes } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { faultInSecret } from "../crypto/key-ring.js";
import { readSecretsFile } from "../secrets-config.js";

/** For so long others may keep a JWK set they fetched (its Cache-Control), and know no key that came later. */
const jwksMilliseconds = 300_000;

const waitingLine = /^# waiting since (\S+Z):/;

export type RotationStep =
  | { readonly step: "first" | "added" | "signs"; readonly secrets: readonly string[] }
  /** The secret that waits may sign from this time on. */
  | { readonly step: "early"; readonly until: number };

/**
 * Takes the next step of a rotation. A file that is not there begins with one secret, which signs at once: nothing was
 * signed before it.
 * @param hasten takes the second step although JWK sets without the new key may still be cached elsewhere.
 * @throws {Error} if the file is a link, holds anything but secrets, or cannot be kept with its owner and mode.
 */
export function rotateSecretsFile(file: string, made: string, now: number, hasten: boolean): RotationStep {
  const before = refuseLink(file);
  if (before === undefined) {
    replaceFile(file, written([made]), undefined);
    return { step: "first", secrets: [made] };
  }
  const secrets = readSecretsFile(file);
  refuseOtherFile(file, secrets);
  const since = waitingSince(readFileSync(file, "utf8"));
  const [signs, waits, ...older] = secrets;
  if (signs !== undefined && waits !== undefined && since !== undefined) {
    if (!hasten && now < since + jwksMilliseconds) return { step: "early", until: since + jwksMilliseconds };
    replaceFile(file, written([waits, signs, ...older]), before);
    return { step: "signs", secrets: [waits, signs, ...older] };
  }
  if (signs === undefined) {
    replaceFile(file, written([made]), before);
    return { step: "first", secrets: [made] };
  }
  const next = [signs, made, ...secrets.slice(1)];
  replaceFile(file, written(next, now), before);
  return { step: "added", secrets: next };
}

/** What is written is secrets alone: a file of settings, named by a slip, would lose all else. */
function refuseOtherFile(file: string, secrets: readonly string[]): void {
  for (const [index, secret] of secrets.entries()) {
    const fault = /^[A-Z][A-Z_]*=/.test(secret) ? "is a setting" : faultInSecret(secret);
    if (fault !== undefined)
      throw new Error(`${file} is not changed: what should be its secret number ${index + 1} ${fault}.`);
  }
}

function waitingSince(text: string): number | undefined {
  const found = text.split("\n").flatMap((line) => waitingLine.exec(line)?.[1] ?? []);
  const since = Date.parse(found[0] ?? "");
  return Number.isNaN(since) ? undefined : since;
}

function written(secrets: readonly string[], waitingFrom?: number): string {
  const [signs, ...rest] = secrets;
  const waiting =
    waitingFrom === undefined
      ? []
      : [
          `# waiting since ${new Date(waitingFrom).toISOString()}: the next \`key rotate\` lets this one sign`,
        ];
  return `${["# the first signs, all verify", signs, ...waiting, ...rest].join("\n")}\n`;
}

/** Returns what the file is, or undefined where there is none. */
function refuseLink(file: string): Stats | undefined {
  const folder = dirname(file);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`There is no folder ${folder}.`);
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found?.isSymbolicLink())
    throw new Error(
      `${file} is a symbolic link, which would be replaced: name the file it leads to, ${target(file)}.`,
    );
  if (found && !found.isFile()) throw new Error(`${file} is no file.`);
  return found;
}

function target(link: string): string {
  try {
    return realpathSync(link);
  } catch {
    return "which is not there";
  }
}

/** The file is replaced in one step, so that a server reading it sees the old list or the new one. */
function replaceFile(file: string, text: string, before: Stats | undefined): void {
  // A name nobody can have prepared, made by this process alone: no link is followed, no left-over is written through.
  const next = `${file}.${randomBytes(8).toString("hex")}.new`;
  const descriptor = openSync(next, "wx", 0o600);
  try {
    if (before) keepOwner(descriptor, before, file);
    fchmodSync(descriptor, before ? before.mode & 0o777 : 0o600);
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
    renameSync(next, file);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
  syncFolder(dirname(file));
}

function keepOwner(descriptor: number, { uid, gid }: Stats, file: string): void {
  if (process.getuid?.() === uid && process.getgid?.() === gid) return;
  try {
    fchownSync(descriptor, uid, gid);
  } catch (cause) {
    throw new Error(
      `${file} belongs to another user, and cannot be kept so: run this as that user, or as root.`,
      { cause },
    );
  }
}

/** Windows cannot open a folder; a rename there is on disk when it returns. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(folder, "r");
  fsyncSync(descriptor);
  closeSync(descriptor);
}
