/** Token revocation (RFC 7009). Either token ends its family: the refresh token and every access token of it. */

import type { App } from "../storage/port/records.js";
import { authenticateClient, type ClientCredentials } from "./client/authentication.js";
import type { OAuthContext } from "./context.js";
import type { Parameters } from "./parameters.js";
import { Refusal, wordedRefusal } from "./refusal.js";
import { originOfToken } from "./tokens/access.js";

/** Resolves when the token, if it was one of this client's, opens nothing any more (§2.2: success either way). @throws {Refusal} */
export async function revoke(
  context: OAuthContext,
  parameters: Parameters,
  credentials: ClientCredentials,
): Promise<void> {
  const app = await authenticateClient(context, credentials);
  const token = parameters.required("token");
  // The hint is not needed: what kind a token is can be seen from its seal (§2.1 allows to ignore it). And by the seal
  // alone: a token that must not be used now, of a locked account or an app without approval, is to be ended all the same.
  const origin = await originOfToken(context, token);
  if (origin === undefined) return;
  if (!("familyId" in origin)) return refuseAppToken(app, origin.clientId);
  const { familyId } = origin;
  const view = await context.storage.findFamily(familyId);
  if (view === undefined) return;
  refuseForeign(app, view.app.clientId);
  await context.storage.revokeFamily(familyId, context.now());
  context.audit("token_revoked", { clientId: app.clientId, accountId: view.account.id, family: familyId });
}

/** §2.1: a token of another client is refused, and not revoked. @throws {Refusal} */
function refuseForeign({ clientId }: App, owner: string): void {
  if (owner === clientId) return;
  throw wordedRefusal("client_not_allowed", "The token was issued to another client", "token");
}

/** §2.2.1: nothing is stored of an app's own token, so it cannot be taken back alone; success would be a lie. @throws {Refusal} */
function refuseAppToken(app: App, owner: string): never {
  refuseForeign(app, owner);
  throw new Refusal(
    "token_not_revocable",
    "it ends by itself; an operator can end all of the app's",
    "token",
  );
}
