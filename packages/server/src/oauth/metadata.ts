/** Authorization server metadata (RFC 8414): never more than is true. */

import { dpopAlgorithms } from "./dpop/proof-keys.js";
import { endpoints } from "./endpoints.js";
import { grantsOf } from "./grant-types.js";
import type { OpenClientKind, OpenClientSettings } from "./open-clients/settings.js";
import type { Profile } from "./profile/profile.js";

export function authorizationServerMetadata(
  profile: Profile,
  issuer: string,
  openClients?: OpenClientSettings,
) {
  const methods = [...profile.clientAuthentication];
  const orNone = profile.publicApps ? [...methods, "none"] : methods;
  // An app's scopes are its own where the service defines none; those of open clients are the same for all.
  const scopes = [...new Set([...Object.keys(profile.scopes), ...(openClients?.scopes ?? [])])];
  const accepts = (kind: OpenClientKind) => openClients?.kinds.includes(kind);
  const algorithms = methods.includes("private_key_jwt") ? profile.assertions.algorithms : undefined;
  return {
    issuer,
    authorization_endpoint: `${issuer}${endpoints.authorize.path}`,
    token_endpoint: `${issuer}${endpoints.token.path}`,
    revocation_endpoint: `${issuer}${endpoints.revoke.path}`,
    introspection_endpoint: `${issuer}${endpoints.introspect.path}`,
    userinfo_endpoint: profile.endpoints.includes("userinfo")
      ? `${issuer}${endpoints.userinfo.path}`
      : undefined,
    pushed_authorization_request_endpoint:
      profile.pushedRequests === "none" ? undefined : `${issuer}${endpoints.pushRequest.path}`,
    require_pushed_authorization_requests: profile.pushedRequests === "required" || undefined,
    device_authorization_endpoint: profile.grantTypes.includes("device_code")
      ? `${issuer}${endpoints.deviceAuthorization.path}`
      : undefined,
    registration_endpoint: accepts("register") ? `${issuer}${endpoints.register.path}` : undefined,
    client_id_metadata_document_supported: accepts("cimd") || undefined,
    jwks_uri: `${issuer}${endpoints.jwks.path}`,
    scopes_supported: scopes.length > 0 ? scopes : undefined,
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: [...grantsOf(profile).keys()],
    token_endpoint_auth_methods_supported: orNone,
    token_endpoint_auth_signing_alg_values_supported: algorithms,
    revocation_endpoint_auth_methods_supported: orNone,
    revocation_endpoint_auth_signing_alg_values_supported: algorithms,
    introspection_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_signing_alg_values_supported: algorithms,
    dpop_signing_alg_values_supported: profile.dpop === "none" ? undefined : dpopAlgorithms,
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
  };
}
