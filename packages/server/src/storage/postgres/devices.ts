/** Devices that wait for a person's answer, on PostgreSQL (RFC 8628). */

import { pollJitterMilliseconds, slowDownSeconds } from "../port/acts.js";
import type { Storage } from "../port/storage.js";
import { columns } from "../shared/columns.js";
import { deviceOf } from "../shared/rows.js";
import { makeRoom, widenedConsent } from "./codes.js";
import type { Connections } from "./engine/connections.js";

type DeviceVerbs = Pick<Storage, "startDevice" | "findDevice" | "decideDevice" | "pollDevice">;

const start = {
  name: "start_device",
  text: "INSERT INTO devices(hash, user_key, app_pk, scopes, resources, interval_seconds, expires_at) SELECT $1, $2, pk, $4, $5, $6, $7 FROM apps WHERE client_id = $3 ON CONFLICT DO NOTHING RETURNING 1",
};
const found = columns(deviceOf);
const find = {
  name: "find_device",
  text: `SELECT ${found.list} FROM devices d JOIN apps p ON p.pk = d.app_pk WHERE d.user_key = ANY($1::text[]) AND d.expires_at > $2 AND NOT d.denied LIMIT 1`,
};
const deny = {
  name: "deny_device",
  text: "UPDATE devices SET denied = true WHERE user_key = $1 AND expires_at > $2 AND NOT denied RETURNING 1",
};
/**
 * The row's end and the code that it becomes are one statement, under the row's lock: of any number at once, one finds
 * the row. Where the pair's grant has ended with all of its app and must make room first, nothing is done.
 */
const allow = {
  name: "allow_device",
  text: `
WITH waiting AS (
  SELECT d.hash, d.app_pk, d.scopes, d.resources, d.expires_at, a.pk AS account_pk, p.client_id
  FROM devices d JOIN apps p ON p.pk = d.app_pk JOIN accounts a ON a.id = $2
  WHERE d.user_key = $1 AND d.expires_at > $3 AND NOT d.denied FOR UPDATE OF d
), consent AS (
  INSERT INTO grants AS g (account_pk, app_pk, scopes, resources, created_at)
  SELECT account_pk, app_pk, scopes,
    (SELECT string_agg(named, ' ') FROM jsonb_array_elements_text(resources::jsonb) AS n(named)), $3
  FROM waiting
  ${widenedConsent}
  RETURNING g.pk
), made AS (
  INSERT INTO codes(hash, grant_pk, scopes, resources, redirect_uri, redirect_uri_given, issued_at, expires_at)
  SELECT w.hash, c.pk, w.scopes, w.resources, '', false, $3, w.expires_at FROM waiting w, consent c
), ended AS (
  DELETE FROM devices d USING waiting w, consent WHERE d.hash = w.hash
)
SELECT w.client_id, c.pk FROM waiting w LEFT JOIN consent c ON true`,
};
const poll = {
  name: "poll_device",
  text: `
WITH found AS (
  SELECT d.hash, d.denied, d.polled_at IS NOT NULL
    AND $3 < d.polled_at + d.interval_seconds * 1000 - ${pollJitterMilliseconds} AS early
  FROM devices d JOIN apps p ON p.pk = d.app_pk
  WHERE d.hash = $1 AND p.client_id = $2 AND d.expires_at > $3 FOR UPDATE OF d
), noted AS (
  UPDATE devices d SET polled_at = $3,
    interval_seconds = d.interval_seconds + CASE WHEN f.early THEN ${slowDownSeconds} ELSE 0 END
  FROM found f WHERE d.hash = f.hash AND NOT f.denied
)
SELECT CASE WHEN denied THEN 'denied' WHEN early THEN 'slow_down' ELSE 'pending' END AS outcome FROM found`,
};

export function deviceVerbs(connections: Connections): DeviceVerbs {
  return {
    startDevice: async ({ hash, userKey, clientId, scopes, resources, intervalSeconds, expiresAt }) => {
      const asked = [scopes.join(" "), JSON.stringify(resources), intervalSeconds, expiresAt];
      return (await connections.write(start, [hash, userKey, clientId, ...asked])).length === 1;
    },
    findDevice: async (userKeys, now) => {
      const [row] = await connections.read(find, [userKeys, now]);
      return row && found.named(row);
    },
    decideDevice: async ({ userKey, accountId, now }) => {
      if (accountId === undefined) return (await connections.write(deny, [userKey, now])).length === 1;
      for (;;) {
        const [row] = await connections.write(allow, [userKey, accountId, now]);
        if (row === undefined || row.pk !== null) return row !== undefined;
        await connections.write(makeRoom, [accountId, row.client_id]);
      }
    },
    pollDevice: async ({ hash, clientId, now }) => {
      const [row] = await connections.write(poll, [hash, clientId, now]);
      return (row?.outcome ?? "unknown") as Awaited<ReturnType<Storage["pollDevice"]>>;
    },
  };
}
