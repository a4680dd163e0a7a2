import {
  ClientRejected,
  type CountersignError,
  type ReauthorizationReason,
  ReauthorizationRequired,
  TemporarilyUnavailable,
  type UnavailableReason,
} from "./errors.js";
import { classify, type RefreshRequest, requestRefresh, type Sleep } from "./refresh-request.js";
import { StoredTokens } from "./stored-tokens.js";
import type { TokenStore } from "./stores/store.js";
import type { TokenKeeperEvent } from "./token-keeper-options.js";
import { closedRecord, type RecordTiming, type TokenRecord, toRecord } from "./token-record.js";

/** What the lifecycle needs of its keeper. */
export interface LifecycleSettings {
  /** A name for one holding of the lease, never used twice. */
  newOwner: () => string;
  now: () => number;
  sleep: Sleep;
  chance: () => number;
  timing: () => RecordTiming;
  leaseMs: number;
  refreshMs: number;
  minRefreshIntervalMs: number;
  request: Pick<RefreshRequest, "api" | "clientId" | "clientSecret" | "attemptTimeoutMs">;
  emit: (event: TokenKeeperEvent) => void;
}

/** A token that the server gave and the store did not take yet. */
interface Unsaved {
  version: number;
  base: TokenRecord;
  next: TokenRecord;
}

const SAVE_ATTEMPTS = 4;

/** The life of stored tokens across processes: who refreshes, what is saved, what a failure means. Holds no cache. */
export class TokenLifecycle {
  readonly #stored: StoredTokens;
  readonly #settings: LifecycleSettings;
  readonly #unsaved = new Map<string, Unsaved>();

  constructor(store: TokenStore, settings: LifecycleSettings) {
    this.#settings = settings;
    this.#stored = new StoredTokens(store, (userId, cause) => this.#unavailable(userId, "store", cause));
  }

