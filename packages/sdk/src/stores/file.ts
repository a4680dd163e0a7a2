/** Entries in files, for the processes of one machine: versions by hard links, and what is trusted in a folder. */

import { createHash, randomUUID } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { link, lstat, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { CountersignError, UnreadableEntryError } from "../errors.js";
import type { StoredEntry, TokenStore } from "./store.js";

/** Old versions that stay as empty files, so that a writer that slept cannot take their number. */
const keptVersions = 64;

/**
 * Tokens in files, shared by every process of one machine; no lock is left behind by a process that dies.
 *
 * Each user has a folder, each version a file in it named by its number. A new version is written beside, synced and
 * then linked to its name, which fails when another process was first: that is the atomic act. Superseded versions are
 * emptied. Files are 0600, folders 0700; a link is not followed, and a folder that others can write to is refused. The file
 * system must have hard links; network shares are not supported.
 */
export class FileTokenStore implements TokenStore {
  readonly #directory: string;

  /** The folder is made at the first write. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** @throws {UnreadableEntryError} when the newest file is damaged. */
  async read(key: string): Promise<StoredEntry> {
    const folder = await this.#folder(key);
    for (;;) {
      const version = (await listVersions(folder)).at(-1) ?? 0;
      if (version === 0) return { version, value: undefined };
      const text = await readIfPresent(join(folder, String(version)));
      // The last byte tells a whole text from one that was emptied while it was read.
      if (text?.endsWith("\n")) return { version, value: text === "-\n" ? undefined : text.slice(1, -1) };
      // Emptied or deleted meanwhile: a newer version exists.
      if (((await listVersions(folder)).at(-1) ?? 0) === version) {
        throw new UnreadableEntryError("a token file is damaged", version);
      }
    }
  }

  async write(key: string, expectedVersion: number, value: string | undefined): Promise<boolean> {
    const folder = await this.#folder(key);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (((await listVersions(folder)).at(-1) ?? 0) !== expectedVersion) return false;
    const version = expectedVersion + 1;
    const temporary = join(folder, `${version}.${randomUUID()}.tmp`);
    try {
      await writeSynced(temporary, value === undefined ? "-\n" : `=${value}\n`);
      await link(temporary, join(folder, String(version)));
    } catch (error) {
      // EEXIST: the number is taken. ENOENT: a winner has swept the temporary file away.
      if (/^(EEXIST|ENOENT)$/.test((error as NodeJS.ErrnoException).code ?? "")) return false;
      throw error;
    } finally {
      await rm(temporary, { force: true });
    }
    await syncFolder(folder);
    return settle(folder, version);
  }

  async #folder(key: string): Promise<string> {
    const folder = join(this.#directory, createHash("sha256").update(key).digest("hex"));
    // The directory may be a link that the operator made; what is in it is made here, and never is one.
    await refuseUnsafe(this.#directory, stat);
    const found = await refuseUnsafe(folder, lstat);
    // In a directory of several users somebody else could have made it first.
    if (found !== undefined && process.geteuid !== undefined && found.uid !== process.geteuid()) {
      throw new CountersignError(`the token folder ${folder} belongs to another user of this machine`);
    }
    return folder;
  }
}

async function refuseUnsafe(folder: string, look: typeof stat): Promise<Stats | undefined> {
  const found = await look(folder).catch(ignoreMissing);
  if (found === undefined) return undefined;
  if (!found.isDirectory()) throw new CountersignError(`the token folder ${folder} is a link or no folder`);
  if (process.platform !== "win32" && (found.mode & 0o022) !== 0) {
    throw new CountersignError(
      `others can write to the token folder ${folder}: chmod go-w it, or name one inside it`,
    );
  }
  return found;
}

// The number could be taken although it was used before only after `keptVersions` newer versions; those would be seen now.
async function settle(folder: string, version: number): Promise<boolean> {
  const versions = await listVersions(folder);
  if ((versions.at(-1) ?? version) > version + keptVersions / 2) {
    await rm(join(folder, String(version)), { force: true });
    return false;
  }
  for (const old of versions) {
    if (old >= version) break;
    const path = join(folder, String(old));
    await (old < version - keptVersions ? rm(path, { force: true }) : empty(path)).catch(ignoreMissing);
  }
  // What a killed writer left; a writer still alive with such a number has lost already.
  for (const name of await readdir(folder)) {
    if (name.endsWith(".tmp") && Number.parseInt(name, 10) <= version)
      await rm(join(folder, name), { force: true });
  }
  return true;
}

/** Empties a superseded version; of a link, which is none of ours, what it leads to stays as it is. */
async function empty(path: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0)).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ELOOP") return undefined;
      throw error;
    },
  );
  if (file === undefined) return rm(path, { force: true });
  try {
    await file.truncate(0);
  } finally {
    await file.close();
  }
}

async function listVersions(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

async function readIfPresent(path: string): Promise<string | undefined> {
  // Windows has no such flag, and lets only administrators make links.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);
  const file = await open(path, flags).catch(ignoreMissing);
  try {
    return await file?.readFile("utf8");
  } finally {
    await file?.close();
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

// A new name is durable only when its folder is. Windows cannot open a folder, and needs no such sync.
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return undefined;
  throw error;
}
