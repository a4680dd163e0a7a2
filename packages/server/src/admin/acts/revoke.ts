/** The emergency act of an operator: all that an account, an app or everybody was given ends at once, and is recorded. */

import type { Revocation, RevocationOutcome } from "../../storage/port/acts.js";
import type { AuditEventName } from "../../storage/port/audit.js";
import { type Actor, recordAct } from "../actor.js";
import type { ActContext } from "../context.js";
import { AdminFault } from "../fault.js";
import { accountNamed } from "./accounts.js";
import { appNamed } from "./apps.js";

/** Whom an operator named: an account by e-mail address or id, an app by client id. */
export interface NamedRevocation {
  readonly account?: string | undefined;
  readonly clientId?: string | undefined;
  readonly everything?: boolean | undefined;
}

export interface FoundRevocation {
  readonly whose: Revocation;
  /** What it is called: what an operator types to confirm. */
  readonly name: string;
}

/** @throws {AdminFault} if not just one is named, or it is not there. */
export async function findRevocation(context: ActContext, named: NamedRevocation): Promise<FoundRevocation> {
  const { account, clientId, everything } = named;
  const chosen = [account, clientId, everything || undefined].filter((one) => one !== undefined);
  if (chosen.length !== 1)
    throw new AdminFault(
      "bad_request",
      "Name one of account, client_id and everything (true), and only one.",
    );
  if (account !== undefined) {
    const found = await accountNamed(context, account);
    return { whose: { accountId: found.id }, name: found.email };
  }
  if (clientId === undefined) return { whose: "everything", name: "everything" };
  await appNamed(context, clientId);
  return { whose: { clientId }, name: clientId };
}

/** Returns what ended, once it has. @throws {AdminFault} if the account or app is gone meanwhile. */
export async function revokeAll(
  context: ActContext,
  actor: Actor,
  { whose, name }: FoundRevocation,
): Promise<RevocationOutcome> {
  const ended = await context.storage.revokeAll(whose, context.now());
  if (ended === undefined) throw new AdminFault("not_found", `${name} is gone.`);
  const { event, ...about } = recorded(whose);
  await recordAct(context, actor, event, { ...about, ...ended });
  return ended;
}

function recorded(whose: Revocation): {
  readonly event: AuditEventName;
  readonly clientId?: string;
  readonly accountId?: string;
} {
  if (whose === "everything") return { event: "everything_revoked" };
  return "accountId" in whose ? { event: "account_revoked", ...whose } : { event: "app_revoked", ...whose };
}
