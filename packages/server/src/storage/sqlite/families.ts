/** Token families on SQLite. */

import { type RotateFamily, type RotateFamilyOutcome, rotationSkewMilliseconds } from "../port/acts.js";
import type { FamilyView } from "../port/records.js";
import type { Storage } from "../port/storage.js";
import { type Cells, columns } from "../shared/columns.js";
import { familyOf, filledFamily, filledGrant, grantIsLive, grantOf, grantRevokedAt } from "../shared/rows.js";
import type { Context } from "./engine/context.js";
import { blobToId, idToBlob } from "./engine/family-id.js";
import { accountPlace, appPlace, type Parsed } from "./engine/parsed.js";

type FamilyVerbs = Pick<
  Storage,
  "findFamily" | "listFamilies" | "rotateFamily" | "touchFamily" | "endAccessTokens" | "revokeFamily"
>;
const viewOf = (cells: Cells) => ({
  family: familyOf(cells, "f.revoked_at"),
  grant: grantOf(cells),
  account: accountPlace(cells),
  app: appPlace(cells),
});
const view = columns(viewOf);

export function familyVerbs(context: Context, parsed: Parsed): FamilyVerbs {
  const from =
    "FROM families f JOIN grants g ON g.pk = f.grant_pk JOIN accounts a ON a.pk = g.account_pk JOIN apps p ON p.pk = g.app_pk";
  const find = context.prepareRow(`SELECT ${view.list} ${from} WHERE f.id = ?`);
  const ofApp = context.prepare(
    `SELECT f.id, ${view.list} ${from} WHERE p.client_id = ? ORDER BY f.pk DESC LIMIT ?`,
  );
  const toView = (id: string, row: ReturnType<typeof viewOf>): FamilyView => {
    const account = parsed.account(row.account);
    const app = parsed.app(row.app);
    const grant = filledGrant(row.grant, account.id, app.clientId);
    return { family: filledFamily(row.family, id, grant.id), grant, account, app };
  };
  const touch = context.prepare("UPDATE families SET used_at = ? WHERE id = ? AND used_at < ?");
  const end = context.prepare(
    "UPDATE families SET access_valid_from = ? WHERE id = ? AND revoked_at IS NULL",
  );
  const revoke = context.prepare("UPDATE families SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL");
  const rotate = rotateFamily(context);
  const { families } = context;
  const read = (id: string) => {
    const row = find.get(idToBlob(id));
    return row && toView(id, view.placed(row));
  };
  const changing = <T>(id: string, act: () => T) =>
    context.writeSparing(() => {
      families.forget(id);
      return act();
    });
  return {
    findFamily: (id) => context.read(() => families.find(id, context.reads.transaction, () => read(id))),
    listFamilies: (clientId, limit) =>
      context.read(() => ofApp.all(clientId, limit).map((row) => toView(blobToId(row.id), view.named(row)))),
    rotateFamily: (act) => changing(act.familyId, () => rotate(act)),
    touchFamily: (id, now) => changing(id, () => void touch.run(now, idToBlob(id), now)),
    endAccessTokens: (id, now) => changing(id, () => Boolean(end.run(now, idToBlob(id)).changes)),
    revokeFamily: (id, now) => changing(id, () => Boolean(revoke.run(now, idToBlob(id)).changes)),
  };
}

function rotateFamily(context: Context): (act: RotateFamily) => RotateFamilyOutcome {
  const found = columns((cells) => ({
    pk: cells.number("f.pk"),
    generation: cells.number("f.generation"),
    usedAt: cells.number("f.used_at"),
    revokedAt: cells.optionalNumber(`COALESCE(f.revoked_at, ${grantRevokedAt})`),
  }));
  const find = context.prepareRow(
    `SELECT ${found.list} FROM families f JOIN grants g ON g.pk = f.grant_pk JOIN apps p ON p.pk = g.app_pk WHERE f.id = ?`,
  );
  // Nearly every rotation is the first of its generation: one statement then does it, and says so.
  const advance = context.prepareExact(
    `UPDATE families SET generation = generation + 1, used_at = MAX(used_at, ?) WHERE id = ? AND generation = ? AND revoked_at IS NULL AND EXISTS (SELECT 1 FROM grants g JOIN apps p ON p.pk = g.app_pk WHERE g.pk = grant_pk AND ${grantIsLive})`,
  );
  const revoke = context.prepareExact("UPDATE families SET revoked_at = ? WHERE pk = ?");
  return ({ familyId, fromGeneration, now, graceSeconds }) => {
    const id = idToBlob(familyId);
    if (advance.run(now, id, fromGeneration).changes)
      return { outcome: "rotated", generation: fromGeneration + 1 };
    const row = find.get(id);
    if (row === undefined) return { outcome: "unknown" };
    const { pk, generation, usedAt, revokedAt } = found.placed(row);
    if (revokedAt !== undefined) return { outcome: "revoked" };
    const withinGrace = now < usedAt + graceSeconds * 1000 && usedAt <= now + rotationSkewMilliseconds;
    if (fromGeneration === generation - 1 && withinGrace) return { outcome: "replayed", generation };
    revoke.run(now, pk);
    return { outcome: "reused" };
  };
}
