/**
 * The storage port. Each verb is one atomic act: it did everything or nothing, and its answer says which. There is no
 * transaction object. A write that has been answered is on disk. Times are milliseconds since the epoch, ids and
 * hashes are strings; nothing that reaches an adapter is a secret in clear.
 */

export interface Account {
  /** 40 hex digits. */
  readonly id: string;
  readonly email: string;
  /** PHC string; undefined while the account has no password yet. */
  readonly passwordHash: string | undefined;
  readonly createdAt: number;
  /** Undefined until the e-mail address is confirmed. */
  readonly confirmedAt: number | undefined;
  readonly locked: boolean;
  readonly locale: string;
  readonly callbackUrl: string | undefined;
  /** The app that created the account by POST /v3/account/create, if one did. */
  readonly createdByClient: string | undefined;
}

/** An API key: the values it can be looked up by, and itself, sealed. The first is the primary key. */
export interface ApiKey {
  readonly lookup: string;
  readonly sealed: string;
}

export interface ClientSecret {
  readonly sealed: string;
  readonly createdAt: number;
  /** The end of the overlap in which an older secret still works. */
  readonly expiresAt: number | undefined;
}

export interface App {
  readonly clientId: string;
  readonly name: string;
  readonly ownerId: string;
  readonly callbackUrls: readonly string[];
  readonly scopes: readonly string[];
  /** Newest first; empty for a public app. */
  readonly secrets: readonly ClientSecret[];
  readonly public: boolean;
  readonly approved: boolean;
  /** Stopped by an operator: refused everywhere, with all its grants and tokens kept for when it goes on. */
  readonly disabled: boolean;
  readonly requireClientCredentialsOnRefresh: boolean;
  /** Whether a refresh gives the same token again, or a successor; "none" where the app gets no refresh token. */
  readonly refreshTokens: "same" | "rotate" | "none";
  readonly accessTokens: "opaque" | "jwt";
  /** Public keys for private_key_jwt, a JWK set as JSON text. */
  readonly jwks: string | undefined;
  /** Resource identifiers the app may ask tokens for (RFC 8707), and those it may introspect as. */
  readonly resources: readonly string[];
  readonly eventCallbackUrl: string | undefined;
  /** The owner's words for the app's own scopes, by scope. */
  readonly scopeTexts: Readonly<Record<string, string>>;
  /** Schemes without a dot that its callback URLs may have, each allowed for this app by name. */
  readonly callbackSchemes: readonly string[];
  /** A code without a challenge is refused (RFC 7636); a public app's always is. */
  readonly requirePkce: boolean;
  /** What signs its JWT access tokens. */
  readonly jwtAlgorithm: "ES256" | "RS256";
  /** What it may ask for tokens with, beside codes and refresh tokens. */
  readonly grantTypes: readonly ExtraGrantType[];
  /** How often all of it was revoked: its own tokens, of the client credentials grant, count only if they say the same number. */
  readonly tokenGeneration: number;
  readonly createdAt: number;
  /**
   * How an app that nobody registered by hand says what it is: by the document that its client_id is the address of, or
   * by its client_id itself. Its owner is `openClientsOwner`.
   */
  readonly openClient: "document" | "registration" | undefined;
}

/** The account that owns the open clients. Nobody signs in to it, and lists of accounts leave it out. */
export const openClientsOwner = "0".repeat(40);
/** Grants that an app is allowed by name: RFC 6749 §4.4, and RFC 8628 by its last part. */
export type ExtraGrantType = "client_credentials" | "device_code";

/** One account's consent to one app: what "connected apps" lists. */
export interface Grant {
  readonly id: string;
  readonly accountId: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** The resources consented to (RFC 8707); `ownApi` stands for a consent that named none. */
  readonly resources: readonly string[];
  readonly createdAt: number;
  readonly revokedAt: number | undefined;
}

/** What is consented to where no resource is named: this server's own API. No resource is spelled like this. */
export const ownApi = "-";

