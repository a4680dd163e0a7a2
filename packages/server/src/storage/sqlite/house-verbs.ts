/** Sessions, rate-limit buckets, single-use values and the audit log on SQLite. */

import { toAuditEvent } from "../shared/rows.js";
import type { BucketOutcome, Storage, TakeFromBucket } from "../storage.js";
import { type Context, toSql } from "./engine/context.js";
import type { SqlValue } from "./engine/driver.js";
import type { Parsed } from "./engine/parsed.js";

type SessionVerbs = Pick<Storage, "createSession" | "findSession" | "deleteSession">;
type LimitVerbs = Pick<Storage, "takeFromBucket" | "rememberOnce">;
type AuditVerbs = Pick<Storage, "recordAudit" | "listAudit">;

export function sessionVerbs(context: Context, parsed: Parsed): SessionVerbs {
  const insert = context.prepare(
    "INSERT INTO sessions(hash, account_pk, authenticated_at, expires_at) VALUES (?, (SELECT pk FROM accounts WHERE id = ?), ?, ?)",
  );
  const find = context.prepare(
    "SELECT s.authenticated_at, s.expires_at, a.pk, a.revision FROM sessions s JOIN accounts a ON a.pk = s.account_pk WHERE s.hash = ? AND s.expires_at > ?",
  );
  const remove = context.prepare("DELETE FROM sessions WHERE hash = ?");
  return {
    createSession: (session) =>
      context.write(() => {
        insert.run(session.hash, session.accountId, session.authenticatedAt, session.expiresAt);
      }),
    findSession: (hash, now) =>
      context.read(() => {
        const row = find.get(hash, now);
        if (row === undefined) return undefined;
        const account = parsed.account(row.pk, row.revision);
        const [authenticatedAt, expiresAt] = [row.authenticated_at as number, row.expires_at as number];
        return { session: { hash, accountId: account.id, authenticatedAt, expiresAt }, account };
      }),
    deleteSession: (hash) => context.write(() => void remove.run(hash)),
  };
}

export function limitVerbs(context: Context): LimitVerbs {
  const find = context.prepare("SELECT level, updated_at FROM buckets WHERE key = ?");
  const put = context.prepare(
    "INSERT INTO buckets(key, level, updated_at, expires_at) VALUES (?,?,?,?) ON CONFLICT(key) DO UPDATE SET level = excluded.level, updated_at = excluded.updated_at, expires_at = excluded.expires_at",
  );
  const seen = context.prepare("SELECT expires_at FROM seen_once WHERE key = ?");
  const remember = context.prepare(
    "INSERT INTO seen_once(key, expires_at) VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET expires_at = excluded.expires_at",
  );
  const take = (act: TakeFromBucket): BucketOutcome => {
    const row = find.get(act.key);
    const perMillisecond = act.capacity / (act.periodSeconds * 1000);
    // A clock that steps back refills nothing, and must not make the same time refill twice.
    const now = Math.max(act.now, (row?.updated_at as number | undefined) ?? act.now);
    const level =
      row === undefined
        ? act.capacity
        : Math.min(act.capacity, (row.level as number) + (now - (row.updated_at as number)) * perMillisecond);
    const allowed = level >= Math.max(act.cost, 1);
    const left = allowed ? level - act.cost : level;
    const resetAt = now + Math.ceil((act.capacity - left) / perMillisecond);
    if (allowed && act.cost > 0) put.run(act.key, left, now, resetAt);
    return { allowed, remaining: Math.floor(left), resetAt };
  };
  return {
    takeFromBucket: (act) => (act.cost > 0 ? context.write(() => take(act)) : context.read(() => take(act))),
    rememberOnce: (key, now, expiresAt) =>
      context.write(() => {
        const row = seen.get(key);
        if (row !== undefined && (row.expires_at as number) > now) return false;
        remember.run(key, expiresAt);
        return true;
      }),
  };
}

export function auditVerbs(context: Context): AuditVerbs {
  const insert = context.prepare(
    "INSERT INTO audit(at, event, client_id, account_id, data) VALUES (?,?,?,?,?)",
  );
  return {
    recordAudit: (events) =>
      context.writeBeside(() => {
        for (const { at, event, clientId, accountId, data } of events) {
          insert.run(...[at, event, clientId, accountId, JSON.stringify(data)].map(toSql));
        }
      }),
    listAudit: (query) => {
      // What is still kept for a commit has happened, too.
      context.commits.flush();
      return context.read(() => {
        const conditions: [string, SqlValue | undefined][] = [
          ["event = ?", query.event],
          ["client_id = ?", query.clientId],
          ["account_id = ?", query.accountId],
          ["at >= ?", query.since],
        ];
        const given = conditions.filter(([, value]) => value !== undefined);
        const where = given.length ? `WHERE ${given.map(([sql]) => sql).join(" AND ")}` : "";
        const sql = `SELECT * FROM audit ${where} ORDER BY pk DESC LIMIT ?`;
        return context
          .prepare(sql)
          .all(...given.map(([, value]) => value as SqlValue), query.limit)
          .map(toAuditEvent);
      });
    },
  };
}
