/** Codes, grants and token families on SQLite: the acts that must be whole. */

import { grantColumns, type Row, toCode, toFamily, toGrant } from "../shared/rows.js";
import type {
  ConsumeCode,
  ConsumeCodeOutcome,
  FamilyView,
  NewCode,
  RotateFamily,
  RotateFamilyOutcome,
  Storage,
} from "../storage.js";
import { type Context, toSql } from "./engine/context.js";
import type { SqlRow, SqlValue } from "./engine/driver.js";
import { blobToId, idToBlob } from "./engine/family-id.js";
import type { Parsed } from "./engine/parsed.js";

type CodeVerbs = Pick<Storage, "issueCode" | "findCode" | "consumeCode">;
type GrantVerbs = Pick<Storage, "findGrant" | "listGrants" | "revokeGrant">;
type FamilyVerbs = Pick<
  Storage,
  "findFamily" | "listFamilies" | "rotateFamily" | "touchFamily" | "endAccessTokens" | "revokeFamily"
>;

export function codeVerbs(context: Context): CodeVerbs {
  const grantFor = recordConsent(context);
  const insert = context.prepare(
    "INSERT INTO codes(hash, grant_pk, scopes, resources, redirect_uri, redirect_uri_given, state, code_challenge, issued_at, expires_at) VALUES (?,?,?,?,?,?,?,?,?,?)",
  );
  const find = context.prepareRow(
    "SELECT c.grant_pk, c.scopes, c.resources, c.redirect_uri, c.redirect_uri_given, c.state, c.code_challenge, c.issued_at, c.expires_at, c.consumed_at, c.family_id, a.id, p.client_id, g.revoked_at FROM codes c JOIN grants g ON g.pk = c.grant_pk JOIN accounts a ON a.pk = g.account_pk JOIN apps p ON p.pk = g.app_pk WHERE c.hash = ?",
  );
  const consume = consumeCode(context);
  return {
    issueCode: (code) =>
      context.write(() => {
        const grant = grantFor(code);
        const { hash, redirectUri, redirectUriGiven, state, codeChallenge, issuedAt, expiresAt } = code;
        const rest = [redirectUri, redirectUriGiven, state, codeChallenge, issuedAt, expiresAt];
        insert.run(...[hash, grant, code.scopes.join(" "), code.resources, ...rest].map(toSql));
        return String(grant);
      }),
    findCode: (hash) =>
      context.read(() => {
        const row = find.get(hash);
        return row && toCode(codeRow(hash, row), row[10] === null ? undefined : blobToId(row[10]));
      }),
    consumeCode: (act) => context.write(() => consume(act)),
  };
}

/** Names the values of a code's row, which come in the order in which they are asked for. */
function codeRow(hash: string, row: SqlValue[]): Row {
  return {
    hash,
    grant_pk: row[0],
    scopes: row[1],
    resources: row[2],
    redirect_uri: row[3],
    redirect_uri_given: row[4],
    state: row[5],
    code_challenge: row[6],
    issued_at: row[7],
    expires_at: row[8],
    consumed_at: row[9],
    account_id: row[11],
    client_id: row[12],
    grant_revoked_at: row[13],
  };
}

/** Returns the live grant of the pair, made or widened to hold the scopes consented to. */
function recordConsent(context: Context): (code: NewCode) => number {
  const live = context.prepare(
    "SELECT g.pk, COALESCE(g.widened_scopes, g.scopes) scopes FROM grants g JOIN accounts a ON a.pk = g.account_pk JOIN apps p ON p.pk = g.app_pk WHERE a.id = ? AND p.client_id = ? AND g.revoked_at IS NULL",
  );
  const insert = context.prepare(
    "INSERT INTO grants(account_pk, app_pk, scopes, created_at) VALUES ((SELECT pk FROM accounts WHERE id = ?), (SELECT pk FROM apps WHERE client_id = ?), ?, ?) RETURNING pk",
  );
  const widen = context.prepare("UPDATE grants SET widened_scopes = ? WHERE pk = ?");
  return (code) => {
    const row = live.get(code.accountId, code.clientId);
    if (row === undefined) {
      const made = insert.get(code.accountId, code.clientId, code.scopes.join(" "), code.issuedAt) as SqlRow;
      return made.pk as number;
    }
    const before = row.scopes as string;
    const after = [...new Set([...before.split(" ").filter(Boolean), ...code.scopes])].join(" ");
    if (after !== before) widen.run(after, row.pk as number);
    return row.pk as number;
  };
}

