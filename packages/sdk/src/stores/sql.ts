import { InvalidArgumentError } from "../errors.js";

/** The table name, which becomes syntax and is therefore held to plain identifiers. */
export function checkTableName(table = "countersign_tokens"): string {
  if (!/^[A-Za-z_]\w{0,62}(\.[A-Za-z_]\w{0,62})?$/.test(table)) {
    throw new InvalidArgumentError("table", "must be a plain identifier, optionally with its schema");
  }
  return table;
}
