/**
 * Accounts and apps as objects, parsed once for each version of their row: the reads of every request join them, and to
 * send and parse them each time took longer than the rest. A version is known by `xmin`, the transaction that wrote it,
 * which PostgreSQL keeps of every row: whoever changes one, also an operator by hand or a node of another release,
 * changes that.
 */

import type { Account, App } from "../../port/records.js";
import { type Cells, columns } from "../../shared/columns.js";
import { KeptRows } from "../../shared/kept-rows.js";
import { accountOf, appOf } from "../../shared/rows.js";
import type { Batch, BatchedVerb } from "./batch.js";

/** Which row an account or app is, and the version that a statement saw of it. */
export interface Place {
  readonly pk: number;
  readonly version: string;
}

export const accountPlace = (cells: Cells): Place => ({
  pk: cells.number("a.pk"),
  version: cells.text("a.xmin::text"),
});
export const appPlace = (cells: Cells): Place => ({
  pk: cells.number("p.pk"),
  version: cells.text("p.xmin::text"),
});

/** Each returns undefined, later, for a row that was deleted since its place was read. */
export interface Parsed {
  readonly account: (place: Place) => Account | Promise<Account | undefined>;
  readonly app: (place: Place) => App | Promise<App | undefined>;
  /**
   * To be called with each new connection: it may lead to another server, which counts its transactions on from an
   * earlier one (an asynchronous standby that was promoted) and would give a number a second time.
   */
  readonly forgetAll: () => void;
}

/** What was read of a row, and the version it had. */
interface Versioned<T> {
  readonly place: Place;
  readonly value: T;
}

type Reading<T> = BatchedVerb<number, Versioned<T> | undefined>;

function reading<T>(name: string, read: (cells: Cells) => Versioned<T>, from: string): Reading<T> {
  const row = columns(read);
  return {
    name,
    sql: `SELECT i.n, ${row.list} FROM unnest($1::int[], $2::bigint[]) AS i(n, pk) ${from}`,
    changes: false,
    rows: (pk) => [[pk]],
    answer: (found) => found && row.named(found),
  };
}

const accountRow = reading(
  "account_row",
  (cells) => ({ place: accountPlace(cells), value: accountOf(cells) }),
  "JOIN accounts a ON a.pk = i.pk",
);
const appRow = reading(
  "app_row",
  (cells) => ({ place: appPlace(cells), value: appOf(cells) }),
  "JOIN apps p ON p.pk = i.pk JOIN accounts o ON o.pk = p.owner_pk",
);

/** @param batched sends the acts of a verb together. */
export function parsedRows(
  batched: <Act, Answer>(verb: BatchedVerb<Act, Answer>) => Batch<Act, Answer>["run"],
): Parsed {
  const [account, app] = [new KeptRows<string, Account>(), new KeptRows<string, App>()];
  return {
    account: keeping(account, batched(accountRow)),
    app: keeping(app, batched(appRow)),
    forgetAll: () => {
      account.forgetAll();
      app.forgetAll();
    },
  };
}

function keeping<T extends object>(
  kept: KeptRows<string, T>,
  read: (pk: number) => Promise<Versioned<T> | undefined>,
): (place: Place) => T | Promise<T | undefined> {
  return ({ pk, version }) =>
    kept.find(pk, version) ??
    read(pk).then((found) => found && kept.keep(pk, found.place.version, found.value));
}
