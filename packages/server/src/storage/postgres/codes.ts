/** Codes on PostgreSQL: consent, and the exchange that happens once. */

import type { ConsumeCode, ConsumeCodeOutcome } from "../port/acts.js";
import { type Code, type NewCode, ownApi } from "../port/records.js";
import { OwnerGone, type Storage } from "../port/storage.js";
import { consentedResources } from "../shared/changes.js";
import { columns } from "../shared/columns.js";
import { codeOf, filledCode, grantRevokedAt } from "../shared/rows.js";
import type { BatchedVerb } from "./engine/batch.js";
import type { Connections } from "./engine/connections.js";
import { fromUuid } from "./engine/family-id.js";

/** The scopes a grant has now; `g` is the row as it is under the lock of the conflict. */
const current = "string_to_array(COALESCE(g.widened_scopes, g.scopes), ' ')";
const added = "string_to_array(excluded.scopes, ' ')";
/** The same of its resources, where NULL is a consent that named none. */
const currentResources = `string_to_array(COALESCE(g.resources, '${ownApi}'), ' ')`;
const addedResources = `string_to_array(COALESCE(excluded.resources, '${ownApi}'), ' ')`;

/** A list of words with those of another that it lacks, in their order. */
const union = (words: string, more: string) => `array_to_string(${words} || ARRAY(
      SELECT word FROM unnest(${more}) WITH ORDINALITY AS w(word, place)
      WHERE word <> ALL(${words}) ORDER BY place), ' ')`;

/** What a consent does to the live grant of the pair, if there is one. */
export const widenedConsent = `ON CONFLICT (account_pk, app_pk) WHERE revoked_at IS NULL DO UPDATE SET widened_scopes =
    CASE WHEN ${current} @> ${added} THEN g.widened_scopes
    ELSE ${union(current, added)} END,
    resources = CASE WHEN ${currentResources} @> ${addedResources} THEN g.resources
    ELSE ${union(currentResources, addedResources)} END
  WHERE g.pk > (SELECT ended_through FROM apps WHERE pk = excluded.app_pk)`;

/** Undefined is the grant that the pair has ended with all of its app, and must make room first: nothing was done. */
export const issueCode: BatchedVerb<NewCode, string | undefined> = {
  name: "issue_code",
  sql: `
WITH input AS (
  SELECT i.*, a.pk AS account_pk, p.pk AS app_pk
  FROM unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[],
    $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::text[], $14::text[])
    AS i(n, hash, account_id, client_id, scopes, resources, redirect_uri, redirect_uri_given,
      state, code_challenge, issued_at, expires_at, consented, dpop_jkt)
  JOIN accounts a ON a.id = i.account_id JOIN apps p ON p.client_id = i.client_id
), consent AS (
  INSERT INTO grants AS g (account_pk, app_pk, scopes, resources, created_at)
  SELECT account_pk, app_pk, scopes, NULLIF(consented, '${ownApi}'), issued_at
  FROM input ORDER BY account_pk, app_pk
  ${widenedConsent}
  RETURNING g.pk, g.account_pk, g.app_pk
), made AS (
  INSERT INTO codes(hash, grant_pk, scopes, resources, redirect_uri, redirect_uri_given, state, code_challenge,
    issued_at, expires_at, dpop_jkt)
  SELECT i.hash, c.pk, i.scopes, i.resources, i.redirect_uri, i.redirect_uri_given, i.state, i.code_challenge,
    i.issued_at, i.expires_at, i.dpop_jkt
  FROM input i JOIN consent c USING (account_pk, app_pk)
)
SELECT i.n, c.pk FROM input i LEFT JOIN consent c USING (account_pk, app_pk)`,
  changes: true,
  rows: (code) => [codeValues(code)],
  key: ({ accountId, clientId }) => `${accountId} ${clientId}`,
  answer: (row) => {
    if (row === undefined) throw new OwnerGone("A code for an account or app that does not exist");
    return row.pk === null ? undefined : String(row.pk);
  },
};

export const makeRoom = {
  name: "mark_ended_grant",
  text: "UPDATE grants g SET revoked_at = p.ended_at FROM apps p, accounts a WHERE a.id = $1 AND p.client_id = $2 AND g.account_pk = a.pk AND g.app_pk = p.pk AND g.revoked_at IS NULL AND g.pk <= p.ended_through",
};

/** Issues a code, also where the last grant of the pair ended with all of its app: its row says so then. */
export function issueCodeVerb(
  connections: Connections,
  issue: (code: NewCode) => Promise<string | undefined>,
): Storage["issueCode"] {
  return async (code) => {
    for (;;) {
      const grantId = await issue(code);
      if (grantId !== undefined) return grantId;
      await connections.write(makeRoom, [code.accountId, code.clientId]);
    }
  };
}

function codeValues(code: NewCode): unknown[] {
  return [
    code.hash,
    code.accountId,
    code.clientId,
    code.scopes.join(" "),
    JSON.stringify(code.resources),
    code.redirectUri,
    code.redirectUriGiven,
    code.state,
    code.codeChallenge,
    code.issuedAt,
    code.expiresAt,
    consentedResources(code.resources),
    code.dpopJkt,
  ];
}

const found = columns((cells) => codeOf(cells, fromUuid));

export const findCode: BatchedVerb<string, Code | undefined> = {
  name: "find_code",
  sql: `
SELECT i.n, ${found.list}
FROM unnest($1::int[], $2::text[]) AS i(n, hash) JOIN codes c ON c.hash = i.hash
JOIN grants g ON g.pk = c.grant_pk JOIN accounts a ON a.pk = g.account_pk JOIN apps p ON p.pk = g.app_pk`,
  changes: false,
  rows: (hash) => [[hash]],
  answer: (row, hash) => row && filledCode(found.named(row), hash),
};

