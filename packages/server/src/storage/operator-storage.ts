/**
 * What operators need of storage: everything there is, page by page, and the ends of an account. Ids of pages are opaque
 * and stay good while rows come and go.
 */

import type { Account, App, AuditEvent, AuditQuery, FamilyView, Grant, Session } from "./storage.js";

/** @typeParam T what is listed, oldest first unless the verb says otherwise. */
export interface Page<T> {
  readonly items: readonly T[];
  /** What to ask for the page behind it with; undefined at the end. */
  readonly next: string | undefined;
}

export interface PageQuery {
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string | undefined;
}

/** Whose; both absent are all. */
export interface OwnedQuery extends PageQuery {
  readonly accountId?: string | undefined;
  readonly clientId?: string | undefined;
}

export interface GrantView {
  readonly grant: Grant;
  readonly email: string;
  readonly appName: string;
}

/** An API key as it is stored, and whose it is. */
export interface OwnedApiKey {
  readonly accountId: string;
  readonly lookup: string;
  readonly sealed: string;
}

export interface AuditPageQuery extends Omit<AuditQuery, "limit">, PageQuery {
  /** Events before this. */
  readonly until?: number | undefined;
  /** Who did it, for what operators did: `data.actor`. */
  readonly actor?: string | undefined;
}

export type AccountDeletion =
  /** Gone with its sessions, API keys, grants, codes and families. Its audit events stay. */
  | { readonly outcome: "deleted" }
  /** Nothing was deleted: these apps are to be deleted or given to another account first. */
  | { readonly outcome: "owns_apps"; readonly apps: number }
  | { readonly outcome: "unknown" };

export interface OperatorStorage {
  pageAccounts(query: PageQuery): Promise<Page<Account>>;
  pageApps(query: PageQuery): Promise<Page<App>>;
  /** Live grants. */
  pageGrants(query: OwnedQuery): Promise<Page<GrantView>>;
  /** Families, the revoked ones that are not purged yet among them. */
  pageFamilies(query: OwnedQuery): Promise<Page<FamilyView>>;
  pageSessions(
    query: PageQuery & { readonly accountId: string; readonly now: number },
  ): Promise<Page<Session>>;
  pageApiKeys(query: PageQuery): Promise<Page<OwnedApiKey>>;
  /** Newest first. */
  pageAudit(query: AuditPageQuery): Promise<Page<AuditEvent>>;
  /** Ends every session of the account; returns how many there were. */
  deleteSessionsOf(accountId: string): Promise<number>;
  deleteAccount(id: string): Promise<AccountDeletion>;
  /** The version of the schema that the database has. */
  schemaVersion(): Promise<number>;
}
