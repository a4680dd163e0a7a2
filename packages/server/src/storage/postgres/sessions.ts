/** Sessions on PostgreSQL. */

import type { Session, SessionView } from "../port/records.js";
import { OwnerGone, type Storage } from "../port/storage.js";
import { columns } from "../shared/columns.js";
import { accountOf, filledSession, sessionOf } from "../shared/rows.js";
import { indexKey } from "../shared/text.js";
import type { BatchedVerb } from "./engine/batch.js";
import type { Connections } from "./engine/connections.js";

export const createSession: BatchedVerb<Session, void> = {
  name: "create_session",
  sql: `
WITH input AS (
  SELECT * FROM unnest($1::int[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
    AS i(n, hash, account_id, authenticated_at, expires_at)
), made AS (
  INSERT INTO sessions(hash, account_pk, authenticated_at, expires_at)
  SELECT i.hash, a.pk, i.authenticated_at, i.expires_at FROM input i JOIN accounts a ON a.id = i.account_id
  RETURNING hash
)
SELECT i.n FROM input i JOIN made USING (hash)`,
  changes: true,
  rows: (session) => [
    [indexKey(session.hash), session.accountId, session.authenticatedAt, session.expiresAt],
  ],
  key: ({ hash }) => hash,
  answer: (row) => {
    if (row === undefined) throw new OwnerGone("A session of an account that does not exist");
  },
};

const found = columns((cells) => ({ session: sessionOf(cells), account: accountOf(cells) }));

export const findSession: BatchedVerb<{ hash: string; now: number }, SessionView | undefined> = {
  name: "find_session",
  sql: `
SELECT i.n, ${found.list}
FROM unnest($1::int[], $2::text[], $3::bigint[]) AS i(n, hash, now)
JOIN sessions s ON s.hash = i.hash AND s.expires_at > i.now JOIN accounts a ON a.pk = s.account_pk`,
  changes: false,
  rows: ({ hash, now }) => [[indexKey(hash), now]],
  answer: (row, { hash }) => {
    if (row === undefined) return undefined;
    const { session, account } = found.named(row);
    return { session: filledSession(session, hash, account.id), account };
  },
};

const forgotten = { name: "delete_session", text: "DELETE FROM sessions WHERE hash = $1" };

export function deleteSessionVerb(connections: Connections): Storage["deleteSession"] {
  return async (hash) => {
    await connections.write(forgotten, [indexKey(hash)]);
  };
}
