/** Token revocation (RFC 7009). Either token ends its family: the refresh token and every access token of it. */

import { authenticateClient, type ClientCredentials } from "./client/authentication.js";
import type { OAuthContext } from "./context.js";
import type { Parameters } from "./parameters.js";
import { wordedRefusal } from "./refusal.js";
import { familyOfToken } from "./tokens/access.js";

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
  const familyId = await familyOfToken(context, token);
  if (familyId === undefined) return;
  const view = await context.storage.findFamily(familyId);
  if (view === undefined) return;
  // §2.1: a token of another client is refused, and not revoked.
  if (view.app.clientId !== app.clientId) {
    throw wordedRefusal("client_not_allowed", "The token was issued to another client", "token");
  }
  await context.storage.revokeFamily(familyId, context.now());
  context.audit("token_revoked", { clientId: app.clientId, accountId: view.account.id, family: familyId });
}
