/** Token revocation (RFC 7009). Either token ends its family: the refresh token and every access token of it. */

import { authenticateClient, type ClientCredentials } from "./client/authentication.js";
import type { Parameters } from "./parameters.js";
import { Refusal } from "./refusal.js";
import { openAnyAccess, type TokenLookupDeps } from "./tokens/jwt.js";
import { openRefreshToken } from "./tokens/opaque.js";

/** Resolves when the token, if it was one of this client's, opens nothing any more (§2.2: success either way). @throws {Refusal} */
export async function revoke(
  deps: TokenLookupDeps,
  parameters: Parameters,
  credentials: ClientCredentials,
): Promise<void> {
  const app = await authenticateClient(deps, credentials);
  const token = parameters.required("token");
  const familyId = await familyOf(deps, token);
  if (familyId === undefined) return;
  const view = await deps.storage.findFamily(familyId);
  if (view === undefined) return;
  // §2.1: a token of another client is refused, and not revoked.
  if (view.app.clientId !== app.clientId) {
    throw new Refusal("client_not_allowed", "The token was issued to another client", "token");
  }
  await deps.storage.revokeFamily(familyId, deps.now());
  deps.audit("token_revoked", { clientId: app.clientId, accountId: view.account.id, family: familyId });
}

/** The hint is not needed: what kind a token is can be seen from its seal (§2.1 allows to ignore it). */
async function familyOf(deps: TokenLookupDeps, token: string): Promise<string | undefined> {
  const refresh = openRefreshToken(deps.ring, token);
  if (refresh !== undefined) return refresh.familyId;
  try {
    return (await openAnyAccess(deps, token)).familyId;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
