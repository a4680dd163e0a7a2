/** Rate-limit buckets and single-use values on SQLite. */

import { type BucketOutcome, bucketSkewMilliseconds, type TakeFromBucket } from "../port/acts.js";
import type { Storage } from "../port/storage.js";
import { columns } from "../shared/columns.js";
import type { Context } from "./engine/context.js";

type LimitVerbs = Pick<Storage, "takeFromBucket" | "rememberOnce">;

function markOf(updatedAt: number, { now, periodSeconds }: TakeFromBucket): number {
  return updatedAt > now + periodSeconds * 1000 + bucketSkewMilliseconds ? now : updatedAt;
}

export function limitVerbs(context: Context): LimitVerbs {
  const bucket = columns((cells) => ({
    level: cells.number("level"),
    updatedAt: cells.number("updated_at"),
  }));
  const find = context.prepareRow(`SELECT ${bucket.list} FROM buckets WHERE key = ?`);
  const put = context.prepare(
    "INSERT INTO buckets(key, level, updated_at, expires_at) VALUES (?,?,?,?) ON CONFLICT(key) DO UPDATE SET level = excluded.level, updated_at = excluded.updated_at, expires_at = excluded.expires_at",
  );
  const seen = context.prepare("SELECT expires_at, holder FROM seen_once WHERE key = ?");
  const remember = context.prepare(
    "INSERT INTO seen_once(key, expires_at, holder) VALUES (?, ?, ?) ON CONFLICT(key) DO UPDATE SET expires_at = excluded.expires_at, holder = excluded.holder",
  );
  const take = (act: TakeFromBucket): BucketOutcome => {
    const row = find.get(act.key);
    const stored = row && bucket.placed(row);
    const perMillisecond = act.capacity / (act.periodSeconds * 1000);
    // A clock that steps back refills nothing, and must not make the same time refill twice.
    const mark = markOf(stored?.updatedAt ?? act.now, act);
    const now = Math.max(act.now, mark);
    const level =
      stored === undefined
        ? act.capacity
        : Math.min(act.capacity, stored.level + (now - mark) * perMillisecond);
    const allowed = level >= Math.max(act.cost, 1);
    const left = allowed ? level - act.cost : level;
    const resetAt = now + Math.ceil((act.capacity - left) / perMillisecond);
    const fromWrongClock = stored !== undefined && mark !== stored.updatedAt;
    if (act.cost > 0 && (allowed || fromWrongClock)) put.run(act.key, left, now, resetAt);
    return { allowed, remaining: Math.floor(left), resetAt };
  };
  return {
    takeFromBucket: (act) =>
      act.cost > 0 ? context.writeSparing(() => take(act)) : context.read(() => take(act)),
    rememberOnce: (key, now, expiresAt, holder) =>
      context.writeSparing(() => {
        const row = seen.get(key);
        if (row !== undefined && (row.expires_at as number) > now)
          return holder !== undefined && row.holder === holder;
        remember.run(key, expiresAt, holder ?? null);
        return true;
      }),
  };
}