  /** What is stored of the user. Throws TemporarilyUnavailable when the store fails. */
  async peek(userId: string): Promise<TokenRecord | undefined> {
    return (await this.#stored.read(userId)).record;
  }

  /** Replaces what is stored, whatever that is at the moment; undefined removes it. Throws TemporarilyUnavailable. */
  async replace(
    userId: string,
    change: (record: TokenRecord | undefined) => TokenRecord | undefined,
  ): Promise<void> {
    this.#unsaved.delete(userId);
    await this.#stored.replace(userId, change);
  }

  /** A record with a usable access token other than `rejected`, refreshed by this process or another where due. */
  async obtain(userId: string, rejected?: string): Promise<TokenRecord> {
    const { now, sleep, leaseMs, refreshMs } = this.#settings;
    const deadlineMs = now() + leaseMs + refreshMs;
    const unsaved = this.#unsaved.get(userId);
    if (unsaved !== undefined) await this.#persist(userId, unsaved);
    let seen = { version: -1, sinceMs: 0 };
    for (let turn = 0; ; turn++) {
      const { version, record } = await this.#stored.read(userId);
      const active = this.#requireActive(userId, record);
      if (!this.#isDue(active, rejected)) return active;
      if (seen.version !== version) seen = { version, sinceMs: now() };
      // Held, by its own time, and by ours: a holder whose clock is wrong is not waited for longer than one lease.
      if (active.lease !== undefined && now() < Math.min(active.lease.untilMs, seen.sinceMs + leaseMs)) {
        // Another process is at it: the old token does until it has finished.
        if (this.#isUsable(active, rejected)) return active;
        if (now() >= deadlineMs) throw this.#unavailable(userId, "busy");
        await sleep(Math.min(200, 20 * 1.5 ** turn) * (1 + this.#settings.chance()));
        continue;
      }
      const next = await this.#refresh(userId, version, active, rejected);
      if (next !== undefined) return next;
    }
  }

  // Undefined means that another process moved first: look again.
  async #refresh(
    userId: string,
    readVersion: number,
    record: TokenRecord,
    rejected: string | undefined,
  ): Promise<TokenRecord | undefined> {
    const { now, newOwner, leaseMs, refreshMs, emit } = this.#settings;
    const { refreshToken } = record;
    if (refreshToken === undefined) {
      if (this.#isUsable(record, rejected)) return record;
      throw this.#reauthorize(userId, "no_refresh_token");
    }
    const startedAtMs = now();
    const lease = { owner: newOwner(), untilMs: startedAtMs + leaseMs };
    if (!(await this.#stored.claim(userId, readVersion, { ...record, lease }))) return undefined;
    const version = readVersion + 1;
    let next: TokenRecord;
    try {
      const token = await this.#request(userId, refreshToken, startedAtMs + refreshMs);
      next = toRecord(token, this.#settings.timing(), refreshToken);
    } catch (error) {
      return this.#failed(userId, { version, record }, error, rejected);
    }
    const saved = await this.#persist(userId, { version, base: record, next });
    emit({ type: "refreshed", userId, durationMs: now() - startedAtMs });
    return saved;
  }

  #request(userId: string, refreshToken: string, deadlineMs: number) {
    const { request, now, sleep, chance, emit } = this.#settings;
    const onRetry = (attempt: number, error: unknown) => emit({ type: "retry", userId, attempt, error });
    return requestRefresh({ ...request, refreshToken, deadlineMs, now, sleep, chance, onRetry });
  }

  async #failed(
    userId: string,
    held: { version: number; record: TokenRecord },
    error: unknown,
    rejected: string | undefined,
  ): Promise<TokenRecord | undefined> {
    const { version, record } = held;
    const fault = classify(error);
    if (fault === "grant") {
      // A lease left behind says that a process died while refreshing: most likely its answer is what is missing.
      const status = record.lease === undefined ? "refused" : "lost";
      // The write is refused when another process has moved meanwhile: it may have won, so look again.
      if (!(await this.#stored.claim(userId, version, closedRecord(record, status)))) return undefined;
      throw this.#reauthorize(userId, reasonOf(status), error);
    }
    // Back to what was there, so that nobody waits for us; if that fails, the lease runs out by itself.
    await this.#stored.write(userId, version, record).catch(() => false);
    if (fault === "client") throw new ClientRejected(userId, { cause: error });
    const unavailable = this.#unavailable(userId, "server", error);
    if (!this.#isUsable(record, rejected)) throw unavailable;
    // Still good: hand it out, and leave the server in peace for a while.
    return { ...record, refreshAtMs: this.#settings.now() + 30_000 };
  }

  /** Saves before use. Keeps the token in memory and throws when the store will not take it. */
  async #persist(userId: string, unsaved: Unsaved): Promise<TokenRecord> {
    const { base, next } = unsaved;
    for (let attempt = 1; ; attempt++) {
      try {
        if (await this.#stored.write(userId, unsaved.version, next)) return this.#settle(userId, next);
        const { version, record } = await this.#stored.read(userId);
        if (record === undefined || record.status === "revoked" || supersedes(record, base)) {
          // The same token: the write had happened and only its answer was lost. Else another process won.
          return this.#requireActive(
            userId,
            this.#settle(userId, record, record?.accessToken !== next.accessToken),
          );
        }
        unsaved = { version, base, next };
      } catch (error) {
        if (error instanceof ReauthorizationRequired) throw error;
        this.#unsaved.set(userId, unsaved);
        this.#settings.emit({ type: "save_failed", userId, attempt, error });
        if (attempt >= SAVE_ATTEMPTS) throw this.#unavailable(userId, "save_failed", error);
        await this.#settings.sleep(50 * 2 ** attempt);
      }
    }
  }

  #settle<Kept extends TokenRecord | undefined>(userId: string, record: Kept, adopted = false): Kept {
    this.#unsaved.delete(userId);
    if (adopted && record?.status === "active") this.#settings.emit({ type: "adopted", userId });
    return record;
  }

  #requireActive(userId: string, record: TokenRecord | undefined): TokenRecord {
    if (record === undefined) throw this.#reauthorize(userId, "unknown_user");
    if (record.status !== "active") throw this.#reauthorize(userId, reasonOf(record.status));
    return record;
  }

  #isDue(record: TokenRecord, rejected: string | undefined): boolean {
    const now = this.#settings.now();
    if (now >= record.refreshAtMs) return true;
    // A token fresh from the server that an API refuses is not at fault: no storm of refreshes over it.
    const settled = now >= record.obtainedAtMs + this.#settings.minRefreshIntervalMs;
    return record.accessToken === rejected && settled;
  }

  #isUsable(record: TokenRecord, rejected: string | undefined): boolean {
    return record.accessToken !== rejected && this.#settings.now() < record.unusableAtMs;
  }

  #reauthorize(userId: string, reason: ReauthorizationReason, cause?: unknown): ReauthorizationRequired {
    this.#settings.emit({ type: "reauthorization_required", userId, reason });
    return new ReauthorizationRequired(userId, reason, { cause });
  }

  #unavailable(userId: string, reason: UnavailableReason, cause?: unknown): CountersignError {
    this.#settings.emit({ type: "unavailable", userId, reason, error: cause });
    return new TemporarilyUnavailable(userId, reason, { cause });
  }
}

function reasonOf(status: "refused" | "lost" | "revoked"): ReauthorizationReason {
  return ({ refused: "grant_refused", lost: "refresh_lost", revoked: "revoked" } as const)[status];
}

// Of another grant, or of a later refresh. A record that was closed over our base is not: what we hold is newer than that.
function supersedes(record: TokenRecord, base: TokenRecord): boolean {
  if (record.status !== "active") return record.obtainedAtMs !== base.obtainedAtMs;
  return record.accessToken !== base.accessToken || record.obtainedAtMs !== base.obtainedAtMs;
}
