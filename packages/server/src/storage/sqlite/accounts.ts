/** Accounts and their API keys on SQLite. */

import { type Account, emailKey, openClientsOwner } from "../port/records.js";
import type { Storage } from "../port/storage.js";
import { accountChangeColumns, assignments } from "../shared/changes.js";
import { columns } from "../shared/columns.js";
import { accountOf, apiKeyOf } from "../shared/rows.js";
import { type Context, toSql } from "./engine/context.js";
import { accountPlace, type Parsed } from "./engine/parsed.js";

type Verbs = Pick<
  Storage,
  | "createAccount"
  | "updateAccount"
  | "findAccount"
  | "findAccountByEmail"
  | "findAccountByApiKey"
  | "listAccounts"
  | "setApiKeys"
  | "listApiKeys"
>;

const place = columns(accountPlace);
const account = columns(accountOf);

export function accountVerbs(context: Context, parsed: Parsed): Verbs {
  // The pk of a deleted account may be given again: see the apps.
  const insert = context.prepare(
    "INSERT INTO accounts(revision, id, email, email_key, password_hash, created_at, confirmed_at, locked, locale, callback_url, created_by_client) VALUES (abs(random() % 1125899906842624), ?,?,?,?,?,?,?,?,?,?) ON CONFLICT(email_key) DO NOTHING",
  );
  const byId = context.prepareRow(`SELECT ${place.list} FROM accounts a WHERE a.id = ?`);
  const byEmail = context.prepareRow(`SELECT ${place.list} FROM accounts a WHERE a.email_key = ?`);
  const byKey = context.prepareRow(
    `SELECT ${place.list} FROM api_keys k JOIN accounts a ON a.pk = k.account_pk WHERE k.lookup = ?`,
  );
  const all = context.prepare(
    `SELECT ${account.list} FROM accounts a WHERE a.id <> '${openClientsOwner}' ORDER BY a.pk LIMIT ?`,
  );
  const emailOwner = context.prepare("SELECT id FROM accounts WHERE email_key = ?");
  const one = (row: ReturnType<typeof byId.get>): Account | undefined =>
    row && parsed.account(place.placed(row));

  return {
    createAccount: (a) =>
      context.write(() => {
        const values = [
          a.id,
          a.email,
          emailKey(a.email),
          a.passwordHash,
          a.createdAt,
          a.confirmedAt,
          a.locked,
          a.locale,
          a.callbackUrl,
          a.createdByClient,
        ];
        return insert.run(...values.map(toSql)).changes ? "created" : "email_taken";
      }),
    updateAccount: (id, changes) =>
      context.write(() => {
        if (byId.get(id) === undefined) return false;
        const key = changes.email === undefined ? undefined : emailKey(changes.email);
        const owner = key === undefined ? undefined : emailOwner.get(key);
        if (owner !== undefined && owner.id !== id) return "email_taken";
        const { set, values } = assignments(
          accountChangeColumns,
          { ...changes, emailKey: key },
          () => "?",
          toSql,
        );
        if (set !== "")
          context
            .prepare(`UPDATE accounts SET ${set}, revision = revision + 1 WHERE id = ?`)
            .run(...values, id);
        return true;
      }),
    findAccount: (id) => context.read(() => one(byId.get(id))),
    findAccountByEmail: (email) => context.read(() => one(byEmail.get(emailKey(email)))),
    findAccountByApiKey: (lookups) =>
      context.read(() =>
        lookups.map((lookup) => one(byKey.get(lookup))).find((found) => found !== undefined),
      ),
    listAccounts: (limit) => context.read(() => all.all(limit).map(account.named)),
    ...apiKeyVerbs(context),
  };
}

const apiKey = columns(apiKeyOf);

function apiKeyVerbs(context: Context): Pick<Verbs, "setApiKeys" | "listApiKeys"> {
  const taken = context.prepare(
    "SELECT 1 FROM api_keys k JOIN accounts a ON a.pk = k.account_pk WHERE k.lookup = ? AND a.id <> ?",
  );
  const clear = context.prepare(
    "DELETE FROM api_keys WHERE account_pk = (SELECT pk FROM accounts WHERE id = ?)",
  );
  const insert = context.prepare(
    "INSERT INTO api_keys(lookup, account_pk, position, sealed) VALUES (?, (SELECT pk FROM accounts WHERE id = ?), ?, ?)",
  );
  const list = context.prepare(
    `SELECT ${apiKey.list} FROM api_keys k JOIN accounts a ON a.pk = k.account_pk WHERE a.id = ? ORDER BY k.position`,
  );
  return {
    setApiKeys: (accountId, keys) =>
      context.write(() => {
        if (keys.some(({ lookup }) => taken.get(lookup, accountId) !== undefined)) return "key_taken";
        clear.run(accountId);
        for (const [position, key] of keys.entries()) insert.run(key.lookup, accountId, position, key.sealed);
        return "set";
      }),
    listApiKeys: (accountId) => context.read(() => list.all(accountId).map(apiKey.named)),
  };
}
