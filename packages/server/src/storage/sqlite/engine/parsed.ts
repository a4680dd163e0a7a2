/**
 * Accounts and apps as objects, parsed once for each revision of their row: the reads of every request join them.
 * The row's revision is read each time, so a change, also one by another process, is seen by the next read.
 */

import { accountColumns, appColumns, type Row, toAccount, toApp } from "../../shared/rows.js";
import type { Account, App } from "../../storage.js";
import type { Context } from "./context.js";
import type { SqlValue } from "./driver.js";

export interface Parsed {
  readonly account: (pk: unknown, revision: unknown) => Account;
  readonly app: (pk: unknown, revision: unknown) => App;
}

const mostKept = 20_000;

/** What was read of a row, and the revision it had. */
interface Read<T> {
  readonly revision: unknown;
  readonly value: T;
}

export function parsedRows(context: Context): Parsed {
  const account = context.prepareRow(`SELECT a.revision, ${accountColumns} FROM accounts a WHERE a.pk = ?`);
  const app = context.prepare(
    `SELECT p.revision, ${appColumns} FROM apps p JOIN accounts o ON o.pk = p.owner_pk WHERE p.pk = ?`,
  );
  return {
    account: keeping((pk) => {
      const row = account.get(pk) as SqlValue[];
      return { revision: row[0], value: toAccount(accountRow(row)) };
    }),
    app: keeping((pk) => {
      const row = app.get(pk) as Row;
      return { revision: row.revision, value: toApp(row) };
    }),
  };
}

/** Names the values of `accountColumns` behind the revision. */
function accountRow(row: SqlValue[]): Row {
  return {
    a_id: row[1],
    a_email: row[2],
    a_password_hash: row[3],
    a_created_at: row[4],
    a_confirmed_at: row[5],
    a_locked: row[6],
    a_locale: row[7],
    a_callback_url: row[8],
    a_created_by_client: row[9],
  };
}

/**
 * Keeps what is asked for a second time. What is asked for once among very many would only drive out the rest, and
 * outlive its request at a cost to the garbage collector.
 */
function keeping<T extends object>(read: (pk: number) => Read<T>): (pk: unknown, revision: unknown) => T {
  const kept = new Map<number, Read<T>>();
  const seen = new Set<number>();
  return (pk, revision) => {
    const key = pk as number;
    const found = kept.get(key);
    if (found !== undefined && found.revision === revision) return found.value;
    const { value, revision: current } = read(key);
    if (found === undefined && !seen.has(key)) {
      if (seen.size >= mostKept) seen.clear();
      seen.add(key);
      return value;
    }
    if (kept.size >= mostKept) kept.clear();
    kept.set(key, { revision: current, value: deepFreeze(value) });
    return value;
  };
}

/** What is shared between requests must not change under one of them. */
function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === "object" && part !== null) deepFreeze(part);
  return Object.freeze(value);
}
