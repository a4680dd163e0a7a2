/**
 * Accounts and apps as objects, parsed once for each revision of their row: the reads of every request join them.
 * The row's revision is read each time, so a change, also one by another process, is seen by the next read.
 */
import { accountColumns, appColumns, type Row, toAccount, toApp } from "../rows.js";
import type { Account, App } from "../storage.js";
import type { Context } from "./context.js";
import type { Statement } from "./driver.js";

export interface Parsed {
  readonly account: (pk: unknown, revision: unknown) => Account;
  readonly app: (pk: unknown, revision: unknown) => App;
}

const mostKept = 10_000;

export function parsedRows(context: Context): Parsed {
  const account = context.prepare(`SELECT a.revision, ${accountColumns} FROM accounts a WHERE a.pk = ?`);
  const app = context.prepare(
    `SELECT p.revision, ${appColumns} FROM apps p JOIN accounts o ON o.pk = p.owner_pk WHERE p.pk = ?`,
  );
  return { account: keeping(account, toAccount), app: keeping(app, toApp) };
}

function keeping<T extends object>(
  statement: Statement,
  parse: (row: Row) => T,
): (pk: unknown, revision: unknown) => T {
  const kept = new Map<number, { revision: unknown; value: T }>();
  return (pk, revision) => {
    const found = kept.get(pk as number);
    if (found && found.revision === revision) return found.value;
    const row = statement.get(pk as number) as Row;
    if (kept.size >= mostKept) kept.clear();
    const value = deepFreeze(parse(row));
    kept.set(pk as number, { revision: row.revision, value });
    return value;
  };
}

/** What is shared between requests must not change under one of them. */
function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === "object" && part !== null) deepFreeze(part);
  return Object.freeze(value);
}
