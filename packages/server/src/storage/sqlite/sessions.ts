/** Sessions on SQLite. */

import { OwnerGone, type Storage } from "../port/storage.js";
import { columns } from "../shared/columns.js";
import { filledSession, sessionOf } from "../shared/rows.js";
import type { Context } from "./engine/context.js";
import { accountPlace, type Parsed } from "./engine/parsed.js";

type SessionVerbs = Pick<Storage, "createSession" | "findSession" | "deleteSession">;

export function sessionVerbs(context: Context, parsed: Parsed): SessionVerbs {
  const insert = context.prepare(
    "INSERT INTO sessions(hash, account_pk, authenticated_at, expires_at) SELECT ?, pk, ?, ? FROM accounts WHERE id = ?",
  );
  const found = columns((cells) => ({ session: sessionOf(cells), account: accountPlace(cells) }));
  const find = context.prepare(
    `SELECT ${found.list} FROM sessions s JOIN accounts a ON a.pk = s.account_pk WHERE s.hash = ? AND s.expires_at > ?`,
  );
  const remove = context.prepare("DELETE FROM sessions WHERE hash = ?");
  return {
    createSession: (session) =>
      context.writeSparing(() => {
        const { hash, authenticatedAt, expiresAt, accountId } = session;
        const { changes } = insert.run(hash, authenticatedAt, expiresAt, accountId);
        if (changes === 0) throw new OwnerGone("A session of an account that does not exist");
      }),
    findSession: (hash, now) =>
      context.read(() => {
        const row = find.get(hash, now);
        if (row === undefined) return undefined;
        const { session, account: place } = found.named(row);
        const account = parsed.account(place);
        return { session: filledSession(session, hash, account.id), account };
      }),
    deleteSession: (hash) => context.writeSparing(() => void remove.run(hash)),
  };
}
