/** What the verbs of the SQLite adapter share: statements prepared once, reads, and writes through the group commit. */
import type { Database, SqlValue, Statement } from "./driver.js";
import { asStorageFault, type GroupCommit } from "./group-commit.js";

export class Context {
  constructor(
    readonly database: Database,
    readonly commits: GroupCommit,
  ) {}

  prepare(sql: string): Statement {
    return this.database.prepare(sql);
  }

  /** Runs a synchronous read; a fault of the disk becomes `StorageUnavailable`. */
  async read<T>(query: () => T): Promise<T> {
    try {
      return query();
    } catch (error) {
      throw asStorageFault(error);
    }
  }

  /** Runs a synchronous act whole or not at all, and resolves once it is on disk. */
  write<T>(act: () => T): Promise<T> {
    return this.commits.run(act);
  }
}

/** Returns a value as SQLite stores it. */
export function toSql(value: unknown): SqlValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (Array.isArray(value)) return JSON.stringify(value);
  return value as SqlValue;
}

/** Returns the SET list and values of an update whose columns are named by the adapter, never by a caller. */
export function assignments(
  columns: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, unknown>>,
): { set: string; values: SqlValue[] } {
  const named = Object.entries(changes).filter(([key]) => columns[key] !== undefined);
  return {
    set: named.map(([key]) => `${columns[key]} = ?`).join(", "),
    values: named.map(([, value]) => toSql(value)),
  };
}
