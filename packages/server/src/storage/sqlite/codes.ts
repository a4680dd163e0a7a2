/** Codes on SQLite: consent, and the exchange that happens once. */

import { type Row, toCode } from "../shared/rows.js";
import type { ConsumeCode, ConsumeCodeOutcome, NewCode, Storage } from "../storage.js";
import { type Context, toSql } from "./engine/context.js";
import type { SqlRow, SqlValue } from "./engine/driver.js";
import { blobToId, idToBlob } from "./engine/family-id.js";

type CodeVerbs = Pick<Storage, "issueCode" | "findCode" | "consumeCode">;

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
