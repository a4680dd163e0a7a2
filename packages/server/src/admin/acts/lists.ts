/** What operators list, in pages. */

import { type AuditPageQuery, auditEventNames } from "../../storage/port/audit.js";
import type { Page, PageQuery } from "../../storage/port/paging.js";
import type { ActContext } from "../context.js";
import { AdminFault } from "../fault.js";
import { accountView, appView, auditView, familyView, grantView, sessionView } from "../views.js";
import { accountNamed, listKeys } from "./accounts.js";
import { appNamed } from "./apps.js";

export const mostOfPage = 1000;
export const usualPage = 100;

type View = Readonly<Record<string, unknown>>;

/** What a list is narrowed by. */
export interface ListQuery extends PageQuery {
  /** An e-mail address or an account id. */
  readonly account?: string | undefined;
  readonly clientId?: string | undefined;
  /** Whether apps are listed that nobody registered here. */
  readonly open?: boolean | undefined;
}

const viewed = <T>({ items, next }: Page<T>, view: (item: T) => View): Page<View> => ({
  items: items.map(view),
  next,
});

/** What names the place of a row; anything else is not a cursor of ours. */
const cursors = {
  number: /^\d{1,15}$/,
  family: /^[0-9a-f]{32}$/,
  hash: /^[\w-]{1,100}$/,
} as const;

/** @throws {AdminFault} */
function checked<T extends PageQuery>(query: T, kind: keyof typeof cursors): T {
  if (query.after !== undefined && !cursors[kind].test(query.after))
    throw new AdminFault("bad_request", "after: must be what `next` of the page before says");
  return query;
}

export type Lister = (context: ActContext, query: ListQuery) => Promise<Page<View>>;

/** @throws {AdminFault} each. */
export const lists = {
  accounts: async ({ storage }, query) =>
    viewed(await storage.pageAccounts(checked(query, "number")), accountView),
  apps: async ({ storage }, query) =>
    viewed(await storage.pageApps({ ...checked(query, "number"), openClients: query.open }), appView),
  grants: async (context, query) => {
    const owners = await ownersOf(context, query);
    return viewed(await context.storage.pageGrants({ ...checked(query, "number"), ...owners }), grantView);
  },
  families: async (context, query) => {
    const owners = await ownersOf(context, query);
    return viewed(await context.storage.pageFamilies({ ...checked(query, "family"), ...owners }), familyView);
  },
  sessions: async (context, query) => {
    if (query.account === undefined) throw new AdminFault("bad_request", "Whose sessions? Name an account.");
    const { id: accountId } = await accountNamed(context, query.account);
    const page = { ...checked(query, "hash"), accountId, now: context.now() };
    return viewed(await context.storage.pageSessions(page), sessionView);
  },
} as const satisfies Readonly<Record<string, Lister>>;

async function ownersOf(context: ActContext, { account, clientId }: ListQuery) {
  if (clientId !== undefined) await appNamed(context, clientId);
  return {
    clientId,
    accountId: account === undefined ? undefined : (await accountNamed(context, account)).id,
  };
}

/** @throws {AdminFault} */
export async function listAudit({ storage }: ActContext, query: AuditPageQuery): Promise<Page<View>> {
  if (query.event !== undefined && !(auditEventNames as readonly string[]).includes(query.event))
    throw new AdminFault("bad_request", `event: must be one of ${auditEventNames.join(", ")}`);
  return viewed(await storage.pageAudit(checked(query, "number")), auditView);
}

/** Yields everything of a list, page by page. */
export async function* everything<T>(
  page: (query: PageQuery) => Promise<Page<T>>,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<T> {
  let after: string | undefined;
  let left = most;
  do {
    const { items, next } = await page({ limit: Math.min(left, mostOfPage), after });
    yield* items;
    left -= items.length;
    after = next;
  } while (after !== undefined && left > 0);
}

async function collected(page: (query: PageQuery) => Promise<Page<View>>): Promise<View[]> {
  const all: View[] = [];
  for await (const one of everything(page)) all.push(one);
  return all;
}

/** Returns all that is stored of an account, for the person it is of. @throws {AdminFault} */
export async function exportAccount(context: ActContext, name: string): Promise<View> {
  const account = await accountNamed(context, name);
  const list = (lister: Lister) => collected((page) => lister(context, { ...page, account: account.id }));
  return {
    account: accountView(account),
    api_keys: await listKeys(context, account.id),
    grants: await list(lists.grants),
    families: await list(lists.families),
    sessions: await list(lists.sessions),
    audit: await collected((page) => listAudit(context, { ...page, accountId: account.id })),
  };
}
