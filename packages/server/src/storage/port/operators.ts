/** The operators' part of the port: lists page by page, and what only an operator does. */

import type { AuditEvent, AuditPageQuery } from "./audit.js";
import type { Page, PageQuery } from "./paging.js";
import type { Account, ApiKey, App, ClientSecret, FamilyView, Grant, Session } from "./records.js";

export interface AppsQuery extends PageQuery {
  /** Whether open clients are listed too. @default false */
  readonly openClients?: boolean | undefined;
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

export type AccountDeletion =
  /** Gone with its sessions, API keys, grants, codes and families. Its audit events stay. */
  | { readonly outcome: "deleted" }
  /** Nothing was deleted: these apps are to be deleted or given to another account first. */
  | { readonly outcome: "owns_apps"; readonly apps: number }
  | { readonly outcome: "unknown" };

/** What operators need of storage beside what the protocol does. */
export interface OperatorStorage {
  pageAccounts(query: PageQuery): Promise<Page<Account>>;
  pageApps(query: AppsQuery): Promise<Page<App>>;
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
  /** Stores a key under another lookup and seal, unless it has changed since it was read; then returns false. */
  resealApiKey(was: ApiKey, becomes: ApiKey): Promise<boolean>;
  /** Stores the secrets of an app anew, unless they have changed since they were read; then returns false. */
  resealSecrets(
    clientId: string,
    was: readonly ClientSecret[],
    becomes: readonly ClientSecret[],
  ): Promise<boolean>;
  /** The version of the schema that the database has. */
  schemaVersion(): Promise<number>;
}
