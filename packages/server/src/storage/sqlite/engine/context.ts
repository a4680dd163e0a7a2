/** What the verbs of the SQLite adapter share: statements prepared once, reads and writes that go together. */

import { decodeText, encodeText } from "../../shared/text.js";
import type { Database, RowStatement, SqlRow, SqlValue, Statement } from "./driver.js";
import type { GroupCommit } from "./group-commit.js";
import type { GroupRead } from "./group-read.js";
import { KnownFamilies } from "./known-families.js";

export class Context {
  readonly database: Database;
  readonly commits: GroupCommit;
  readonly reads: GroupRead;
  readonly families: KnownFamilies;

  constructor(database: Database, commits: GroupCommit, reads: GroupRead) {
    this.database = database;
    this.commits = commits;
    this.reads = reads;
    this.families = new KnownFamilies(database.prepare("PRAGMA data_version"));
  }

  /**
   * Text goes in and comes out as it was, whatever it holds. SQLite compiles the statement at its first use: to compile
   * all of them took half the time of opening a store, and few processes use them all.
   */
  prepare(sql: string): Statement {
    let compiled: Statement | undefined;
    const statement = () => {
      compiled ??= this.database.prepare(sql);
      return compiled;
    };
    return {
      run: (...values) => statement().run(...encoded(values)),
      get: (...values) => decoded(statement().get(...encoded(values))),
      all: (...values) =>
        statement()
          .all(...encoded(values))
          .map((row) => decoded(row) as SqlRow),
    };
  }

  /** As `prepare`, for numbers and bytes alone. */
  prepareExact(sql: string): Statement {
    return this.database.prepare(sql);
  }

  /** As `prepare`, for reads of one row on every request: its values come in the order of the columns. */
  prepareRow(sql: string): RowStatement {
    const statement = this.database.prepareRow(sql);
    return { get: (value) => decodedValues(statement.get(encodedValue(value))) };
  }

  /** Runs a synchronous read; a fault of the disk becomes `StorageUnavailable`. */
  read<T>(query: () => T): Promise<T> {
    return this.reads.run(query);
  }

  /** Runs a synchronous act whole or not at all, and resolves once it is on disk. No family is known any more then. */
  write<T>(act: () => T): Promise<T> {
    return this.commits.run(() => {
      this.families.forgetAll();
      return act();
    });
  }

  /** As `write`, for an act that says itself which families are to be forgotten. */
  writeSparing<T>(act: () => T): Promise<T> {
    return this.commits.run(act);
  }

  /** As `writeSparing`, for what no answer waits for. */
  writeBeside<T>(act: () => T): Promise<T> {
    return this.commits.runBeside(act);
  }
}

function encoded(values: SqlValue[]): SqlValue[] {
  return values.map(encodedValue);
}

function encodedValue(value: SqlValue): SqlValue {
  return typeof value === "string" ? encodeText(value) : value;
}

function decoded(row: SqlRow | undefined): SqlRow | undefined {
  for (const key in row) {
    const value = row[key];
    if (typeof value === "string" && value.includes("\x1a")) row[key] = decodeText(value);
  }
  return row;
}

function decodedValues(row: SqlValue[] | undefined): SqlValue[] | undefined {
  if (row === undefined) return undefined;
  for (let index = 0; index < row.length; index++) {
    const value = row[index];
    if (typeof value === "string" && value.includes("\x1a")) row[index] = decodeText(value);
  }
  return row;
}

/** Returns a value as SQLite stores it. */
export function toSql(value: unknown): SqlValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "object" && !Buffer.isBuffer(value)) return JSON.stringify(value);
  return value as SqlValue;
}
