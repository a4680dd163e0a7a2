/** What traffic leaves behind on SQLite, and when a row of it is over. Access tokens leave nothing. */

import { revokedFamilyMilliseconds, type Storage } from "../storage.js";
import type { Context } from "./engine/context.js";

export function purgeVerb(context: Context): Storage["purge"] {
  const expired = ["codes", "sessions", "buckets", "seen_once"].map((table) =>
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
  return ({ now, limit, familiesBefore = 0, auditBefore = 0 }) =>
    context.write(() => {
      const since = now - revokedFamilyMilliseconds;
      const gone = expired.map((statement) => statement.run(now, limit));
      gone.push(families.run(since, since, limit), grants.run(since, limit));
      gone.push(oldFamilies.run(limit, familiesBefore), oldAudit.run(limit, auditBefore));
      return gone.reduce((sum, { changes }) => sum + Number(changes), 0);
    });
}