export interface NewCode {
  readonly hash: string;
  readonly accountId: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  /** The redirect URI the code went to, and whether the request named it (RFC 6749 §4.1.3). */
  readonly redirectUri: string;
  readonly redirectUriGiven: boolean;
  readonly state: string | undefined;
  readonly codeChallenge: string | undefined;
  /** The thumbprint of the key that the code is bound to (RFC 9449 §10). */
  readonly dpopJkt: string | undefined;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export interface Code extends NewCode {
  readonly grantId: string;
  readonly grantRevokedAt: number | undefined;
  readonly accountLocked: boolean;
  readonly consumedAt: number | undefined;
  readonly familyId: string | undefined;
}

/** One code exchange and all that follows from it. Holds nothing secret. */
export interface Family {
  /** 32 hex digits; the first 12 are the time it was made, so that ids sort by age. */
  readonly id: string;
  readonly grantId: string;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly generation: number;
  readonly createdAt: number;
  /** When the last rotation, or the last noted use, was. */
  readonly usedAt: number;
  readonly revokedAt: number | undefined;
  /** Access tokens issued before this do not open anything. */
  readonly accessValidFrom: number;
  /** The thumbprint of the key that its refresh tokens are bound to: those of a public app that used one. */
  readonly dpopJkt: string | undefined;
}

/** A family with all that decides whether its tokens work: one read. */
export interface FamilyView {
  readonly family: Family;
  readonly grant: Grant;
  readonly account: Account;
  readonly app: App;
}

export interface ConsumeCode {
  readonly hash: string;
  readonly familyId: string;
  readonly now: number;
  /** Revoke the earlier families of the grant in the same act. */
  readonly endEarlierFamilies: boolean;
  /** What the refresh tokens of the new family are bound to. */
  readonly dpopJkt?: string | undefined;
}

export type ConsumeCodeOutcome =
  | { readonly outcome: "consumed" }
  /** The code had been used; the family that its first use made is now revoked. */
  | { readonly outcome: "used_before"; readonly familyId: string }
  | { readonly outcome: "expired" }
  | { readonly outcome: "revoked" }
  | { readonly outcome: "unknown" };

/** A device that waits for a person's answer (RFC 8628). */
export interface Device {
  /** Of its device code; nothing else is stored under a hash like it. */
  readonly hash: string;
  /** What it is found by: a MAC of its user code. */
  readonly userKey: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly expiresAt: number;
}

/** How much earlier than the interval a device may ask: clocks and networks are not exact. In milliseconds. */
export const pollJitterMilliseconds = 500;
/** How much longer the interval gets each time a device asks too early (RFC 8628 §3.5). */
export const slowDownSeconds = 5;

/** Whose authorizations are ended: those of an account, those of an app, or all there are. */
export type Revocation = { readonly accountId: string } | { readonly clientId: string } | "everything";

export interface RevocationOutcome {
  /** Consents that were live, each with all its codes and tokens. */
  readonly grants: number;
  /** Signed-in browsers. A revocation by app ends none: they are the person's, not the app's. */
  readonly sessions: number;
}

export interface RotateFamily {
  readonly familyId: string;
  /** The generation of the refresh token that was presented. */
  readonly fromGeneration: number;
  readonly now: number;
  readonly graceSeconds: number;
}

export type RotateFamilyOutcome =
  /** The family moved on by one; or a retry within the grace period is to get the same successor again. */
  | { readonly outcome: "rotated" | "replayed"; readonly generation: number }
  /** An older generation came back: the family is now revoked. */
  | { readonly outcome: "reused" }
  | { readonly outcome: "revoked" }
  | { readonly outcome: "unknown" };

export interface Session {
  readonly hash: string;
  readonly accountId: string;
  /** When the person last proved who they are (for `max_age`). */
  readonly authenticatedAt: number;
  readonly expiresAt: number;
}

export interface SessionView {
  readonly session: Session;
  readonly account: Account;
}

/** Undefined clears what may be absent, and leaves the rest as it is. */
type Changes<Whole> = { readonly [Key in keyof Whole]?: Whole[Key] | undefined };
export type AppChanges = Changes<Omit<App, "clientId" | "createdAt" | "openClient" | "tokenGeneration">>;
export type AccountChanges = Changes<Omit<Account, "id" | "createdAt">>;

/** The names of the events in the audit log: whoever asks for one by another name has misspelt it. */
export const auditEventNames = [
  "account_created",
  "account_deleted",
  "account_locked",
  "account_password_set",
  "account_revoked",
  "account_unlocked",
  "admin_authentication_failed",
  "api_key_created",
  "api_key_revoked",
  "app_changed",
  "app_created",
  "app_deleted",
  "app_revoked",
  "client_authentication_failed",
  "client_secret_rotated",
  "client_secrets_expired",
  "code_exchanged",
  "code_reused",
  "consent_denied",
  "consent_given",
  "everything_revoked",
  "family_revoked",
  "grant_revoked",
  "login",
  "login_failed",
  "refresh_replayed",
  "refresh_reused",
  "sessions_ended",
  "token_revoked",
] as const;

export type AuditEventName = (typeof auditEventNames)[number];

/** A security event. `data` holds no secret, code or token. */
export interface AuditEvent {
  readonly at: number;
  readonly event: string;
  readonly clientId: string | undefined;
  readonly accountId: string | undefined;
  readonly data: Readonly<Record<string, string | number | boolean | undefined>>;
}

export interface AuditQuery {
  readonly event?: string;
  readonly clientId?: string;
  readonly accountId?: string;
  readonly since?: number;
  /** Most events returned, newest first. */
  readonly limit: number;
}

/** A token bucket: it holds `capacity` and refills by `capacity` every `periodSeconds`. */
export interface TakeFromBucket {
  readonly key: string;
  readonly capacity: number;
  readonly periodSeconds: number;
  readonly now: number;
  /** 0 looks without taking. */
  readonly cost: number;
}

/**
 * How far ahead of now the last rotation of a family may be for a retry to be taken for one, in milliseconds. A rotation
 * further ahead was noted by a clock that was wrong: until that time came every old token would pass for a retry.
 */
export const rotationSkewMilliseconds = 10_000;

/**
 * How far ahead of now, beyond its period, a bucket's last take may be, in milliseconds. A mark further ahead was left by
 * a clock that was wrong: waiting for it would freeze the bucket for as long as that was wrong.
 */
export const bucketSkewMilliseconds = 60_000;

export interface BucketOutcome {
  readonly allowed: boolean;
  readonly remaining: number;
  /** When the bucket is full again, in milliseconds since the epoch. */
  readonly resetAt: number;
}

/** Over are codes, devices, sessions, buckets and remembered values that expired, and families revoked more than 30 days ago. */
export interface Purge {
  readonly now: number;
  readonly limit: number;
  /** Families made before this are over too: their longest life has passed. */
  readonly familiesBefore?: number | undefined;
  /** Audit events before this are over. */
  readonly auditBefore?: number | undefined;
}

/**
 * What operators read, page by page; the places of pages stay good while rows come and go.
 * @typeParam T what is listed, oldest first unless the verb says otherwise.
 */
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

/** Connections to the database server, and acts that wait for one. */
export interface ConnectionUse {
  readonly busy: number;
  readonly idle: number;
  readonly waiting: number;
}

export interface Storage extends OperatorStorage {
  createAccount(account: Account): Promise<"created" | "email_taken">;
  /** Returns false if there is no such account; "email_taken" if the new address belongs to another. */
  updateAccount(id: string, changes: AccountChanges): Promise<boolean | "email_taken">;
  findAccount(id: string): Promise<Account | undefined>;
  /** E-mail addresses are compared without regard to case. */
  findAccountByEmail(email: string): Promise<Account | undefined>;
  findAccountByApiKey(lookups: readonly string[]): Promise<Account | undefined>;
  listAccounts(limit: number): Promise<Account[]>;
  /** Replaces the account's API keys, in order. "key_taken" if one belongs to another account. */
  setApiKeys(accountId: string, keys: readonly ApiKey[]): Promise<"set" | "key_taken">;
  listApiKeys(accountId: string): Promise<ApiKey[]>;

