/** Ending all that an account, an app or everybody was given, on SQLite. */

import type { Revocation, RevocationOutcome } from "../port/acts.js";
import type { Storage } from "../port/storage.js";
import { grantIsLive } from "../shared/rows.js";
import type { Context } from "./engine/context.js";
import type { SqlValue } from "./engine/driver.js";

export function revokeAllVerb(context: Context): Storage["revokeAll"] {
  const byAccount = ofAccount(context);
  const byApp = ofApp(context);
  const all = ofAll(context);
  const act = (whose: Revocation, now: number) => {
    if (whose === "everything") return all(now);
    return "accountId" in whose ? byAccount(whose.accountId, now) : byApp(whose.clientId, now);
  };
  return (whose, now) => context.write(() => act(whose, now));
}

const live = "FROM grants g JOIN apps p ON p.pk = g.app_pk WHERE";

/** An account has few grants: each is marked. */
function ofAccount(context: Context): (id: string, now: number) => RevocationOutcome | undefined {
  const account = context.prepare("SELECT pk FROM accounts WHERE id = ?");
  const end = context.prepare(
    `UPDATE grants SET revoked_at = ? WHERE pk IN (SELECT g.pk ${live} g.account_pk = ? AND ${grantIsLive})`,
  );
  const signOut = context.prepare("DELETE FROM sessions WHERE account_pk = ?");
  return (id, now) => {
    const pk = account.get(id)?.pk;
    if (pk === undefined) return undefined;
    const grants = Number(end.run(now, pk).changes);
    return { grants, sessions: Number(signOut.run(pk).changes) };
  };
}

/** An app may have very many: one row says that all of them ended. */
const endApps =
  "UPDATE apps SET ended_through = (SELECT COALESCE(MAX(pk), 0) FROM grants), ended_at = ?, token_generation = token_generation + 1, revision = revision + 1";

function ofApp(context: Context): (clientId: string, now: number) => RevocationOutcome | undefined {
  const app = context.prepare("SELECT pk FROM apps WHERE client_id = ?");
  const count = context.prepare(`SELECT COUNT(*) n ${live} g.app_pk = ? AND ${grantIsLive}`);
  const end = context.prepare(`${endApps} WHERE pk = ?`);
  return (clientId, now) => {
    const pk = app.get(clientId)?.pk as SqlValue | undefined;
    if (pk === undefined) return undefined;
    const grants = count.get(pk)?.n as number;
    end.run(now, pk);
    return { grants, sessions: 0 };
  };
}

function ofAll(context: Context): (now: number) => RevocationOutcome {
  const count = context.prepare(`SELECT COUNT(*) n ${live} ${grantIsLive}`);
  const end = context.prepare(endApps);
  const signOut = context.prepare("DELETE FROM sessions");
  return (now) => {
    const grants = count.get()?.n as number;
    end.run(now);
    return { grants, sessions: Number(signOut.run().changes) };
  };
}
