/** Accounts and apps as objects, parsed once for each revision of their row: the reads of every request join them. */

import type { Account, App } from "../../port/records.js";
import { type Cells, type Columns, columns } from "../../shared/columns.js";
import { KeptRows } from "../../shared/kept-rows.js";
import { accountOf, appOf } from "../../shared/rows.js";
import type { Context } from "./context.js";
import type { SqlValue } from "./driver.js";

/** Which row an account or app is, and the revision it has now. */
export interface Place {
  readonly pk: number;
  readonly revision: number;
}

export const accountPlace = (cells: Cells): Place => ({
  pk: cells.number("a.pk"),
  revision: cells.number("a.revision"),
});
export const appPlace = (cells: Cells): Place => ({
  pk: cells.number("p.pk"),
  revision: cells.number("p.revision"),
});

export interface Parsed {
  readonly account: (place: Place) => Account;
  readonly app: (place: Place) => App;
}

/** What was read of a row, and the revision it had. */
interface Revised<T> {
  readonly place: Place;
  readonly value: T;
}

export function parsedRows(context: Context): Parsed {
  const account = columns((cells) => ({ place: accountPlace(cells), value: accountOf(cells) }));
  const app = columns((cells) => ({ place: appPlace(cells), value: appOf(cells) }));
  return {
    account: keeping(context, account, "accounts a WHERE a.pk = ?"),
    app: keeping(context, app, "apps p JOIN accounts o ON o.pk = p.owner_pk WHERE p.pk = ?"),
  };
}

function keeping<T extends object>(
  context: Context,
  revised: Columns<Revised<T>>,
  from: string,
): (place: Place) => T {
  const find = context.prepareRow(`SELECT ${revised.list} FROM ${from}`);
  const kept = new KeptRows<number, T>();
  return ({ pk, revision }) => {
    const found = kept.find(pk, revision);
    if (found !== undefined) return found;
    const current = revised.placed(find.get(pk) as SqlValue[]);
    return kept.keep(pk, current.place.revision, current.value);
  };
}
