/** Grants on PostgreSQL. */

import type { Storage } from "../port/storage.js";
import { columns } from "../shared/columns.js";
import { appOf, filledGrant, grantIsLive, grantOf } from "../shared/rows.js";
import type { Connections } from "./engine/connections.js";

type Verbs = Pick<Storage, "findGrant" | "listGrants" | "revokeGrant">;

const from = `FROM grants g JOIN accounts a ON a.pk = g.account_pk JOIN apps p ON p.pk = g.app_pk JOIN accounts o ON o.pk = p.owner_pk WHERE a.id = $1 AND ${grantIsLive}`;
const grant = columns(grantOf);
const found = { name: "find_grant", text: `SELECT ${grant.list} ${from} AND p.client_id = $2` };
const grantAndApp = columns((cells) => ({ grant: grantOf(cells), app: appOf(cells) }));
const listed = { name: "list_grants", text: `SELECT ${grantAndApp.list} ${from} ORDER BY g.pk` };
const revoked = {
  name: "revoke_grant",
  text: `UPDATE grants g SET revoked_at = $3 FROM accounts a, apps p WHERE a.id = $1 AND p.client_id = $2 AND g.account_pk = a.pk AND g.app_pk = p.pk AND ${grantIsLive} RETURNING g.pk`,
};

export function grantVerbs(connections: Connections): Verbs {
  return {
    findGrant: async (accountId, clientId) => {
      const [row] = await connections.read(found, [accountId, clientId]);
      return row && filledGrant(grant.named(row), accountId, clientId);
    },
    listGrants: async (accountId) => {
      const rows = await connections.read(listed, [accountId]);
      return rows.map((row) => {
        const { grant: read, app } = grantAndApp.named(row);
        return { grant: filledGrant(read, accountId, app.clientId), app };
      });
    },
    revokeGrant: async (accountId, clientId, now) =>
      (await connections.write(revoked, [accountId, clientId, now])).length > 0,
  };
}
