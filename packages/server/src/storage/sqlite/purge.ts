/** What traffic leaves behind on SQLite, and when a row of it is over. Access tokens leave nothing. */

import { type Purge, revokedFamilyMilliseconds } from "../port/acts.js";
import type { Storage } from "../port/storage.js";
import type { Context } from "./engine/context.js";

/** Most rows of each kind that one act deletes: it holds the event loop, some 2 ms for 50, and 15 to 30 for 500. */
const rowsAnAct = 50;

/** Purges in acts so small that answers come between them, in commits that are made anyhow, where there are such. */
export function purgeVerb(context: Context): Storage["purge"] {
  const purge = purgeAct(context);
  return async ({ limit, ...what }) => {
    let gone = 0;
    for (let left = limit; left > 0; left -= rowsAnAct) {
      const most = Math.min(left, rowsAnAct);
      const act = () => {
        context.families.forgetAll();
        return purge({ ...what, limit: most });
      };
      const changes = await (left === limit ? context.writeSparing(act) : context.writeBeside(act));
      gone += changes;
      if (changes < most) break;
    }
    return gone;
  };
}

function purgeAct(context: Context): (what: Purge) => number {
  const expired = ["codes", "devices", "sessions", "buckets", "seen_once"].map((table) =>
    context.prepare(
      `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE expires_at <= ? LIMIT ?)`,
    ),
  );
  const families = context.prepare(
    "DELETE FROM families WHERE pk IN (SELECT pk FROM families WHERE revoked_at IS NOT NULL AND revoked_at <= ? UNION ALL SELECT f.pk FROM grants g JOIN families f ON f.grant_pk = g.pk WHERE g.revoked_at IS NOT NULL AND g.revoked_at <= ? LIMIT ?)",
  );
  // The newest grant stays, so that its key is never given to another.
  const grants = context.prepare(
    "DELETE FROM grants WHERE pk IN (SELECT g.pk FROM grants g WHERE g.revoked_at IS NOT NULL AND g.revoked_at <= ? AND g.pk < (SELECT MAX(pk) FROM grants) AND NOT EXISTS (SELECT 1 FROM families f WHERE f.grant_pk = g.pk) LIMIT ?)",
  );
  // Rows are made in the order of their keys, so the oldest few say whether any are over.
  const oldest = (table: string, time: string) =>
    context.prepare(
      `DELETE FROM ${table} WHERE pk IN (SELECT pk FROM (SELECT pk, ${time} FROM ${table} ORDER BY pk LIMIT ?) WHERE ${time} <= ?)`,
    );
  const [oldFamilies, oldAudit] = [oldest("families", "created_at"), oldest("audit", "at")];
  const markEnded = endedWithTheirApp(context);
  return ({ now, limit, familiesBefore = 0, auditBefore = 0 }) => {
    const since = now - revokedFamilyMilliseconds;
    const gone = expired.map((statement) => statement.run(now, limit));
    gone.push(families.run(since, since, limit), grants.run(since, limit));
    gone.push(oldFamilies.run(limit, familiesBefore), oldAudit.run(limit, auditBefore));
    gone.push(markEnded(limit));
    return gone.reduce((sum, { changes }) => sum + Number(changes), 0);
  };
}

/** Marks grants that ended with all of their app, so that they are purged by themselves; then the app's mark goes. */
function endedWithTheirApp(context: Context): (limit: number) => { changes: number | bigint } {
  const mark = context.prepare(
    "UPDATE grants SET revoked_at = (SELECT ended_at FROM apps WHERE pk = app_pk) WHERE pk IN (SELECT g.pk FROM apps p JOIN grants g ON g.app_pk = p.pk WHERE p.ended_through > 0 AND g.revoked_at IS NULL AND g.pk <= p.ended_through LIMIT ?)",
  );
  const clear = context.prepare("UPDATE apps SET ended_through = 0, ended_at = NULL WHERE ended_through > 0");
  return (limit) => {
    const marked = mark.run(limit);
    if (Number(marked.changes) < limit) clear.run();
    return marked;
  };
}
