/**
 * The storage port. Each verb is one atomic act: it did everything or nothing, and its answer says which. There is no
 * transaction object. A write that has been answered is on disk. Times are milliseconds since the epoch, ids and
 * hashes are strings; nothing that reaches an adapter is a secret in clear.
 */

import type {
  AccountChanges,
  AppChanges,
  BucketOutcome,
  ConsumeCode,
  ConsumeCodeOutcome,
  Purge,
  Revocation,
  RevocationOutcome,
  RotateFamily,
  RotateFamilyOutcome,
  TakeFromBucket,
} from "./acts.js";
import type { AuditEvent, AuditQuery } from "./audit.js";
import type { OperatorStorage } from "./operators.js";
import type {
  Account,
  ApiKey,
  App,
  Code,
  Device,
  FamilyView,
  Grant,
  NewCode,
  Session,
  SessionView,
} from "./records.js";

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
  /**
   * Returns true the first time a value is seen before it expires: single use of a client assertion (RFC 7523 §3). Where
   * a holder is named, also whenever the same one shows it again.
   */
  rememberOnce(key: string, now: number, expiresAt: number, holder?: string): Promise<boolean>;

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
