/** Which faults of SQLite mean that the storage is unavailable, rather than that an act is wrong. */

import { StorageUnavailable } from "../../port/storage.js";

/** How better-sqlite3 names the faults of a disk or a lock, and their numbers (sqlite.org/rescode.html). */
const diskFault = /^SQLITE_(BUSY|LOCKED|NOMEM|READONLY|IOERR|FULL|CANTOPEN|PROTOCOL)/;
const diskFaultNumbers = new Set([5, 6, 7, 8, 10, 13, 14, 15]);
const closed = /database (connection )?is not open|statement has been finalized/;

export function isDiskFault(error: unknown): boolean {
  const { code, errcode, message } = error as { code?: string; errcode?: number; message?: string };
  if (errcode !== undefined) return diskFaultNumbers.has(errcode & 0xff);
  return diskFault.test(code ?? "") || closed.test(message ?? "");
}

/** Another process holds the file's write lock (SQLITE_BUSY is 5). */
export function isBusy(error: unknown): boolean {
  const { code, errcode } = error as { code?: string; errcode?: number };
  return errcode === undefined ? /^SQLITE_BUSY/.test(code ?? "") : (errcode & 0xff) === 5;
}

/** Returns the error to answer with: a `StorageUnavailable` where the disk or a lock is at fault, or the file was closed. */
export function asStorageFault(error: unknown): unknown {
  if (!isDiskFault(error)) return error;
  return new StorageUnavailable(`SQLite: ${(error as Error).message}`, {
    cause: error,
    condition: conditionOf(error),
  });
}

/** SQLITE_FULL is 13, SQLITE_READONLY 8. */
function conditionOf(error: unknown): StorageUnavailable["condition"] {
  const { code = "", errcode = 0 } = error as { code?: string; errcode?: number };
  if (code.startsWith("SQLITE_FULL") || (errcode & 0xff) === 13) return "full";
  return code.startsWith("SQLITE_READONLY") || (errcode & 0xff) === 8 ? "read-only" : undefined;
}