  createApp(app: App): Promise<"created" | "client_id_taken">;
  /** A change of scopes revokes the app's grants in the same act. Undefined if there is no such app. */
  updateApp(
    clientId: string,
    changes: AppChanges,
    now: number,
  ): Promise<{ grantsRevoked: number } | undefined>;
  /**
   * Deletes the app with every grant, family and code under it; the audit log keeps its events. Returns how many
   * grants were live. Undefined if there is no such app.
   */
  deleteApp(clientId: string): Promise<{ grantsRevoked: number } | undefined>;
  findApp(clientId: string): Promise<App | undefined>;
  listApps(limit: number): Promise<App[]>;

  createSession(session: Session): Promise<void>;
  findSession(hash: string, now: number): Promise<SessionView | undefined>;
  deleteSession(hash: string): Promise<void>;

  /** Records the consent and a code for it, and returns the id of the grant the code belongs to. */
  issueCode(code: NewCode): Promise<string>;
  findCode(hash: string): Promise<Code | undefined>;
  /** Marks the code used and makes its family; of any number at once exactly one is answered "consumed". */
  consumeCode(act: ConsumeCode): Promise<ConsumeCodeOutcome>;

  /** Returns false where a device with the same user code waits already. */
  startDevice(device: Device & { readonly intervalSeconds: number }): Promise<boolean>;
  /** Returns the device of one of the keys, while it waits for an answer. */
  findDevice(userKeys: readonly string[], now: number): Promise<Device | undefined>;
  /**
   * Records a person's answer; without an account it is no. A yes is a consent, and a code under the device's hash in the
   * device's place. Of any number at once one is recorded; the others are answered false.
   */
  decideDevice(act: {
    readonly userKey: string;
    readonly accountId: string | undefined;
    readonly now: number;
  }): Promise<boolean>;
  /** Notes that the device of the app has asked; one that asks too early has to wait longer from then on. */
  pollDevice(act: {
    readonly hash: string;
    readonly clientId: string;
    readonly now: number;
  }): Promise<"pending" | "slow_down" | "denied" | "unknown">;

