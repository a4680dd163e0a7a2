/** Ending all that an account, an app or everybody was given, on PostgreSQL. */

import type { RevocationOutcome } from "../port/acts.js";
import type { Storage } from "../port/storage.js";
import { grantIsLive } from "../shared/rows.js";
import type { Connections, Statement } from "./engine/connections.js";

/** An account has few grants: each is marked. */
const byAccount = {
  text: `
WITH owner AS (
  SELECT pk FROM accounts WHERE id = $1
), ended AS (
  UPDATE grants g SET revoked_at = $2 FROM owner w, apps p
  WHERE g.account_pk = w.pk AND p.pk = g.app_pk AND ${grantIsLive} RETURNING 1
), signed_out AS (
  DELETE FROM sessions s USING owner w WHERE s.account_pk = w.pk RETURNING 1
)
SELECT (SELECT count(*) FROM ended) AS grants, (SELECT count(*) FROM signed_out) AS sessions FROM owner`,
};

/** An app may have very many: one row says that all of them ended. */
const endApps =
  "UPDATE apps p SET ended_through = (SELECT COALESCE(max(pk), 0) FROM grants), ended_at = $1::bigint, token_generation = token_generation + 1";
const count = (which: string) =>
  `SELECT count(*) FROM grants g JOIN apps p ON p.pk = g.app_pk WHERE ${which} ${grantIsLive}`;

const byApp = {
  text: `
WITH ended AS (${endApps} WHERE p.client_id = $2 RETURNING p.pk)
SELECT (${count("p.client_id = $2 AND")}) AS grants, 0 AS sessions FROM ended`,
};
const all = {
  text: `
WITH ended AS (${endApps}), signed_out AS (DELETE FROM sessions RETURNING 1)
SELECT (${count("")}) AS grants, (SELECT count(*) FROM signed_out) AS sessions`,
};

export function revokeAllVerb(connections: Connections): Storage["revokeAll"] {
  const run = async (statement: Statement, values: unknown[]) => {
    const [row] = await connections.writePatiently(statement, values);
    return row as RevocationOutcome | undefined;
  };
  return (whose, now) => {
    if (whose === "everything") return run(all, [now]);
    return "accountId" in whose ? run(byAccount, [whose.accountId, now]) : run(byApp, [now, whose.clientId]);
  };
}
