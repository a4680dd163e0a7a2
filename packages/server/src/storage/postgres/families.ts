/** Token families on PostgreSQL. */

import { type RotateFamily, type RotateFamilyOutcome, rotationSkewMilliseconds } from "../port/acts.js";
import type { Account, App, FamilyView } from "../port/records.js";
import type { Storage } from "../port/storage.js";
import { columns, type Row } from "../shared/columns.js";
import { familyOf, filledFamily, filledGrant, grantOf, grantRevokedAt } from "../shared/rows.js";
import { isFamilyId } from "../shared/text.js";
import type { BatchedVerb } from "./engine/batch.js";
import type { Connections } from "./engine/connections.js";
import { fromUuid } from "./engine/family-id.js";
import { accountPlace, appPlace, type Parsed } from "./engine/parsed.js";

type Verbs = Pick<Storage, "listFamilies" | "touchFamily" | "endAccessTokens" | "revokeFamily">;

/** A family of an earlier epoch than its grant's was ended by a later exchange. */
const revokedAt = "COALESCE(f.revoked_at, CASE WHEN f.epoch < g.epoch THEN g.epoch_at END)";
const view = columns((cells) => ({
  id: cells.value("f.id", fromUuid),
  family: familyOf(cells, revokedAt),
  grant: grantOf(cells),
  account: accountPlace(cells),
  app: appPlace(cells),
}));
const tables =
  "JOIN grants g ON g.pk = f.grant_pk JOIN accounts a ON a.pk = g.account_pk JOIN apps p ON p.pk = g.app_pk";

export function findFamily(parsed: Parsed): BatchedVerb<string, FamilyView | undefined> {
  return {
    name: "find_family",
    sql: `SELECT i.n, ${view.list} FROM unnest($1::int[], $2::uuid[]) AS i(n, id) JOIN families f ON f.id = i.id ${tables}`,
    changes: false,
    rows: (id) => [[id]],
    answer: (row) => row && toView(parsed, row),
  };
}

/** A family whose account or app was deleted since is gone with it. */
function toView(parsed: Parsed, row: Row): FamilyView | undefined | Promise<FamilyView | undefined> {
  const read = view.named(row);
  const [account, app] = [parsed.account(read.account), parsed.app(read.app)];
  const whole = (ofAccount: Account | undefined, ofApp: App | undefined): FamilyView | undefined => {
    if (ofAccount === undefined || ofApp === undefined) return undefined;
    const grant = filledGrant(read.grant, ofAccount.id, ofApp.clientId);
    return { family: filledFamily(read.family, read.id, grant.id), grant, account: ofAccount, app: ofApp };
  };
  if (account instanceof Promise || app instanceof Promise)
    return Promise.all([account, app]).then(([ofAccount, ofApp]) => whole(ofAccount, ofApp));
  return whole(account, app);
}

const live = "UPDATE families f SET";
const ofLive =
  "FROM grants g WHERE f.id = $1 AND g.pk = f.grant_pk AND f.revoked_at IS NULL AND f.epoch >= g.epoch RETURNING f.id";

const listed = {
  name: "list_families",
  text: `SELECT ${view.list} FROM families f ${tables} WHERE p.client_id = $1 ORDER BY f.created_at DESC, f.id DESC LIMIT $2`,
};
const touched = {
  name: "touch_family",
  text: "UPDATE families SET used_at = $2 WHERE id = $1 AND used_at < $2",
};
const ended = { name: "end_access_tokens", text: `${live} access_valid_from = $2 ${ofLive}` };
const revoked = { name: "revoke_family", text: `${live} revoked_at = $2 ${ofLive}` };

export function familyVerbs(connections: Connections, parsed: Parsed): Verbs {
  const changed = async (statement: typeof ended, id: string, now: number): Promise<boolean> =>
    isFamilyId(id) && (await connections.write(statement, [id, now])).length > 0;
  return {
    listFamilies: async (clientId, limit) => {
      const rows = await connections.read(listed, [clientId, limit]);
      const views = await Promise.all(rows.map((row) => toView(parsed, row)));
      return views.filter((one) => one !== undefined);
    },
    touchFamily: async (id, now) => {
      await changed(touched, id, now);
    },
    endAccessTokens: (id, now) => changed(ended, id, now),
    revokeFamily: (id, now) => changed(revoked, id, now),
  };
}

/** Judged under the lock of the family's row, so that of any number at once one moves it on. */
export const rotateFamily: BatchedVerb<RotateFamily, RotateFamilyOutcome> = {
  name: "rotate_family",
  sql: `
WITH input AS (
  SELECT * FROM unnest($1::int[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[])
    AS i(n, id, from_generation, now, grace)
), locked AS (
  SELECT i.n, i.from_generation, i.now, i.grace, f.id, f.generation, f.used_at, f.revoked_at, f.epoch, f.grant_pk
  FROM input i JOIN families f ON f.id = i.id ORDER BY f.id FOR UPDATE OF f
), judged AS (
  SELECT l.*, CASE
    WHEN l.revoked_at IS NOT NULL OR ${grantRevokedAt} IS NOT NULL OR l.epoch < g.epoch THEN 'revoked'
    WHEN l.from_generation = l.generation THEN 'rotated'
    WHEN l.from_generation = l.generation - 1 AND l.now < l.used_at + l.grace
      AND l.used_at <= l.now + ${rotationSkewMilliseconds} THEN 'replayed'
    ELSE 'reused' END AS outcome
  FROM locked l JOIN grants g ON g.pk = l.grant_pk JOIN apps p ON p.pk = g.app_pk
), rotated AS (
  UPDATE families f SET
    generation = CASE WHEN j.outcome = 'rotated' THEN j.generation + 1 ELSE j.generation END,
    used_at = CASE WHEN j.outcome = 'rotated' THEN GREATEST(j.used_at, j.now) ELSE j.used_at END,
    revoked_at = CASE WHEN j.outcome = 'reused' THEN j.now END
  FROM judged j WHERE f.id = j.id AND j.outcome IN ('rotated', 'reused')
)
SELECT n, outcome, CASE WHEN outcome = 'rotated' THEN generation + 1 ELSE generation END AS generation FROM judged`,
  changes: true,
  rows: (act) => [[act.familyId, act.fromGeneration, act.now, act.graceSeconds * 1000]],
  key: ({ familyId }) => familyId,
  answer: (row) => {
    if (row === undefined) return { outcome: "unknown" };
    if (row.outcome === "reused" || row.outcome === "revoked") return { outcome: row.outcome };
    return { outcome: row.outcome as "rotated" | "replayed", generation: row.generation as number };
  },
};
