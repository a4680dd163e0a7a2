/** Apps on PostgreSQL. */

import type { App } from "../port/records.js";
import type { Storage } from "../port/storage.js";
import { appChangeColumns, appValues, assignments } from "../shared/changes.js";
import { columns } from "../shared/columns.js";
import { appOf, grantIsLive } from "../shared/rows.js";
import type { BatchedVerb } from "./engine/batch.js";
import type { Connections } from "./engine/connections.js";
import { appPlace, type Parsed } from "./engine/parsed.js";
import { toSql } from "./engine/values.js";

type Verbs = Pick<Storage, "createApp" | "updateApp" | "deleteApp" | "listApps">;

const app = columns(appOf);

const insert = {
  name: "create_app",
  text: "INSERT INTO apps(client_id, owner_pk, name, callback_urls, scopes, secrets, is_public, approved, require_client_credentials_on_refresh, refresh_tokens, access_tokens, jwks, resources, event_callback_url, scope_texts, callback_schemes, created_at, disabled, require_pkce, jwt_algorithm, grant_types, token_generation, open_client, require_pushed_requests, dpop_bound_tokens) VALUES ($1, (SELECT pk FROM accounts WHERE id = $2), $3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25) ON CONFLICT (client_id) DO NOTHING RETURNING pk",
};
const listed = {
  name: "list_apps",
  text: `SELECT ${app.list} FROM apps p JOIN accounts o ON o.pk = p.owner_pk ORDER BY p.pk LIMIT $1`,
};

/** The lock makes a consent to the app wait; one that was committed just before breaks the reference: sent again. */
const deleted = {
  name: "delete_app",
  text: `
WITH gone AS (
  SELECT pk, ended_through FROM apps WHERE client_id = $1 FOR UPDATE
), grants_gone AS (
  DELETE FROM grants g USING gone p WHERE g.app_pk = p.pk RETURNING g.pk, ${grantIsLive} AS live
), families_gone AS (
  DELETE FROM families f USING grants_gone g WHERE f.grant_pk = g.pk
), codes_gone AS (
  DELETE FROM codes c USING grants_gone g WHERE c.grant_pk = g.pk
), app_gone AS (
  DELETE FROM apps p USING gone WHERE p.pk = gone.pk
)
SELECT (SELECT count(*) FROM grants_gone WHERE live) AS revoked FROM gone`,
};

export function appVerbs(connections: Connections): Verbs {
  return {
    createApp: async (made) => {
      const rows = await connections.write(insert, appValues(made).map(toSql));
      return rows.length > 0 ? "created" : "client_id_taken";
    },
    updateApp: updateApp(connections),
    deleteApp: async (clientId) => {
      const [row] = await connections.write(deleted, [clientId]);
      return row && { grantsRevoked: row.revoked as number };
    },
    listApps: async (limit) => (await connections.read(listed, [limit])).map(app.named),
  };
}

/** Two lists of scopes are the same whatever their order: each holds the other. */
const sameScopes =
  "string_to_array(b.scopes, ' ') @> string_to_array($3::text, ' ') AND string_to_array(b.scopes, ' ') <@ string_to_array($3::text, ' ')";

function updateApp(connections: Connections): Storage["updateApp"] {
  return async (clientId, changes, now) => {
    const scopes = changes.scopes?.join(" ");
    const { set, values } = assignments(appChangeColumns, { ...changes, scopes }, (n) => `$${5 + n}`, toSql);
    const owner =
      "owner_pk = CASE WHEN $4::text IS NULL THEN p.owner_pk ELSE (SELECT pk FROM accounts WHERE id = $4) END";
    const text = `
WITH before AS (
  SELECT pk, scopes, ended_through FROM apps WHERE client_id = $1 FOR UPDATE
), changed AS (
  UPDATE apps p SET ${[owner, set].filter(Boolean).join(", ")} FROM before b WHERE p.pk = b.pk
), revoked AS (
  UPDATE grants g SET revoked_at = $2 FROM before b
  WHERE g.app_pk = b.pk AND g.revoked_at IS NULL AND g.pk > b.ended_through AND $3::text IS NOT NULL AND NOT (${sameScopes})
  RETURNING g.pk
)
SELECT (SELECT count(*) FROM revoked) AS revoked FROM before`;
    const [row] = await connections.write({ text }, [clientId, now, scopes, changes.ownerId, ...values]);
    return row && { grantsRevoked: row.revoked as number };
  };
}

const place = columns(appPlace);

export function findApp(parsed: Parsed): BatchedVerb<string, App | undefined> {
  return {
    name: "find_app",
    sql: `
SELECT i.n, ${place.list} FROM unnest($1::int[], $2::text[]) AS i(n, client_id)
JOIN apps p ON p.client_id = i.client_id`,
    changes: false,
    rows: (clientId) => [[clientId]],
    answer: (row) => row && parsed.app(place.named(row)),
  };
}