/**
 * Each code is judged under its row's lock, so of any number at once one finds it unused. The family of a first use
 * that this statement cannot see yet, because it was committed while this one waited for the lock, is found by the
 * conflict of its id: inserting it revoked is what revokes it.
 */
const judged = `
WITH input AS (
  SELECT * FROM unnest($1::int[], $2::text[], $3::uuid[], $4::bigint[], $5::text[])
    AS i(n, hash, new_id, now, dpop_jkt)
), locked AS (
  SELECT i.n, i.new_id, i.now, i.dpop_jkt, c.hash, c.consumed_at, c.family_id, c.expires_at, c.grant_pk, c.scopes, c.resources
  FROM input i JOIN codes c ON c.hash = i.hash ORDER BY c.hash FOR UPDATE OF c
), judged AS (
  SELECT l.*, g.scopes AS grant_scopes, g.epoch, CASE
    WHEN l.consumed_at IS NOT NULL THEN 'used_before'
    WHEN l.expires_at <= l.now THEN 'expired'
    WHEN ${grantRevokedAt} IS NOT NULL THEN 'revoked'
    ELSE 'consumed' END AS outcome
  FROM locked l JOIN grants g ON g.pk = l.grant_pk JOIN apps p ON p.pk = g.app_pk
), spent AS (
  UPDATE codes c SET consumed_at = j.now, family_id = j.new_id FROM judged j
  WHERE c.hash = j.hash AND j.outcome = 'consumed'
)`;

const familyColumns =
  "id, grant_pk, created_at, used_at, access_valid_from, generation, epoch, revoked_at, scopes, resources, dpop_jkt";

/** `o` is a judged code with the epoch of its new family, and whether a later act of the same statement ended it. */
const made = `
  SELECT CASE WHEN o.outcome = 'consumed' THEN o.new_id ELSE o.family_id END, o.grant_pk, o.now, o.now, 0, 0,
    o.new_epoch, CASE WHEN o.outcome = 'used_before' OR o.ended THEN o.now END,
    NULLIF(o.scopes, o.grant_scopes), NULLIF(o.resources, '[]'), o.dpop_jkt
  FROM outcomes o WHERE o.outcome IN ('consumed', 'used_before')`;

/** The families a statement makes, and those it ends: a row that is there is only ever marked as revoked. */
const putFamilies = (rows: string) => `
  INSERT INTO families AS f (${familyColumns}) ${rows}
  ORDER BY 1
  ON CONFLICT (id) DO UPDATE SET revoked_at = excluded.revoked_at WHERE f.revoked_at IS NULL`;

const answers = "SELECT n, outcome, family_id FROM outcomes";

const consume = {
  changes: true,
  rows: ({ hash, familyId, now, dpopJkt }: ConsumeCode) => [[hash, familyId, now, dpopJkt]],
  key: ({ hash }: ConsumeCode) => hash,
  answer: (row: Readonly<Record<string, unknown>> | undefined): ConsumeCodeOutcome => {
    if (row === undefined) return { outcome: "unknown" };
    if (row.outcome === "used_before") return { outcome: "used_before", familyId: fromUuid(row.family_id) };
    return { outcome: row.outcome as "consumed" | "expired" | "revoked" };
  },
};

export const consumeCode: BatchedVerb<ConsumeCode, ConsumeCodeOutcome> = {
  ...consume,
  name: "consume_code",
  sql: `${judged}, outcomes AS (
  SELECT j.*, j.epoch AS new_epoch, false AS ended FROM judged j
), family AS (${putFamilies(made)}
)
${answers}`,
};

/** Those that end, but for one whose code was used again: the other half of the rows has it. */
const ended = `
  SELECT e.id, e.grant_pk, e.created_at, e.used_at, e.access_valid_from, e.generation, e.epoch, m.now,
    e.scopes, e.resources, e.dpop_jkt
  FROM moved m JOIN families e ON e.grant_pk = m.pk AND e.revoked_at IS NULL
  WHERE NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.outcome = 'used_before' AND o.family_id = e.id)`;

/**
 * The exchange that ends the earlier families of its grant. It moves the grant to a new epoch, under the lock of the
 * grant's row: that ends every family of an epoch before, also one that this statement cannot see. Marking those it
 * sees as revoked is what lets them be purged. What is marked and what is new is one list of rows, since some engines
 * change a table only once in a statement.
 */
export const consumeCodeAlone: BatchedVerb<ConsumeCode, ConsumeCodeOutcome> = {
  ...consume,
  name: "consume_code_alone",
  sql: `${judged}, ranked AS (
  SELECT n, grant_pk, now, row_number() OVER (PARTITION BY grant_pk ORDER BY n) AS place
  FROM judged WHERE outcome = 'consumed'
), moves AS (
  SELECT grant_pk, count(*)::int AS moves, max(now) AS now FROM ranked GROUP BY grant_pk
), moved AS (
  UPDATE grants g SET epoch = g.epoch + m.moves, epoch_at = m.now FROM moves m WHERE g.pk = m.grant_pk
  RETURNING g.pk, g.epoch, m.moves, m.now
), outcomes AS (
  SELECT j.*, COALESCE(m.epoch - m.moves + r.place, 0) AS new_epoch, COALESCE(r.place < m.moves, false) AS ended
  FROM judged j LEFT JOIN ranked r ON r.n = j.n LEFT JOIN moved m ON m.pk = j.grant_pk
), family AS (${putFamilies(`${made} UNION ALL ${ended}`)}
)
${answers}`,
};
