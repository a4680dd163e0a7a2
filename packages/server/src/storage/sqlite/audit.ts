/** The audit log on SQLite. */

import type { Storage } from "../port/storage.js";
import { columns } from "../shared/columns.js";
import { auditEventOf } from "../shared/rows.js";
import type { Context } from "./engine/context.js";
import type { SqlValue } from "./engine/driver.js";

type AuditVerbs = Pick<Storage, "recordAudit" | "listAudit">;

const auditEvent = columns(auditEventOf);

export function auditVerbs(context: Context): AuditVerbs {
  const insert = context.prepare(
    "INSERT INTO audit(at, event, client_id, account_id, data) VALUES (?,?,?,?,?)",
  );
  return {
    recordAudit: (events) =>
      context.writeBeside(() => {
        for (const { at, event, clientId, accountId, data } of events)
          insert.run(at, event, clientId ?? null, accountId ?? null, JSON.stringify(data));
      }),
    listAudit: (query) => {
      // What is still kept for a commit has happened, too.
      context.commits.flush();
      return context.read(() => {
        const conditions: [string, SqlValue | undefined][] = [
          ["event = ?", query.event],
          ["client_id = ?", query.clientId],
          ["account_id = ?", query.accountId],
          ["at >= ?", query.since],
        ];
        const given = conditions.filter(([, value]) => value !== undefined);
        const where = given.length ? `WHERE ${given.map(([sql]) => sql).join(" AND ")}` : "";
        const sql = `SELECT ${auditEvent.list} FROM audit ${where} ORDER BY pk DESC LIMIT ?`;
        return context
          .prepare(sql)
          .all(...given.map(([, value]) => value as SqlValue), query.limit)
          .map(auditEvent.named);
      });
    },
  };
}
