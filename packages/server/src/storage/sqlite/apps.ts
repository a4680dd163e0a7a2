/** Apps on SQLite. */

import type { AppChanges } from "../port/acts.js";
import type { Storage } from "../port/storage.js";
import { appChangeColumns, appValues, assignments } from "../shared/changes.js";
import { columns, toWords } from "../shared/columns.js";
import { appOf, grantIsLive } from "../shared/rows.js";
import { type Context, toSql } from "./engine/context.js";
import { appPlace, type Parsed } from "./engine/parsed.js";

type Verbs = Pick<Storage, "createApp" | "updateApp" | "deleteApp" | "findApp" | "listApps">;

const place = columns(appPlace);
const app = columns(appOf);

export function appVerbs(context: Context, parsed: Parsed): Verbs {
  // The pk of a deleted app may be given again: revisions begin at random, so that what was parsed of the old row is not
  // taken for the new one.
  const insert = context.prepare(
    "INSERT INTO apps(revision, client_id, owner_pk, name, callback_urls, scopes, secrets, is_public, approved, require_client_credentials_on_refresh, refresh_tokens, access_tokens, jwks, resources, event_callback_url, scope_texts, callback_schemes, created_at, disabled, require_pkce, jwt_algorithm, grant_types, token_generation, open_client, require_pushed_requests, dpop_bound_tokens) VALUES (abs(random() % 1125899906842624), ?, (SELECT pk FROM accounts WHERE id = ?), ?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(client_id) DO NOTHING",
  );
  const byId = context.prepareRow(`SELECT ${place.list} FROM apps p WHERE p.client_id = ?`);
  const all = context.prepare(
    `SELECT ${app.list} FROM apps p JOIN accounts o ON o.pk = p.owner_pk ORDER BY p.pk LIMIT ?`,
  );
  return {
    createApp: (made) =>
      context.write(() =>
        insert.run(...appValues(made).map(toSql)).changes ? "created" : "client_id_taken",
      ),
    updateApp: updateApp(context),
    deleteApp: deleteApp(context),
    findApp: (clientId) =>
      context.read(() => {
        const row = byId.get(clientId);
        return row && parsed.app(place.placed(row));
      }),
    listApps: (limit) => context.read(() => all.all(limit).map(app.named)),
  };
}

function updateApp(context: Context): Storage["updateApp"] {
  const current = context.prepare("SELECT pk, scopes FROM apps WHERE client_id = ?");
  const owner = context.prepare(
    "UPDATE apps SET owner_pk = (SELECT pk FROM accounts WHERE id = ?), revision = revision + 1 WHERE pk = ?",
  );
  const revoke = context.prepare(
    "UPDATE grants SET revoked_at = ? WHERE app_pk = ? AND revoked_at IS NULL AND pk > (SELECT ended_through FROM apps WHERE pk = app_pk)",
  );
  return (clientId, changes, now) =>
    context.write(() => {
      const row = current.get(clientId);
      if (row === undefined) return undefined;
      const pk = row.pk as number;
      const scopes = changes.scopes?.join(" ");
      const { set, values } = assignments(appChangeColumns, withScopes(changes, scopes), () => "?", toSql);
      if (set !== "")
        context.prepare(`UPDATE apps SET ${set}, revision = revision + 1 WHERE pk = ?`).run(...values, pk);
      if (changes.ownerId !== undefined) owner.run(changes.ownerId, pk);
      const changed = scopes !== undefined && !sameWords(scopes, row.scopes as string);
      return { grantsRevoked: changed ? Number(revoke.run(now, pk).changes) : 0 };
    });
}

/** Row ids are given again, so nothing may be left that names a grant of the app by one. */
function deleteApp(context: Context): Storage["deleteApp"] {
  const find = context.prepare(
    `SELECT p.pk, (SELECT count(*) FROM grants g WHERE g.app_pk = p.pk AND ${grantIsLive}) AS live FROM apps p WHERE client_id = ?`,
  );
  const itsGrants = "SELECT pk FROM grants WHERE app_pk = ?";
  const deletions = [
    `DELETE FROM codes WHERE grant_pk IN (${itsGrants})`,
    `DELETE FROM families WHERE grant_pk IN (${itsGrants})`,
    "DELETE FROM grants WHERE app_pk = ?",
    "DELETE FROM apps WHERE pk = ?",
  ].map((sql) => context.prepare(sql));
  return (clientId) =>
    context.write(() => {
      const row = find.get(clientId);
      if (row === undefined) return undefined;
      for (const deletion of deletions) deletion.run(row.pk as number);
      return { grantsRevoked: row.live as number };
    });
}

function withScopes(changes: AppChanges, scopes: string | undefined): Record<string, unknown> {
  return scopes === undefined ? { ...changes } : { ...changes, scopes };
}

/** Whether two lists of words are the same set: their order does not matter. */
function sameWords(a: string, b: string): boolean {
  const sorted = (words: string) => [...toWords(words)].sort().join(" ");
  return sorted(a) === sorted(b);
}
