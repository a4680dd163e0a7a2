/** Rate-limit buckets, single-use values, the audit log and purging, on PostgreSQL. */

import { toAuditEvent } from "../shared/rows.js";
import { indexKey } from "../shared/text.js";
import type { TakeFromBucket } from "../storage.js";
import { type AuditEvent, type BucketOutcome, revokedFamilyMilliseconds, type Storage } from "../storage.js";
import type { BatchedVerb } from "./engine/batch.js";
import type { Connections } from "./engine/connections.js";

/** What the bucket holds at the moment of a take; `b` is the row under the lock of the conflict. */
const level =
  "LEAST(excluded.capacity, b.level + GREATEST(0, excluded.updated_at - b.updated_at) * excluded.per_millisecond)";

export const takeFromBucket: BatchedVerb<TakeFromBucket, BucketOutcome> = {
  name: "take_from_bucket",
  sql: `
WITH input AS (
  SELECT * FROM unnest($1::int[], $2::text[], $3::float8[], $4::float8[], $5::float8[], $6::bigint[])
    AS i(n, key, capacity, per_millisecond, cost, now)
), taken AS (
  INSERT INTO buckets AS b (key, level, updated_at, expires_at, capacity, per_millisecond, cost)
  SELECT key, capacity - cost, now, now + ceil(cost / per_millisecond), capacity, per_millisecond, cost
  FROM input WHERE cost > 0 AND capacity >= GREATEST(cost, 1) ORDER BY key
  ON CONFLICT (key) DO UPDATE SET
    level = ${level} - excluded.cost,
    updated_at = GREATEST(b.updated_at, excluded.updated_at),
    expires_at = GREATEST(b.updated_at, excluded.updated_at)
      + ceil((excluded.capacity - ${level} + excluded.cost) / excluded.per_millisecond),
    capacity = excluded.capacity, per_millisecond = excluded.per_millisecond, cost = excluded.cost
  WHERE ${level} >= GREATEST(excluded.cost, 1)
  RETURNING b.key, b.level, b.expires_at
)
SELECT i.n, t.level AS left_level, t.expires_at AS full_at, b.level, b.updated_at
FROM input i LEFT JOIN taken t ON t.key = i.key LEFT JOIN buckets b ON b.key = i.key`,
  changes: true,
  rows: (act) => [
    [indexKey(act.key), act.capacity, act.capacity / (act.periodSeconds * 1000), act.cost, act.now],
  ],
  key: ({ key }) => key,
  answer: (row, act) => {
    if (typeof row?.left_level === "number") {
      return { allowed: true, remaining: Math.floor(row.left_level), resetAt: row.full_at as number };
    }
    return untaken(act, row?.level as number | null, row?.updated_at as number | null);
  },
};

/** The answer where nothing was taken: from the bucket as the statement saw it. */
function untaken(act: TakeFromBucket, stored: number | null, storedAt: number | null): BucketOutcome {
  const perMillisecond = act.capacity / (act.periodSeconds * 1000);
  const now = Math.max(act.now, storedAt ?? act.now);
  const refilled = (stored ?? act.capacity) + (now - (storedAt ?? now)) * perMillisecond;
  const full = Math.min(act.capacity, refilled);
  const resetAt = now + Math.ceil((act.capacity - full) / perMillisecond);
  return { allowed: act.cost === 0 && full >= 1, remaining: Math.floor(full), resetAt };
}

const remember = {
  name: "remember_once",
  text: "INSERT INTO seen_once AS s (key, expires_at) VALUES ($1, $3) ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at WHERE s.expires_at <= $2 RETURNING key",
};

export function rememberVerb(connections: Connections): Storage["rememberOnce"] {
  return async (key, now, expiresAt) =>
    (await connections.write(remember, [indexKey(key), now, expiresAt])).length > 0;
}

