/** The audit log on PostgreSQL. */

import type { AuditEvent } from "../port/audit.js";
import type { Storage } from "../port/storage.js";
import { columns } from "../shared/columns.js";
import { auditEventOf } from "../shared/rows.js";
import type { BatchedVerb } from "./engine/batch.js";
import type { Connections } from "./engine/connections.js";

const auditEvent = columns(auditEventOf);

export const recordAudit: BatchedVerb<readonly AuditEvent[], void> = {
  name: "record_audit",
  sql: `
INSERT INTO audit(at, event, client_id, account_id, data)
SELECT at, event, client_id, account_id, data
FROM unnest($1::int[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
  AS i(n, at, event, client_id, account_id, data)`,
  changes: true,
  rows: (events) =>
    events.map(({ at, event, clientId, accountId, data }) => [
      at,
      event,
      clientId,
      accountId,
      JSON.stringify(data),
    ]),
  answer: () => {},
};

/** Not prepared: a plan for the filters that are given, not for all. */
const audited = {
  text: `
SELECT ${auditEvent.list} FROM audit
WHERE ($1::text IS NULL OR event = $1)
  AND ($2::text IS NULL OR (left(client_id, 100) = left($2, 100) AND client_id = $2))
  AND ($3::text IS NULL OR (left(account_id, 100) = left($3, 100) AND account_id = $3))
  AND ($4::bigint IS NULL OR at >= $4)
ORDER BY pk DESC LIMIT $5`,
};

export function listAuditVerb(connections: Connections): Storage["listAudit"] {
  return async ({ event, clientId, accountId, since, limit }) =>
    (await connections.read(audited, [event, clientId, accountId, since, limit])).map(auditEvent.named);
}
