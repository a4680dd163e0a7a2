/** Accounts and their API keys on PostgreSQL. */

import { type Account, emailKey, openClientsOwner } from "../port/records.js";
import type { Storage } from "../port/storage.js";
import { accountChangeColumns, assignments } from "../shared/changes.js";
import { columns, type Row } from "../shared/columns.js";
import { accountOf, apiKeyOf } from "../shared/rows.js";
import { indexKey } from "../shared/text.js";
import type { Connections } from "./engine/connections.js";
import { isViolationOf } from "./engine/faults.js";
import { toSql } from "./engine/values.js";

type AccountVerbs = Pick<
  Storage,
  | "createAccount"
  | "updateAccount"
  | "findAccount"
  | "findAccountByEmail"
  | "findAccountByApiKey"
  | "listAccounts"
>;
type ApiKeyVerbs = Pick<Storage, "setApiKeys" | "listApiKeys">;

const account = columns(accountOf);
const apiKey = columns(apiKeyOf);

const insertAccount = {
  name: "create_account",
  text: "INSERT INTO accounts(id, email, email_key, password_hash, created_at, confirmed_at, locked, locale, callback_url, created_by_client) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10) ON CONFLICT (email_key) DO NOTHING RETURNING pk",
};
const byId = { name: "find_account", text: `SELECT ${account.list} FROM accounts a WHERE a.id = $1` };
const byEmail = {
  name: "find_account_by_email",
  text: `SELECT ${account.list} FROM accounts a WHERE a.email_key = $1`,
};
const byApiKey = {
  name: "find_account_by_api_key",
  text: `SELECT ${account.list} FROM api_keys k JOIN accounts a ON a.pk = k.account_pk AND a.keys_edition = k.edition WHERE k.lookup = ANY($1::text[]) LIMIT 1`,
};
const listed = {
  name: "list_accounts",
  text: `SELECT ${account.list} FROM accounts a WHERE a.id <> '${openClientsOwner}' ORDER BY a.pk LIMIT $1`,
};

export function accountVerbs(connections: Connections): AccountVerbs {
  const one = async (reading: Promise<Row[]>) => {
    const [row] = await reading;
    return row && account.named(row);
  };
  return {
    createAccount: async (made) => {
      const rows = await connections.write(insertAccount, accountValues(made));
      return rows.length > 0 ? "created" : "email_taken";
    },
    updateAccount: updateAccount(connections),
    findAccount: (id) => one(connections.read(byId, [id])),
    findAccountByEmail: (email) => one(connections.read(byEmail, [indexKey(emailKey(email))])),
    findAccountByApiKey: (lookups) => one(connections.read(byApiKey, [lookups])),
    listAccounts: async (limit) => (await connections.read(listed, [limit])).map(account.named),
  };
}

function accountValues(a: Account): unknown[] {
  const contact = [a.id, a.email, indexKey(emailKey(a.email)), a.passwordHash];
  return [...contact, a.createdAt, a.confirmedAt, a.locked, a.locale, a.callbackUrl, a.createdByClient];
}

function updateAccount(connections: Connections): Storage["updateAccount"] {
  return async (id, changes) => {
    const key = changes.email === undefined ? undefined : indexKey(emailKey(changes.email));
    const { set, values } = assignments(
      accountChangeColumns,
      { ...changes, emailKey: key },
      (n) => `$${2 + n}`,
      toSql,
    );
    const text = set
      ? `UPDATE accounts SET ${set} WHERE id = $1 RETURNING pk`
      : "SELECT pk FROM accounts WHERE id = $1";
    try {
      return (await connections.write({ text }, [id, ...values])).length > 0;
    } catch (error) {
      if (isViolationOf(error, "accounts_by_email")) return "email_taken";
      throw error;
    }
  };
}

/** Keys of an earlier edition count for nothing. A key of another account turns into NULL, which its column refuses: the whole act is undone. */
const replaceKeys = {
  name: "set_api_keys",
  text: `
WITH owner AS (
  UPDATE accounts SET keys_edition = keys_edition + 1 WHERE id = $1 RETURNING pk, keys_edition
), put AS (
  INSERT INTO api_keys AS k (lookup, account_pk, edition, position, sealed)
  SELECT i.lookup, owner.pk, owner.keys_edition, i.position, i.sealed
  FROM owner, unnest($2::text[], $3::int[], $4::text[]) AS i(lookup, position, sealed)
  ORDER BY i.lookup
  ON CONFLICT (lookup) DO UPDATE SET
    account_pk = CASE WHEN k.account_pk = excluded.account_pk THEN k.account_pk END,
    edition = excluded.edition, position = excluded.position, sealed = excluded.sealed
)
SELECT pk FROM owner`,
};
/** By itself, since some engines change a table only once in a statement; what is left of it if it fails, the next one takes. */
const forgetKeys = {
  name: "forget_api_keys",
  text: "DELETE FROM api_keys k USING accounts a WHERE a.id = $1 AND k.account_pk = a.pk AND k.edition < a.keys_edition",
};
const listKeys = {
  name: "list_api_keys",
  text: `SELECT ${apiKey.list} FROM api_keys k JOIN accounts a ON a.pk = k.account_pk AND a.keys_edition = k.edition WHERE a.id = $1 ORDER BY k.position`,
};
const notNullViolation = "23502";

export function apiKeyVerbs(connections: Connections): ApiKeyVerbs {
  return {
    setApiKeys: async (accountId, keys) => {
      const lists = [
        keys.map(({ lookup }) => lookup),
        keys.map((_, n) => n),
        keys.map(({ sealed }) => sealed),
      ];
      try {
        const rows = await connections.write(replaceKeys, [accountId, ...lists]);
        if (rows.length === 0 && keys.length > 0)
          throw new Error("API keys of an account that does not exist");
        await connections.write(forgetKeys, [accountId]).catch(() => {});
        return "set";
      } catch (error) {
        if ((error as { code?: string }).code === notNullViolation) return "key_taken";
        throw error;
      }
    },
    listApiKeys: async (accountId) => (await connections.read(listKeys, [accountId])).map(apiKey.named),
  };
}
