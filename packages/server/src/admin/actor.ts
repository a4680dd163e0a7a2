/** Who does an operator's act, for the audit log. */

import type { AuditEvent, AuditEventName } from "../storage/port/audit.js";
import type { ActContext } from "./context.js";

export interface Actor {
  /** `cli:` and the user of the machine, `api`, or `apps-file`. */
  readonly name: string;
  readonly address?: string;
  /** The id of the request. */
  readonly request?: string;
}

/** Resolves once the act is in the audit log: what an operator did is not lost in a flood of others' events. */
export async function recordAct(
  { storage, now }: ActContext,
  { name, ...where }: Actor,
  event: AuditEventName,
  about: { readonly clientId?: string; readonly accountId?: string } & AuditEvent["data"],
): Promise<void> {
  const { clientId, accountId, ...data } = about;
  await storage.recordAudit([
    {
      at: now(),
      event,
      clientId: clientId as string | undefined,
      accountId: accountId as string | undefined,
      data: { actor: name, ...where, ...data },
    },
  ]);
}
