/** FAPI 2.0 Security Profile (Final): `standard`, with every choice that the profile leaves a server made the strict way. */

import type { Profile } from "./profile.js";
import { standard } from "./standard.js";

export const fapi2: Profile = {
  ...standard,
  name: "fapi2",
  // §5.3.2.2: a code lives for a minute at most.
  mostCodeSeconds: 60,
  // §5.3.2.2: what is asked for never lies open in a browser, and comes from the client itself.
  pushedRequests: "required",
  // §5.3.2.1, §5.3.3: access tokens are sender-constrained, all of them. Proofs are made for now, not in advance.
  dpop: "required",
  dpopNonce: "required",
  pkceRequiredOf: "all",
  // A device proves nothing of the browser that its person uses.
  grantTypes: ["client_credentials"],
  // §5.3.2.1: one way of client authentication, by a key that the server does not have.
  clientAuthentication: ["private_key_jwt"],
  // §5.4.1, and the issuer identifier alone as one string (§5.3.2.1).
  assertions: { algorithms: ["PS256", "ES256", "EdDSA"], audience: "issuer" },
  // §5.3.2.1: confidential clients alone, so no program in a page either.
  publicApps: false,
  browserClients: false,
  redirectUriAtAuthorize: "required",
  // §5.4.1: RS256 is no algorithm of the profile.
  jwtAlgorithms: ["ES256"],
  // §5.3.2.1: refresh tokens are not rotated; the grace answers a client of the other profile that was.
  rotation: false,
};
