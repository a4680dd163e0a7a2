/** The pages that operators read: the same statements on both databases, but for how families are named. */

import type { AuditPageQuery } from "../port/audit.js";
import type { GrantView, OperatorStorage, OwnedApiKey, OwnedQuery } from "../port/operators.js";
import type { Page, PageQuery } from "../port/paging.js";
import { type FamilyView, openClientsOwner } from "../port/records.js";
import { type Cells, columns, type Row } from "./columns.js";
import { afterNumber, type Condition, filterOf, pageOf } from "./paging.js";
import {
  accountOf,
  appOf,
  auditEventOf,
  familyOf,
  filledFamily,
  filledGrant,
  grantIsLive,
  grantOf,
  sessionOf,
} from "./rows.js";

export type PageVerbs = Pick<
  OperatorStorage,
  "pageAccounts" | "pageApps" | "pageGrants" | "pageFamilies" | "pageSessions" | "pageApiKeys" | "pageAudit"
>;

/** What differs between the databases. */
export interface PageDialect {
  /** Runs a read whose placeholders are question marks. */
  all(sql: string, values: (string | number | Buffer)[]): Promise<readonly Row[]>;
  /** The SQL of when a family ended. */
  readonly familyEnd: string;
  familyId(stored: unknown): string;
  storedFamilyId(id: string): string | Buffer;
  /** The SQL of who an audit event says did it. */
  readonly actor: string;
  /** The column that orders API keys, and the join that leaves out replaced ones. */
  readonly apiKeyJoin: string;
}

const grantTables = "grants g JOIN accounts a ON a.pk = g.account_pk JOIN apps p ON p.pk = g.app_pk";

export function pageVerbs(dialect: PageDialect): PageVerbs {
  const keyTables = `api_keys k JOIN accounts a ON ${dialect.apiKeyJoin}`;
  const apiKeys = orderedRead(dialect, keyTables, "k.lookup", apiKeyRow);
  return {
    pageAccounts: accounts(dialect),
    pageApps: apps(dialect),
    pageGrants: grants(dialect),
    pageFamilies: families(dialect),
    pageSessions: sessions(dialect),
    pageApiKeys: (query) => apiKeys(query, [["k.lookup > ?", query.after]]),
    pageAudit: audit(dialect),
  };
}

function grants(dialect: PageDialect): PageVerbs["pageGrants"] {
  const page = orderedRead(dialect, grantTables, "g.pk", grantRow);
  return (query) =>
    page(query, [...owned(query), [`${grantIsLive} AND g.pk > ?`, afterNumber(query.after) ?? 0]]);
}

function sessions(dialect: PageDialect): PageVerbs["pageSessions"] {
  const page = orderedRead(
    dialect,
    "sessions s JOIN accounts a ON a.pk = s.account_pk",
    "s.hash",
    sessionRow,
  );
  return ({ accountId, now, ...query }) =>
    page(query, [
      ["a.id = ?", accountId],
      ["s.expires_at > ?", now],
      ["s.hash > ?", query.after],
    ]);
}

const owned = ({ accountId, clientId }: OwnedQuery): Condition[] => [
  ["a.id = ?", accountId],
  ["p.client_id = ?", clientId],
];

const sessionRow = (cells: Cells) => {
  const session = sessionOf(cells);
  session.hash = cells.text("s.hash");
  session.accountId = cells.text("a.id");
  return session;
};

const apiKeyRow = (cells: Cells): OwnedApiKey => ({
  accountId: cells.text("a.id"),
  lookup: cells.text("k.lookup"),
  sealed: cells.text("k.sealed"),
});

const grantRow = (cells: Cells): GrantView => {
  const grant = grantOf(cells);
  const [accountId, email] = [cells.text("a.id"), cells.text("a.email")];
  const [clientId, appName] = [cells.text("p.client_id"), cells.text("p.name")];
  return { grant: filledGrant(grant, accountId, clientId), email, appName };
};

/** Returns the read of a page in the order of a column. */
function orderedRead<T>(dialect: PageDialect, from: string, order: string, read: (cells: Cells) => T) {
  const found = columns((cells) => ({ place: cells.value(order, String), value: read(cells) }));
  return async ({ limit }: PageQuery, conditions: readonly Condition[]): Promise<Page<T>> => {
    const { where, values } = filterOf(conditions);
    const sql = `SELECT ${found.list} FROM ${from} ${where} ORDER BY ${order} LIMIT ?`;
    const rows = (await dialect.all(sql, [...values, limit + 1])).map(found.named);
    return pageOf(
      rows,
      limit,
      ({ value }) => value,
      ({ place }) => place,
    );
  };
}

function accounts(dialect: PageDialect): PageVerbs["pageAccounts"] {
  const page = orderedRead(dialect, "accounts a", "a.pk", accountOf);
  return (query) =>
    page(query, [
      ["a.id <> ?", openClientsOwner],
      ["a.pk > ?", afterNumber(query.after)],
    ]);
}

function apps(dialect: PageDialect): PageVerbs["pageApps"] {
  const page = orderedRead(dialect, "apps p JOIN accounts o ON o.pk = p.owner_pk", "p.pk", appOf);
  return ({ openClients = false, ...query }) =>
    page(query, [
      ["p.open_client IS NULL AND p.pk > ?", openClients ? undefined : 0],
      ["p.pk > ?", afterNumber(query.after)],
    ]);
}

function families(dialect: PageDialect): PageVerbs["pageFamilies"] {
  const view = columns((cells) => ({
    id: cells.value("f.id", dialect.familyId),
    family: familyOf(cells, dialect.familyEnd),
    grant: grantOf(cells),
    account: accountOf(cells),
    app: appOf(cells),
  }));
  const from = `${grantTables} JOIN families f ON f.grant_pk = g.pk JOIN accounts o ON o.pk = p.owner_pk`;
  return async (query) => {
    const after = query.after === undefined ? undefined : dialect.storedFamilyId(query.after);
    const { where, values } = filterOf([...owned(query), ["f.id > ?", after]]);
    const sql = `SELECT ${view.list} FROM ${from} ${where} ORDER BY f.id LIMIT ?`;
    const rows = (await dialect.all(sql, [...values, query.limit + 1])).map(view.named);
    const toView = ({ id, family, grant, account, app }: (typeof rows)[number]): FamilyView => {
      const filled = filledGrant(grant, account.id, app.clientId);
      return { family: filledFamily(family, id, filled.id), grant: filled, account, app };
    };
    return pageOf(rows, query.limit, toView, ({ id }) => id);
  };
}

function audit(dialect: PageDialect): PageVerbs["pageAudit"] {
  const found = columns((cells) => ({ place: cells.value("pk", String), event: auditEventOf(cells) }));
  return async ({ event, clientId, accountId, since, until, actor, after, limit }: AuditPageQuery) => {
    const { where, values } = filterOf([
      ["event = ?", event],
      ["client_id = ?", clientId],
      ["account_id = ?", accountId],
      ["at >= ?", since],
      ["at < ?", until],
      [`${dialect.actor} = ?`, actor],
      ["pk < ?", afterNumber(after)],
    ]);
    const sql = `SELECT ${found.list} FROM audit ${where} ORDER BY pk DESC LIMIT ?`;
    const rows = (await dialect.all(sql, [...values, limit + 1])).map(found.named);
    return pageOf(
      rows,
      limit,
      ({ event: read }) => read,
      ({ place }) => place,
    );
  };
}
