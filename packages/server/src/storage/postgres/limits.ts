/** Rate-limit buckets and single-use values on PostgreSQL. */

import { type BucketOutcome, bucketSkewMilliseconds, type TakeFromBucket } from "../port/acts.js";
import type { Storage } from "../port/storage.js";
import { indexKey } from "../shared/text.js";
import type { BatchedVerb } from "./engine/batch.js";
import type { Connections } from "./engine/connections.js";

/** What the bucket holds at the moment of a take; `b` is the row under the lock of the conflict. */
const level =
  "LEAST(excluded.capacity, b.level + GREATEST(0, excluded.updated_at - b.updated_at) * excluded.per_millisecond)";

/** A mark that a wrong clock left is set right, also where there is nothing to take. */
const fromWrongClock = `b.updated_at > excluded.updated_at + excluded.capacity / excluded.per_millisecond + ${bucketSkewMilliseconds}`;
const mark = `CASE WHEN ${fromWrongClock} THEN excluded.updated_at ELSE GREATEST(b.updated_at, excluded.updated_at) END`;
const enough = `${level} >= GREATEST(excluded.cost, 1)`;
const taken = `CASE WHEN ${enough} THEN excluded.cost ELSE 0 END`;

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
    level = ${level} - ${taken},
    updated_at = ${mark},
    expires_at = ${mark}
      + ceil((excluded.capacity - ${level} + ${taken}) / excluded.per_millisecond),
    capacity = excluded.capacity, per_millisecond = excluded.per_millisecond, cost = ${taken}
  WHERE ${enough} OR ${fromWrongClock}
  RETURNING b.key, b.level, b.expires_at, b.cost
)
SELECT i.n, t.level AS left_level, t.expires_at AS full_at, t.cost AS taken, b.level, b.updated_at
FROM input i LEFT JOIN taken t ON t.key = i.key LEFT JOIN buckets b ON b.key = i.key`,
  changes: true,
  rows: (act) => [
    [indexKey(act.key), act.capacity, act.capacity / (act.periodSeconds * 1000), act.cost, act.now],
  ],
  key: ({ key }) => key,
  answer: (row, act) => {
    if (typeof row?.left_level === "number") {
      const allowed = (row.taken as number) > 0;
      return { allowed, remaining: Math.floor(row.left_level), resetAt: row.full_at as number };
    }
    return untaken(act, row?.level as number | null, row?.updated_at as number | null);
  },
};

/** The answer where nothing was taken: from the bucket as the statement saw it. */
function untaken(act: TakeFromBucket, stored: number | null, storedAt: number | null): BucketOutcome {
  const perMillisecond = act.capacity / (act.periodSeconds * 1000);
  const fromWrongClock =
    storedAt !== null && storedAt > act.now + act.periodSeconds * 1000 + bucketSkewMilliseconds;
  const mark = fromWrongClock ? act.now : (storedAt ?? act.now);
  const now = Math.max(act.now, mark);
  const refilled = (stored ?? act.capacity) + (now - mark) * perMillisecond;
  const full = Math.min(act.capacity, refilled);
  const resetAt = now + Math.ceil((act.capacity - full) / perMillisecond);
  return { allowed: act.cost === 0 && full >= 1, remaining: Math.floor(full), resetAt };
}

const remember = {
  name: "remember_once",
  // A holder that shows it again changes nothing of the row, but the row comes back.
  text: `INSERT INTO seen_once AS s (key, expires_at, holder) VALUES ($1, $3, $4) ON CONFLICT (key) DO UPDATE
    SET expires_at = CASE WHEN s.expires_at <= $2 THEN excluded.expires_at ELSE s.expires_at END, holder = excluded.holder
    WHERE s.expires_at <= $2 OR s.holder = excluded.holder RETURNING key`,
};

export function rememberVerb(connections: Connections): Storage["rememberOnce"] {
  return async (key, now, expiresAt, holder) =>
    (await connections.write(remember, [indexKey(key), now, expiresAt, holder])).length > 0;
}