  findGrant(accountId: string, clientId: string): Promise<Grant | undefined>;
  listGrants(accountId: string): Promise<{ grant: Grant; app: App }[]>;
  /** Revokes the live grant and with it every family under it. Returns whether there was one. */
  revokeGrant(accountId: string, clientId: string, now: number): Promise<boolean>;

  /**
   * Ends every consent, code and token family that was given before, and the sessions of the accounts: whatever the
   * clocks of the nodes that gave them say. The apps' own tokens end too, but not by an account. Takes as long however many there are, but for the sessions. Undefined if
   * there is no such account or app.
   */
  revokeAll(whose: Revocation, now: number): Promise<RevocationOutcome | undefined>;

  findFamily(id: string): Promise<FamilyView | undefined>;
  listFamilies(clientId: string, limit: number): Promise<FamilyView[]>;
  rotateFamily(act: RotateFamily): Promise<RotateFamilyOutcome>;
  /** Notes a use, for idle expiry. Never moves time back. */
  touchFamily(id: string, now: number): Promise<void>;
  /** Makes the family's access tokens issued before `now` invalid; its refresh token stays. */
  endAccessTokens(id: string, now: number): Promise<boolean>;
  revokeFamily(id: string, now: number): Promise<boolean>;

  takeFromBucket(act: TakeFromBucket): Promise<BucketOutcome>;
  /** Returns true the first time a value is seen before it expires: single use of a client assertion (RFC 7523 §3). */
  rememberOnce(key: string, now: number, expiresAt: number): Promise<boolean>;

  recordAudit(events: readonly AuditEvent[]): Promise<void>;
  listAudit(query: AuditQuery): Promise<AuditEvent[]>;

  /** Deletes at most `limit` rows of each kind that are over; returns how many went. */
  purge(act: Purge): Promise<number>;
  /** Resolves if the database answers. */
  ping(): Promise<void>;
  /** Returns how the connections to a database server are used now; absent where there are none. */
  connectionUse?(): ConnectionUse;
  /** How far this node's clock is ahead of the database's, in milliseconds, when it was last asked; negative is behind. */
  clockAhead?(): number | undefined;
  /** Ends all work that was accepted, then closes. */
  close(): Promise<void>;
}

/**
 * The database is full, locked, slow or unreachable. The act did not happen; or, where the connection broke after it
 * was sent, nobody knows whether it did. It is never repeated unasked.
 */
export class StorageUnavailable extends Error {
  override readonly name = "StorageUnavailable";
  /** Why nothing can be written, where that is known; reads may still be answered. */
  readonly condition: "read-only" | "full" | undefined;

  constructor(
    message: string,
    options: ErrorOptions & { readonly condition?: StorageUnavailable["condition"] } = {},
  ) {
    super(message, options);
    this.condition = options.condition;
  }
}

/** The account or app that a write hangs on was deleted meanwhile. Nothing was written. */
export class OwnerGone extends Error {
  override readonly name = "OwnerGone";
}

/** How long a revoked family is kept before it is purged, in milliseconds: long enough to be asked about. */
export const revokedFamilyMilliseconds = 30 * 86_400_000;

/** Longest e-mail address there is, in characters (RFC 5321 §4.5.3.1.3, less the brackets of a path). */
export const mostEmailCharacters = 254;

/**
 * Returns the form in which an e-mail address is unique. What is longer than any address stays as it is: the time to
 * normalise text grows with the square of its combining marks.
 */
export function emailKey(email: string): string {
  return email.length > mostEmailCharacters ? email : email.normalize("NFC").toLowerCase();
}
