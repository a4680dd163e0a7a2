/** What the stores in SQL tables share: their options, and the name that becomes syntax. */
import { InvalidArgumentError } from "../errors.js";

/** Options of a store in a SQL table. */
export interface SqlStoreOptions {
  /** @default "countersign_tokens" */
  table?: string | undefined;
  /** Creates the table when it is missing. @default true */
  createTable?: boolean | undefined;
}

/** The table name, which becomes syntax and is therefore held to plain identifiers. @throws {InvalidArgumentError} */
export function checkTableName(table = "countersign_tokens"): string {
  if (!/^[A-Za-z_]\w{0,62}(\.[A-Za-z_]\w{0,62})?$/.test(table)) {
    throw new InvalidArgumentError("table", "must be a plain identifier, optionally with its schema");
  }
  return table;
}