function consumeCode(context: Context): (act: ConsumeCode) => ConsumeCodeOutcome {
  const find = context.prepareRow(
    "SELECT c.rowid, c.consumed_at, c.family_id, c.expires_at, c.grant_pk, c.scopes, c.resources, g.scopes grant_scopes, g.revoked_at FROM codes c JOIN grants g ON g.pk = c.grant_pk WHERE c.hash = ?",
  );
  const mark = context.prepareExact("UPDATE codes SET consumed_at = ?, family_id = ? WHERE rowid = ?");
  const endEarlier = context.prepareExact(
    "UPDATE families SET revoked_at = ? WHERE grant_pk = ? AND revoked_at IS NULL",
  );
  const endFamily = context.prepareExact(
    "UPDATE families SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
  );
  const insert = context.prepare(
    "INSERT INTO families(id, grant_pk, scopes, resources, generation, created_at, used_at, access_valid_from) VALUES (?,?,?,?,0,?,?,0)",
  );
  return ({ hash, familyId, now, endEarlierFamilies }) => {
    const row = find.get(hash);
    if (row === undefined) return { outcome: "unknown" };
    const [rowid, consumedAt, earlierFamily, expiresAt, grant, codeScopes, codeResources, grantScopes] = row;
    if (consumedAt !== null) {
      endFamily.run(now, earlierFamily as Uint8Array);
      return { outcome: "used_before", familyId: blobToId(earlierFamily) };
    }
    if ((expiresAt as number) <= now) return { outcome: "expired" };
    if (row[8] !== null) return { outcome: "revoked" };
    if (endEarlierFamilies) endEarlier.run(now, grant as number);
    const id = idToBlob(familyId);
    mark.run(now, id, rowid as number);
    const scopes = codeScopes === grantScopes ? null : (codeScopes as string);
    const resources = codeResources === "[]" ? null : (codeResources as string);
    insert.run(id, grant as number, scopes, resources, now, now);
    return { outcome: "consumed" };
  };
}

export function grantVerbs(context: Context, parsed: Parsed): GrantVerbs {
  const from =
    "FROM grants g JOIN apps p ON p.pk = g.app_pk WHERE g.account_pk = (SELECT pk FROM accounts WHERE id = ?) AND g.revoked_at IS NULL";
  const find = context.prepare(`SELECT ${grantColumns} ${from} AND p.client_id = ?`);
  const list = context.prepare(
    `SELECT ${grantColumns}, p.pk p_pk, p.revision p_revision ${from} ORDER BY g.pk`,
  );
  const revoke = context.prepare(
    "UPDATE grants SET revoked_at = ? WHERE account_pk = (SELECT pk FROM accounts WHERE id = ?) AND app_pk = (SELECT pk FROM apps WHERE client_id = ?) AND revoked_at IS NULL",
  );
  return {
    findGrant: (accountId, clientId) =>
      context.read(() => {
        const row = find.get(accountId, clientId);
        return row && toGrant(row, accountId, clientId);
      }),
    listGrants: (accountId) =>
      context.read(() =>
        list.all(accountId).map((row) => {
          const app = parsed.app(row.p_pk, row.p_revision);
          return { grant: toGrant(row, accountId, app.clientId), app };
        }),
      ),
    revokeGrant: (accountId, clientId, now) =>
      context.write(() => Boolean(revoke.run(now, accountId, clientId).changes)),
  };
}

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
