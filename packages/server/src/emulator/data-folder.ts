/** The folder an emulator keeps its data in: made, locked against a second emulator, and taken back if the start fails. */

import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { KeyRing } from "../crypto/key-ring.js";
import { availableDrivers } from "../storage/sqlite/engine/driver.js";
import { takeSoleUse } from "../storage/sqlite/sole-use.js";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.js";
import { keptSecret } from "./state/kept-secret.js";
import { type ReplaceableStorage, replaceableStorage } from "./state/replaceable-storage.js";

/** Where data is kept if nobody says otherwise. */
export const usualFolder = ".countersign";
const databaseFileName = "countersign.db";
const ownerFileName = "running.json";

/**
 * Returns where data is kept if nobody says otherwise: in memory where no driver can keep a file, so that a start needs
 * nothing but Node. Data that is there already is never passed over.
 */
export function usualData(): string | undefined {
  const keeps = availableDrivers("files").length > 0 || existsSync(join(usualFolder, databaseFileName));
  return keeps ? usualFolder : undefined;
}

export interface Data {
  readonly storage: ReplaceableStorage;
  readonly ring: KeyRing;
  /** Tells a second emulator who has the folder. */
  announce(url: string): void;
  close(): Promise<void>;
  /** Closes, and removes what this start made. */
  undo(): Promise<void>;
}

/** Returns data that nothing keeps. */
export function dataInMemory(secret: string): Data {
  const storage = replaceableStorage(() => openSqliteStorage(":memory:"));
  const close = () => storage.close();
  return { storage, ring: new KeyRing([secret]), announce: () => {}, close, undo: close };
}

/** Returns the data of a folder, made if it is not there. @throws {Error} in words, if it cannot be used. */
export function dataIn(folder: string): Data {
  const made = makeFolder(folder);
  const takeBack = () => {
    if (made !== undefined) rmSync(made, { recursive: true, force: true });
  };
  let unlock = () => {};
  try {
    unlock = lock(folder);
    if (made !== undefined || basename(resolve(folder)) === usualFolder) keepOutOfGit(folder);
    const ring = new KeyRing([keptSecret(join(folder, "secret"))]);
    const storage = replaceableStorage(() => openSqliteStorage(join(folder, databaseFileName)));
    const close = async () => {
      await storage.close();
      rmSync(join(folder, ownerFileName), { force: true });
      unlock();
    };
    return {
      storage,
      ring,
      announce: (url) =>
        writeFileSync(join(folder, ownerFileName), JSON.stringify({ url, pid: process.pid })),
      close,
      undo: () => close().then(takeBack),
    };
  } catch (error) {
    unlock();
    takeBack();
    throw error;
  }
}

/** Makes a folder and those above it, one by one, and returns the uppermost of those it made. */
function makeFolder(folder: string): string | undefined {
  if (folder === "") throw new Error("--data takes the name of a folder.");
  const missing: string[] = [];
  for (let path = resolve(folder); !existsSync(path); path = dirname(path)) missing.unshift(path);
  const above = missing.length === 0 ? resolve(folder) : dirname(missing[0] as string);
  if (!statSync(above).isDirectory())
    throw new Error(`--data ${folder}: ${above} is a file, not a folder. Name another.`);
  try {
    for (const path of missing) mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    throw new Error(
      `--data ${folder}: the folder cannot be made: ${reasonOf(error as NodeJS.ErrnoException)}.`,
    );
  }
  return missing[0];
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === "EACCES" || code === "EPERM") return "this user may not write there";
  if (code === "EROFS") return "the disk is read-only";
  if (code === "ENOENT") return "nothing can be made there";
  return message;
}

/** The folder holds keys and a database: one `git add .` must not commit them. */
function keepOutOfGit(folder: string): void {
  const file = join(folder, ".gitignore");
  if (!existsSync(file)) writeFileSync(file, "*\n");
}

/** Takes the folder for this process, until the returned function is called or the process ends, however it ends. */
function lock(folder: string): () => void {
  const unlock = asDataFault(folder, () => takeSoleUse(join(folder, "lock")));
  if (unlock !== undefined) return unlock;
  throw new Error(
    `Another emulator uses ${folder}${ownerOf(folder)}. Stop it, or start this one with --data DIR or --memory.`,
  );
}

function asDataFault<T>(folder: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new Error(`--data ${folder}: ${(error as Error).message}`);
  }
}

function ownerOf(folder: string): string {
  try {
    const { url, pid } = JSON.parse(readFileSync(join(folder, ownerFileName), "utf8"));
    return `: ${url}, process ${pid}`;
  } catch {
    return "";
  }
}
