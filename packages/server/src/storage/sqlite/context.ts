/** What the verbs of the SQLite adapter share: statements prepared once, reads, and writes through the group commit. */
import { decodeText, encodeText } from "../text.js";
import type { Database, SqlRow, SqlValue, Statement } from "./driver.js";
import { asStorageFault, type GroupCommit } from "./group-commit.js";

export class Context {
  constructor(
    readonly database: Database,
    readonly commits: GroupCommit,
  ) {}

  /** Text goes in and comes out as it was, whatever it holds. */
  prepare(sql: string): Statement {
    const statement = this.database.prepare(sql);
    return {
      run: (...values) => statement.run(...encoded(values)),
      get: (...values) => decoded(statement.get(...encoded(values))),
      all: (...values) => statement.all(...encoded(values)).map((row) => decoded(row) as SqlRow),
    };
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

  /** As `write`, for what no answer waits for: it does not cost a commit of its own where there is traffic. */
  writeBeside<T>(act: () => T): Promise<T> {
    return this.commits.runBeside(act);
  }
}

function encoded(values: SqlValue[]): SqlValue[] {
  return values.map((value) => (typeof value === "string" ? encodeText(value) : value));
}

function decoded(row: SqlRow | undefined): SqlRow | undefined {
  for (const key in row) {
    const value = row[key];
    if (typeof value === "string" && value.includes("\x1a")) row[key] = decodeText(value);
  }
  return row;
}

/** Returns a value as SQLite stores it. */
export function toSql(value: unknown): SqlValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (Array.isArray(value)) return JSON.stringify(value);
  return value as SqlValue;
}
