/** Codes on SQLite: consent, and the exchange that happens once. */

import type { ConsumeCode, ConsumeCodeOutcome } from "../port/acts.js";
import { type NewCode, ownApi } from "../port/records.js";
import { OwnerGone, type Storage } from "../port/storage.js";
import { consentedResources } from "../shared/changes.js";
import { columns } from "../shared/columns.js";
import { codeOf, filledCode, grantIsLive, grantRevokedAt } from "../shared/rows.js";
import { type Context, toSql } from "./engine/context.js";
import { blobToId, idToBlob } from "./engine/family-id.js";

type CodeVerbs = Pick<Storage, "issueCode" | "findCode" | "consumeCode">;

export function codeVerbs(context: Context): CodeVerbs {
  const issue = codeIssuer(context);
  const found = columns((cells) => codeOf(cells, blobToId));
  const find = context.prepareRow(
    `SELECT ${found.list} FROM codes c JOIN grants g ON g.pk = c.grant_pk JOIN accounts a ON a.pk = g.account_pk JOIN apps p ON p.pk = g.app_pk WHERE c.hash = ?`,
  );
  const consume = consumeCode(context);
  return {
    issueCode: (code) => context.writeSparing(() => String(issue(code))),
    findCode: (hash) =>
      context.read(() => {
        const row = find.get(hash);
        return row && filledCode(found.placed(row), hash);
      }),
    consumeCode: (act) => context.writeSparing(() => consume(act)),
  };
}

/** Records the consent and a code for it, within an act; returns the grant's key. */
export function codeIssuer(context: Context): (code: NewCode) => number {
  const grantFor = recordConsent(context);
  const insert = context.prepare(
    "INSERT INTO codes(hash, grant_pk, scopes, resources, redirect_uri, redirect_uri_given, state, code_challenge, issued_at, expires_at, dpop_jkt) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
  );
  return (code) => {
    const grant = grantFor(code);
    const { hash, redirectUri, redirectUriGiven, state, codeChallenge, issuedAt, expiresAt } = code;
    const rest = [redirectUri, redirectUriGiven, state, codeChallenge, issuedAt, expiresAt, code.dpopJkt];
    insert.run(...[hash, grant, code.scopes.join(" "), code.resources, ...rest].map(toSql));
    return grant;
  };
}

/** Returns the live grant of the pair, made or widened to hold the scopes consented to. */
function recordConsent(context: Context): (code: NewCode) => number {
  const pair =
    "FROM grants g JOIN accounts a ON a.pk = g.account_pk JOIN apps p ON p.pk = g.app_pk WHERE a.id = ? AND p.client_id = ?";
  const live = context.prepare(
    `SELECT g.pk, COALESCE(g.widened_scopes, g.scopes) scopes, g.resources ${pair} AND ${grantIsLive}`,
  );
  // One that ended with all of its app makes room for the next one of the pair.
  const markEnded = context.prepare(
    `UPDATE grants SET revoked_at = (SELECT ended_at FROM apps WHERE pk = app_pk) WHERE pk = (SELECT g.pk ${pair} AND g.revoked_at IS NULL)`,
  );
  // Keys go up, past those that ended with the app too: the newest rows may have been deleted with another app.
  const insert = context.prepare(
    "INSERT INTO grants(pk, account_pk, app_pk, scopes, resources, created_at) SELECT MAX(COALESCE((SELECT MAX(pk) FROM grants), 0), p.ended_through) + 1, a.pk, p.pk, ?, ?, ? FROM apps p JOIN accounts a ON a.id = ? WHERE p.client_id = ? RETURNING pk",
  );
  const widen = context.prepare("UPDATE grants SET widened_scopes = ? WHERE pk = ?");
  const addResources = context.prepare("UPDATE grants SET resources = ? WHERE pk = ?");
  return ({ accountId, clientId, scopes, resources, issuedAt }) => {
    const row = live.get(accountId, clientId);
    const consented = consentedResources(resources);
    if (row === undefined) {
      const kept = consented === ownApi ? null : consented;
      markEnded.run(accountId, clientId);
      const made = insert.get(scopes.join(" "), kept, issuedAt, accountId, clientId);
      if (made === undefined) throw new OwnerGone("A code for an account or app that does not exist");
      return made.pk as number;
    }
    const pk = row.pk as number;
    const [before, had] = [row.scopes as string, (row.resources ?? ownApi) as string];
    const [after, has] = [union(before, scopes.join(" ")), union(had, consented)];
    context.families.forgetGrant(String(pk));
    if (after !== before) widen.run(after, pk);
    if (has !== had) addResources.run(has, pk);
    return pk;
  };
}

/** Returns the words of both lists, each once. */
function union(words: string, more: string): string {
  return [...new Set([...words.split(" "), ...more.split(" ")])].filter((word) => word !== "").join(" ");
}

function consumeCode(context: Context): (act: ConsumeCode) => ConsumeCodeOutcome {
  const found = columns((cells) => ({
    rowid: cells.number("c.rowid"),
    firstFamily: cells.optional("c.family_id", blobToId),
    expiresAt: cells.number("c.expires_at"),
    grant: cells.number("c.grant_pk"),
    scopes: cells.text("c.scopes"),
    resources: cells.text("c.resources"),
    grantScopes: cells.text("g.scopes"),
    revokedAt: cells.optionalNumber(grantRevokedAt),
  }));
  const find = context.prepareRow(
    `SELECT ${found.list} FROM codes c JOIN grants g ON g.pk = c.grant_pk JOIN apps p ON p.pk = g.app_pk WHERE c.hash = ?`,
  );
  const mark = context.prepareExact("UPDATE codes SET consumed_at = ?, family_id = ? WHERE rowid = ?");
  const endEarlier = context.prepareExact(
    "UPDATE families SET revoked_at = ? WHERE grant_pk = ? AND revoked_at IS NULL",
  );
  const endFamily = context.prepareExact(
    "UPDATE families SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
  );
  const insert = context.prepare(
    "INSERT INTO families(id, grant_pk, scopes, resources, generation, created_at, used_at, access_valid_from, dpop_jkt) VALUES (?,?,?,?,0,?,?,0,?)",
  );
  return ({ hash, familyId, now, endEarlierFamilies, dpopJkt }) => {
    const row = find.get(hash);
    if (row === undefined) return { outcome: "unknown" };
    const code = found.placed(row);
    if (code.firstFamily !== undefined) {
      context.families.forget(code.firstFamily);
      endFamily.run(now, idToBlob(code.firstFamily));
      return { outcome: "used_before", familyId: code.firstFamily };
    }
    if (code.expiresAt <= now) return { outcome: "expired" };
    if (code.revokedAt !== undefined) return { outcome: "revoked" };
    if (endEarlierFamilies) {
      context.families.forgetGrant(String(code.grant));
      endEarlier.run(now, code.grant);
    }
    const id = idToBlob(familyId);
    mark.run(now, id, code.rowid);
    const scopes = code.scopes === code.grantScopes ? null : code.scopes;
    const resources = code.resources === "[]" ? null : code.resources;
    insert.run(id, code.grant, scopes, resources, now, now, dpopJkt ?? null);
    return { outcome: "consumed" };
  };
}
