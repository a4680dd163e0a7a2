/** Apps on SQLite. */

import { appColumns, toApp } from "../rows.js";
import type { App, AppChanges, Storage } from "../storage.js";
import { sameWords } from "../values.js";
import { assignments, type Columns, type Context, toSql } from "./context.js";
import type { Parsed } from "./parsed.js";

type Verbs = Pick<Storage, "createApp" | "updateApp" | "findApp" | "listApps">;

const columns: Columns = {
  name: { name: "name", required: true },
  callbackUrls: { name: "callback_urls", required: true },
  scopes: { name: "scopes", required: true },
  secrets: { name: "secrets", required: true },
  public: { name: "is_public", required: true },
  approved: { name: "approved", required: true },
  requireClientCredentialsOnRefresh: { name: "require_client_credentials_on_refresh", required: true },
  refreshTokens: { name: "refresh_tokens", required: true },
  accessTokens: { name: "access_tokens", required: true },
  jwks: { name: "jwks" },
  resources: { name: "resources", required: true },
  eventCallbackUrl: { name: "event_callback_url" },
};

export function appVerbs(context: Context, parsed: Parsed): Verbs {
  const insert = context.prepare(
    "INSERT INTO apps(client_id, owner_pk, name, callback_urls, scopes, secrets, is_public, approved, require_client_credentials_on_refresh, refresh_tokens, access_tokens, jwks, resources, event_callback_url, created_at) VALUES (?, (SELECT pk FROM accounts WHERE id = ?), ?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(client_id) DO NOTHING",
  );
  const byId = context.prepare("SELECT pk, revision FROM apps WHERE client_id = ?");
  const all = context.prepare(
    `SELECT ${appColumns} FROM apps p JOIN accounts o ON o.pk = p.owner_pk ORDER BY p.pk LIMIT ?`,
  );
  return {
    createApp: (app) =>
      context.write(() => (insert.run(...appValues(app).map(toSql)).changes ? "created" : "client_id_taken")),
    updateApp: updateApp(context),
    findApp: (clientId) =>
      context.read(() => {
        const row = byId.get(clientId);
        return row && parsed.app(row.pk, row.revision);
      }),
    listApps: (limit) => context.read(() => all.all(limit).map(toApp)),
  };
}

function appValues(app: App): unknown[] {
  return [
    app.clientId,
    app.ownerId,
    app.name,
    app.callbackUrls,
    app.scopes.join(" "),
    app.secrets,
    app.public,
    app.approved,
    app.requireClientCredentialsOnRefresh,
    app.refreshTokens,
    app.accessTokens,
    app.jwks,
    app.resources,
    app.eventCallbackUrl,
    app.createdAt,
  ];
}

function updateApp(context: Context): Storage["updateApp"] {
  const current = context.prepare("SELECT pk, scopes FROM apps WHERE client_id = ?");
  const owner = context.prepare(
    "UPDATE apps SET owner_pk = (SELECT pk FROM accounts WHERE id = ?), revision = revision + 1 WHERE pk = ?",
  );
  const revoke = context.prepare("UPDATE grants SET revoked_at = ? WHERE app_pk = ? AND revoked_at IS NULL");
  return (clientId, changes, now) =>
    context.write(() => {
      const row = current.get(clientId);
      if (row === undefined) return undefined;
      const pk = row.pk as number;
      const scopes = changes.scopes?.join(" ");
      const { set, values } = assignments(columns, withScopes(changes, scopes));
      if (set !== "")
        context.prepare(`UPDATE apps SET ${set}, revision = revision + 1 WHERE pk = ?`).run(...values, pk);
      if (changes.ownerId !== undefined) owner.run(changes.ownerId, pk);
      const changed = scopes !== undefined && !sameWords(scopes, row.scopes as string);
      return { grantsRevoked: changed ? Number(revoke.run(now, pk).changes) : 0 };
    });
}

function withScopes(changes: AppChanges, scopes: string | undefined): Record<string, unknown> {
  return scopes === undefined ? { ...changes } : { ...changes, scopes };
}
