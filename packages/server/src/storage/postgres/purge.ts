/** What traffic leaves behind on PostgreSQL, and when a row of it is over. Access tokens leave nothing. */

import { revokedFamilyMilliseconds } from "../port/acts.js";
import type { Storage } from "../port/storage.js";
import type { Connections } from "./engine/connections.js";

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
devices_gone AS (${expired("devices", "hash")}), buckets_gone AS (${expired("buckets", "key")}), values_gone AS (${expired("seen_once", "key")}),
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
SELECT (SELECT count(*) FROM codes_gone) + (SELECT count(*) FROM devices_gone) + (SELECT count(*) FROM sessions_gone)
  + (SELECT count(*) FROM buckets_gone) + (SELECT count(*) FROM values_gone)
  + (SELECT count(*) FROM audit_gone) + (SELECT count(*) FROM families_gone) + (SELECT count(*) FROM grants_gone) AS gone`,
};

/** Grants that ended with all of their app are marked, so that they are purged by themselves. */
const markEnded = {
  name: "mark_ended_grants",
  text: `
UPDATE grants g SET revoked_at = e.ended_at FROM (
  SELECT l.pk, p.ended_at FROM apps p JOIN grants l ON l.app_pk = p.pk
  WHERE p.ended_through > 0 AND l.revoked_at IS NULL AND l.pk <= p.ended_through LIMIT $1
) e WHERE g.pk = e.pk AND g.revoked_at IS NULL RETURNING 1`,
};
/** Once all are marked; and not while one that was being given then may still be on its way. */
const clearEnded = {
  name: "clear_ended",
  text: "UPDATE apps SET ended_through = 0, ended_at = NULL WHERE ended_through > 0 AND ended_at <= $1",
};
const onItsWayMilliseconds = 3_600_000;

export function purgeVerb(connections: Connections): Storage["purge"] {
  return async ({ now, limit, familiesBefore = 0, auditBefore = 0 }) => {
    const since = now - revokedFamilyMilliseconds;
    const [row] = await connections.write(purged, [now, since, limit, familiesBefore, auditBefore]);
    const marked = await connections.write(markEnded, [limit]);
    if (marked.length < limit) await connections.write(clearEnded, [now - onItsWayMilliseconds]);
    return (row?.gone as number) + marked.length;
  };
}