export const recordAudit: BatchedVerb<readonly AuditEvent[], void> = {
  name: "record_audit",
  sql: `
INSERT INTO audit(at, event, client_id, account_id, data)
SELECT at, event, client_id, account_id, data
FROM unnest($1::int[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
  AS i(n, at, event, client_id, account_id, data)`,
  changes: true,
  rows: (events) =>
    events.map(({ at, event, clientId, accountId, data }) => [
      at,
      event,
      clientId,
      accountId,
      JSON.stringify(data),
    ]),
  answer: () => {},
};

/** Not prepared: a plan for the filters that are given, not for all. */
const audited = {
  text: `
SELECT at, event, client_id, account_id, data FROM audit
WHERE ($1::text IS NULL OR event = $1)
  AND ($2::text IS NULL OR (left(client_id, 100) = left($2, 100) AND client_id = $2))
  AND ($3::text IS NULL OR (left(account_id, 100) = left($3, 100) AND account_id = $3))
  AND ($4::bigint IS NULL OR at >= $4)
ORDER BY pk DESC LIMIT $5`,
};

export function listAuditVerb(connections: Connections): Storage["listAudit"] {
  return async ({ event, clientId, accountId, since, limit }) =>
    (await connections.read(audited, [event, clientId, accountId, since, limit])).map(toAuditEvent);
}

/** The outer condition is judged again under the lock: what was renewed meanwhile stays. */
const expired = (table: string, key: string) =>
  `DELETE FROM ${table} WHERE ${key} = ANY(ARRAY(SELECT ${key} FROM ${table} WHERE expires_at <= $1 LIMIT $3)) AND expires_at <= $1 RETURNING 1`;

/** Rows are made in the order of their keys, so the oldest few say whether any are over. */
const oldest = (table: string, key: string, time: string, before: string) =>
  `SELECT ${key} FROM (SELECT ${key}, ${time} FROM ${table} ORDER BY ${key} LIMIT $3) oldest WHERE ${time} <= ${before}`;

const purged = {
  name: "purge",
  text: `
WITH codes_gone AS (${expired("codes", "hash")}), sessions_gone AS (${expired("sessions", "hash")}),
buckets_gone AS (${expired("buckets", "key")}), values_gone AS (${expired("seen_once", "key")}),
families_gone AS (
  DELETE FROM families WHERE id = ANY(ARRAY(
    SELECT id FROM families WHERE revoked_at <= $2
    UNION ALL SELECT id FROM families
      WHERE grant_pk = ANY(ARRAY(SELECT pk FROM grants WHERE revoked_at <= $2 LIMIT $3))
    LIMIT $3)) OR id = ANY(ARRAY(${oldest("families", "id", "created_at", "$4")})) RETURNING 1
), audit_gone AS (
  DELETE FROM audit WHERE pk = ANY(ARRAY(${oldest("audit", "pk", "at", "$5")})) RETURNING 1
), grants_gone AS (
  DELETE FROM grants WHERE pk = ANY(ARRAY(
    SELECT g.pk FROM grants g WHERE g.revoked_at <= $2
      AND NOT EXISTS (SELECT 1 FROM families f WHERE f.grant_pk = g.pk) LIMIT $3)) RETURNING 1
)
SELECT (SELECT count(*) FROM codes_gone) + (SELECT count(*) FROM sessions_gone)
  + (SELECT count(*) FROM buckets_gone) + (SELECT count(*) FROM values_gone)
  + (SELECT count(*) FROM audit_gone) + (SELECT count(*) FROM families_gone) + (SELECT count(*) FROM grants_gone) AS gone`,
};

export function purgeVerb(connections: Connections): Storage["purge"] {
  return async ({ now, limit, familiesBefore = 0, auditBefore = 0 }) => {
    const since = now - revokedFamilyMilliseconds;
    const [row] = await connections.write(purged, [now, since, limit, familiesBefore, auditBefore]);
    return row?.gone as number;
  };
}
