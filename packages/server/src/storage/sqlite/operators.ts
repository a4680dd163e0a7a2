/** What operators need of storage, on SQLite. */

import type { OperatorStorage } from "../port/operators.js";
import { pageVerbs } from "../shared/pages.js";
import { toSecrets } from "../shared/rows.js";
import type { Context } from "./engine/context.js";
import { blobToId, idToBlob } from "./engine/family-id.js";

export function operatorVerbs(context: Context): OperatorStorage {
  const version = context.prepare("SELECT MAX(version) AS version FROM schema_version");
  const endSessions = context.prepare(
    "DELETE FROM sessions WHERE account_pk = (SELECT pk FROM accounts WHERE id = ?)",
  );
  return {
    ...pageVerbs({
      all: (sql, values) => {
        // What is still kept for a commit has happened, too.
        context.commits.flush();
        return context.read(() => context.prepare(sql).all(...values));
      },
      familyEnd: "f.revoked_at",
      familyId: blobToId,
      storedFamilyId: idToBlob,
      actor: "json_extract(data, '$.actor')",
      apiKeyJoin: "a.pk = k.account_pk",
    }),
    deleteSessionsOf: (accountId) => context.write(() => Number(endSessions.run(accountId).changes)),
    deleteAccount: deleteAccount(context),
    ...resealVerbs(context),
    schemaVersion: () => context.read(() => version.get()?.version as number),
  };
}

function resealVerbs(context: Context): Pick<OperatorStorage, "resealApiKey" | "resealSecrets"> {
  const key = context.prepare("UPDATE api_keys SET lookup = ?, sealed = ? WHERE lookup = ? AND sealed = ?");
  const stored = context.prepare("SELECT secrets FROM apps WHERE client_id = ?");
  const store = context.prepare("UPDATE apps SET secrets = ?, revision = revision + 1 WHERE client_id = ?");
  return {
    resealApiKey: (was, becomes) =>
      context.write(() => key.run(becomes.lookup, becomes.sealed, was.lookup, was.sealed).changes > 0),
    resealSecrets: (clientId, was, becomes) =>
      context.write(() => {
        const row = stored.get(clientId);
        if (row === undefined || JSON.stringify(toSecrets(row.secrets)) !== JSON.stringify(was)) return false;
        store.run(JSON.stringify(becomes), clientId);
        return true;
      }),
  };
}

/** Row ids are given again, so nothing may be left that names a grant of the account by one. */
function deleteAccount(context: Context): OperatorStorage["deleteAccount"] {
  const find = context.prepare(
    "SELECT a.pk, (SELECT count(*) FROM apps WHERE owner_pk = a.pk) AS apps FROM accounts a WHERE a.id = ?",
  );
  const itsGrants = "SELECT pk FROM grants WHERE account_pk = ?";
  const deletions = [
    `DELETE FROM codes WHERE grant_pk IN (${itsGrants})`,
    `DELETE FROM families WHERE grant_pk IN (${itsGrants})`,
    "DELETE FROM grants WHERE account_pk = ?",
    "DELETE FROM sessions WHERE account_pk = ?",
    "DELETE FROM api_keys WHERE account_pk = ?",
    "DELETE FROM accounts WHERE pk = ?",
  ].map((sql) => context.prepare(sql));
  return (id) =>
    context.write(() => {
      const row = find.get(id);
      if (row === undefined) return { outcome: "unknown" };
      if (row.apps !== 0) return { outcome: "owns_apps", apps: row.apps as number };
      for (const deletion of deletions) deletion.run(row.pk as number);
      return { outcome: "deleted" };
    });
}
