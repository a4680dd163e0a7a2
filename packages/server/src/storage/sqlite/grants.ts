/** Grants on SQLite. */

import type { Storage } from "../port/storage.js";
import { columns } from "../shared/columns.js";
import { filledGrant, grantIsLive, grantOf } from "../shared/rows.js";
import type { Context } from "./engine/context.js";
import { appPlace, type Parsed } from "./engine/parsed.js";

type GrantVerbs = Pick<Storage, "findGrant" | "listGrants" | "revokeGrant">;

const grant = columns(grantOf);

export function grantVerbs(context: Context, parsed: Parsed): GrantVerbs {
  const from = `FROM grants g JOIN apps p ON p.pk = g.app_pk WHERE g.account_pk = (SELECT pk FROM accounts WHERE id = ?) AND ${grantIsLive}`;
  const listed = columns((cells) => ({ grant: grantOf(cells), app: appPlace(cells) }));
  const find = context.prepare(`SELECT ${grant.list} ${from} AND p.client_id = ?`);
  const list = context.prepare(`SELECT ${listed.list} ${from} ORDER BY g.pk`);
  const revoke = context.prepare(
    `UPDATE grants SET revoked_at = ? WHERE pk = (SELECT g.pk ${from} AND p.client_id = ?)`,
  );
  return {
    findGrant: (accountId, clientId) =>
      context.read(() => {
        const row = find.get(accountId, clientId);
        return row && filledGrant(grant.named(row), accountId, clientId);
      }),
    listGrants: (accountId) =>
      context.read(() =>
        list.all(accountId).map((row) => {
          const { grant: read, app: place } = listed.named(row);
          const app = parsed.app(place);
          return { grant: filledGrant(read, accountId, app.clientId), app };
        }),
      ),
    revokeGrant: (accountId, clientId, now) =>
      context.write(() => Boolean(revoke.run(now, accountId, clientId).changes)),
  };
}
