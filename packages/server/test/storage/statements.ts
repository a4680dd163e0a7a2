/** Watches every statement that tests send to PostgreSQL, for a rule that all of them keep. */
import { readdirSync, readFileSync } from "node:fs";
import { vi } from "vitest";
import { Connections } from "../../src/storage/postgres/engine/connections.js";

const folder = new URL("../../src/storage/postgres/", import.meta.url);

/** Returns the tables that a statement changes, one entry for each time it does. */
export function changedTables(sql: string): string[] {
  const code = sql.replace(/--.*|'(?:[^']|'')*'/g, "");
  const changes = /(?:INSERT\s+INTO|(?<!\bDO\s+|\bFOR\s+)UPDATE|DELETE\s+FROM|MERGE\s+INTO)\s+(\w+)/gi;
  return [...code.matchAll(changes)].map(([, table]) => table as string);
}

/** Returns the tables that a statement changes more than once, which CockroachDB refuses. */
export function changedTwice(sql: string): string[] {
  const tables = changedTables(sql);
  return tables.filter((table, index) => tables.indexOf(table) !== index);
}

/** Makes each statement that changes a table twice fail where it is sent; returns the names of those sent so far. */
export function watchStatements(): ReadonlySet<string> {
  const sent = new Set<string>();
  for (const kind of ["read", "write", "writePatiently"] as const) {
    const send = Connections.prototype[kind];
    vi.spyOn(Connections.prototype, kind).mockImplementation(function (this: Connections, statement, values) {
      if (statement.name !== undefined) sent.add(statement.name);
      const twice = changedTwice(statement.text);
      if (twice.length > 0) throw new Error(`One statement changes ${twice} twice: ${statement.text}`);
      return send.call(this, statement, values);
    });
  }
  return sent;
}

/** Returns the names under which the adapter prepares its statements, as its sources say. */
export function preparedStatements(): string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts"));
  return files.flatMap((file) =>
    [...readFileSync(new URL(file, folder), "utf8").matchAll(/\bname: "(\w+)"/g)].map(
      ([, name]) => name as string,
    ),
  );
}
