/** The emergency act of an operator: all that an account, an app or everybody was given ends at once, and is recorded. */

import type { AuditEventName, Revocation, RevocationOutcome, Storage } from "../storage/storage.js";

interface Deps {
  readonly storage: Pick<Storage, "revokeAll" | "recordAudit">;
  readonly now: () => number;
}

/** Returns what ended, once it has; undefined if there is no such account or app. */
export async function revokeAll(
  { storage, now }: Deps,
  whose: Revocation,
): Promise<RevocationOutcome | undefined> {
  const at = now();
  const ended = await storage.revokeAll(whose, at);
  if (ended === undefined) return undefined;
  const [event, clientId, accountId] = namesOf(whose);
  await storage.recordAudit([{ at, event, clientId, accountId, data: { ...ended } }]);
  return ended;
}

function namesOf(
  whose: Revocation,
): [event: AuditEventName, clientId: string | undefined, accountId: string | undefined] {
  if (whose === "everything") return ["everything_revoked", undefined, undefined];
  if ("accountId" in whose) return ["account_revoked", undefined, whose.accountId];
  return ["app_revoked", whose.clientId, undefined];
}
