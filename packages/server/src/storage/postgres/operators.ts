/** What operators need of storage, on PostgreSQL. */

import type { OperatorStorage } from "../port/operators.js";
import { pageVerbs } from "../shared/pages.js";
import { numbered } from "../shared/paging.js";
import type { Connections } from "./engine/connections.js";
import { fromUuid } from "./engine/family-id.js";

const version = { name: "schema_version", text: "SELECT version FROM schema_version WHERE id = 1" };
const endSessions = {
  name: "delete_sessions_of",
  text: "DELETE FROM sessions WHERE account_pk = (SELECT pk FROM accounts WHERE id = $1) RETURNING 1",
};

/** The lock makes whatever would refer to the account wait. */
const deleted = {
  name: "delete_account",
  text: `
WITH found AS (
  SELECT a.pk, (SELECT count(*) FROM apps p WHERE p.owner_pk = a.pk) AS apps FROM accounts a WHERE a.id = $1 FOR UPDATE
), gone AS (
  SELECT pk FROM found WHERE apps = 0
), grants_gone AS (
  DELETE FROM grants g USING gone WHERE g.account_pk = gone.pk RETURNING g.pk
), families_gone AS (
  DELETE FROM families f USING grants_gone g WHERE f.grant_pk = g.pk
), codes_gone AS (
  DELETE FROM codes c USING grants_gone g WHERE c.grant_pk = g.pk
), sessions_gone AS (
  DELETE FROM sessions s USING gone WHERE s.account_pk = gone.pk
), keys_gone AS (
  DELETE FROM api_keys k USING gone WHERE k.account_pk = gone.pk
), account_gone AS (
  DELETE FROM accounts a USING gone WHERE a.pk = gone.pk
)
SELECT apps FROM found`,
};

const resealKey = {
  name: "reseal_api_key",
  text: "UPDATE api_keys SET lookup = $3, sealed = $4 WHERE lookup = $1 AND sealed = $2 RETURNING 1",
};
/** Compared as values: releases may differ in the order of their keys. */
const resealSecrets = {
  name: "reseal_secrets",
  text: "UPDATE apps SET secrets = $3 WHERE client_id = $1 AND secrets::jsonb = $2::jsonb RETURNING 1",
};

export function operatorVerbs(connections: Connections): OperatorStorage {
  return {
    ...pageVerbs({
      all: (sql, values) => connections.read({ text: numbered(sql) }, values),
      // A family of an earlier epoch than its grant's was ended by a later exchange.
      familyEnd: "COALESCE(f.revoked_at, CASE WHEN f.epoch < g.epoch THEN g.epoch_at END)",
      familyId: fromUuid,
      storedFamilyId: (id) => id,
      actor: "data::json ->> 'actor'",
      apiKeyJoin: "a.pk = k.account_pk AND a.keys_edition = k.edition",
    }),
    deleteSessionsOf: async (accountId) => (await connections.write(endSessions, [accountId])).length,
    deleteAccount: async (id) => {
      const [row] = await connections.write(deleted, [id]);
      if (row === undefined) return { outcome: "unknown" };
      return row.apps === 0 ? { outcome: "deleted" } : { outcome: "owns_apps", apps: row.apps as number };
    },
    resealApiKey: async (was, becomes) =>
      (await connections.write(resealKey, [was.lookup, was.sealed, becomes.lookup, becomes.sealed])).length >
      0,
    resealSecrets: async (clientId, was, becomes) =>
      (await connections.write(resealSecrets, [clientId, JSON.stringify(was), JSON.stringify(becomes)]))
        .length > 0,
    schemaVersion: async () => (await connections.read(version, []))[0]?.version as number,
  };
}
