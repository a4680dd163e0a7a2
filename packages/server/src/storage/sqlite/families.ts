/** Token families on SQLite. */

import { grantColumns, type Row, toFamily, toGrant } from "../shared/rows.js";
import type { FamilyView, RotateFamily, RotateFamilyOutcome, Storage } from "../storage.js";
import type { Context } from "./engine/context.js";
import type { SqlValue } from "./engine/driver.js";
import { blobToId, idToBlob } from "./engine/family-id.js";
import type { Parsed } from "./engine/parsed.js";

type FamilyVerbs = Pick<
  Storage,
  "findFamily" | "listFamilies" | "rotateFamily" | "touchFamily" | "endAccessTokens" | "revokeFamily"
>;
const viewColumns = `COALESCE(f.scopes, g.scopes) f_scopes, f.resources f_resources, f.generation f_generation, f.created_at f_created_at, f.used_at f_used_at, f.revoked_at f_revoked_at, f.access_valid_from f_access_valid_from, ${grantColumns}, a.pk a_pk, a.revision a_revision, p.pk p_pk, p.revision p_revision`;

/** Names the values of `viewColumns`. */
function viewRow(row: SqlValue[]): Row {
  return {
    f_scopes: row[0],
    f_resources: row[1],
    f_generation: row[2],
    f_created_at: row[3],
    f_used_at: row[4],
    f_revoked_at: row[5],
    f_access_valid_from: row[6],
    g_pk: row[7],
    g_scopes: row[8],
    g_created_at: row[9],
    g_revoked_at: row[10],
    a_pk: row[11],
    a_revision: row[12],
    p_pk: row[13],
    p_revision: row[14],
  };
}

export function familyVerbs(context: Context, parsed: Parsed): FamilyVerbs {
  const from =
    "FROM families f JOIN grants g ON g.pk = f.grant_pk JOIN accounts a ON a.pk = g.account_pk JOIN apps p ON p.pk = g.app_pk";
  const find = context.prepareRow(`SELECT ${viewColumns} ${from} WHERE f.id = ?`);
  const ofApp = context.prepare(
    `SELECT f.id, ${viewColumns} ${from} WHERE p.client_id = ? ORDER BY f.pk DESC LIMIT ?`,
  );
  const toView = (row: Row, id: string): FamilyView => {
    const account = parsed.account(row.a_pk, row.a_revision);
    const app = parsed.app(row.p_pk, row.p_revision);
    return { family: toFamily(row, id), grant: toGrant(row, account.id, app.clientId), account, app };
  };
  const touch = context.prepare("UPDATE families SET used_at = ? WHERE id = ? AND used_at < ?");
  const end = context.prepare(
    "UPDATE families SET access_valid_from = ? WHERE id = ? AND revoked_at IS NULL",
  );
  const revoke = context.prepare("UPDATE families SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL");
  const rotate = rotateFamily(context);
  return {
    findFamily: (id) =>
      context.read(() => {
        const row = find.get(idToBlob(id));
        return row && toView(viewRow(row), id);
      }),
    listFamilies: (clientId, limit) =>
      context.read(() => ofApp.all(clientId, limit).map((row) => toView(row, blobToId(row.id)))),
    rotateFamily: (act) => context.write(() => rotate(act)),
    touchFamily: (id, now) => context.write(() => void touch.run(now, idToBlob(id), now)),
    endAccessTokens: (id, now) => context.write(() => Boolean(end.run(now, idToBlob(id)).changes)),
    revokeFamily: (id, now) => context.write(() => Boolean(revoke.run(now, idToBlob(id)).changes)),
  };
}

function rotateFamily(context: Context): (act: RotateFamily) => RotateFamilyOutcome {
  const find = context.prepareRow(
    "SELECT f.pk, f.generation, f.used_at, f.revoked_at, g.revoked_at grant_revoked_at FROM families f JOIN grants g ON g.pk = f.grant_pk WHERE f.id = ?",
  );
  // Nearly every rotation is the first of its generation: one statement then does it, and says so.
  const advance = context.prepareExact(
    "UPDATE families SET generation = generation + 1, used_at = MAX(used_at, ?) WHERE id = ? AND generation = ? AND revoked_at IS NULL AND (SELECT revoked_at FROM grants WHERE pk = grant_pk) IS NULL",
  );
  const revoke = context.prepareExact("UPDATE families SET revoked_at = ? WHERE pk = ?");
  return ({ familyId, fromGeneration, now, graceSeconds }) => {
    const id = idToBlob(familyId);
    if (advance.run(now, id, fromGeneration).changes)
      return { outcome: "rotated", generation: fromGeneration + 1 };
    const row = find.get(id);
    if (row === undefined) return { outcome: "unknown" };
    const [pk, generation, usedAt] = row as [number, number, number];
    if (row[3] !== null || row[4] !== null) return { outcome: "revoked" };
    const withinGrace = now < usedAt + graceSeconds * 1000;
    if (fromGeneration === generation - 1 && withinGrace) return { outcome: "replayed", generation };
    revoke.run(now, pk);
    return { outcome: "reused" };
  };
}
