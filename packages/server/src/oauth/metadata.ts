/** Authorization server metadata (RFC 8414): never more than is true. */

import { assertionAlgorithms } from "./client/assertion.js";
import type { Profile } from "./profile/profile.js";
import { knownScopes } from "./scope.js";

export function authorizationServerMetadata(profile: Profile, issuer: string) {
  const methods = [...profile.clientAuthentication];
  const algorithms = methods.includes("private_key_jwt") ? assertionAlgorithms : undefined;
  return {
    issuer,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: `${issuer}/oauth/token`,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    introspection_endpoint: `${issuer}/oauth/introspect`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    scopes_supported: Object.keys(knownScopes),
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: ["authorization_code", "refresh_token"],
    token_endpoint_auth_methods_supported: [...methods, "none"],
    token_endpoint_auth_signing_alg_values_supported: algorithms,
    revocation_endpoint_auth_methods_supported: [...methods, "none"],
    revocation_endpoint_auth_signing_alg_values_supported: algorithms,
    introspection_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_signing_alg_values_supported: algorithms,
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
  };
}
