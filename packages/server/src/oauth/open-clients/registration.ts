/** Dynamic client registration (RFC 7591 §3): answers with a client_id, and stores nothing. */

import type { OAuthContext } from "../context.js";
import { type Members, readClientMetadata, textIn } from "./client-metadata.js";
import type { OpenClients } from "./document.js";
import { scopesWithin } from "./open-clients.js";
import { registeredId } from "./registered-id.js";

export interface RegistrationContext extends Pick<OAuthContext, "ring"> {
  readonly openClients: OpenClients;
}

/**
 * Returns the answer to a registration: what the client is from now on, which may be less than it asked for (§3.2.1).
 * @throws {Refusal} `client_metadata_invalid`, `client_redirect_uri_invalid`.
 */
export function register({ ring, openClients }: RegistrationContext, members: Members) {
  const { scopes: ceiling, schemes } = openClients.settings;
  // Whatever is asked for, the client is public: a secret could be no better kept than the metadata it derives from.
  textIn(members, "token_endpoint_auth_method");
  const asked = readClientMetadata(members, schemes);
  const scopes = scopesWithin(ceiling, asked.scopes);
  return {
    client_id: registeredId(ring, { ...asked, scopes }),
    client_name: asked.name,
    redirect_uris: asked.redirectUris,
    grant_types: asked.refreshes ? ["authorization_code", "refresh_token"] : ["authorization_code"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
    scope: (scopes ?? ceiling).join(" "),
    ...(asked.requirePushedRequests && { require_pushed_authorization_requests: true }),
    ...(asked.dpopBoundTokens && { dpop_bound_access_tokens: true }),
  };
}
