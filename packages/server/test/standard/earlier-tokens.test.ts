/** Tokens that an earlier release made: they were written down then, and must open for as long as their secret is listed. */

import { describe, expect, it } from "vitest";
import { hashed } from "../../src/crypto/compare.js";
import { KeyRing } from "../../src/crypto/key-ring.js";
import { metadataOfId, registeredId } from "../../src/oauth/open-clients/registered-id.js";
import { openAppToken } from "../../src/oauth/tokens/app-token.js";
import { readAccessJwt } from "../../src/oauth/tokens/jwt.js";
import { openAccessToken, openRefreshToken } from "../../src/oauth/tokens/opaque.js";
import { SigningKeys } from "../../src/oauth/tokens/signing-keys.js";

const ring = new KeyRing([
  "the secret that came after it, 9876543210 zyxwvut",
  "the secret of a release before, 0123456789 abcdef",
]);
const familyId = "019a0000000000112233445566778899";
const issuedAt = 1768478400123;
const access = { familyId, issuedAt, lifetimeSeconds: 3600, scopeMask: 5, resource: 1 };
const issuer = "https://sign.example.com";
const jwtOfThen =
  "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCIsImtpZCI6IjJURTJZWnh6WWk0Mm9ONkYifQ.eyJpc3MiOiJodHRwczovL3NpZ24uZXhhbXBsZS5jb20iLCJzdWIiOiJhMWExYTFhMWExYTFhMWExYTFhMWExYTFhMWExYTFhMWExYTFhMWExIiwiYXVkIjoiaHR0cHM6Ly9maWxlcy5leGFtcGxlLmNvbS8iLCJjbGllbnRfaWQiOiJqd3QiLCJzY29wZSI6InJlYWQgd3JpdGUiLCJpYXQiOjE3Njg0Nzg0MDAsImV4cCI6MTc2ODQ4MjAwMCwianRpIjoiMDE5YTAwMDAwMDAwMDAxMTIyMzM0NDU1NjY3Nzg4OTkuMTc2ODQ3ODQwMDEyMy4wMTAxMDEwMSJ9.FzCvJRA-1-qodkg-T8OZQno5K8etijuTMVI8nOhnaKSdyc_aVveYB-Y-aT6DyFE8LkzORSEJEJdvQkTwsz_XAA";

describe("what an earlier release made", () => {
  it.each([
    "cs_at_AZoAAAAAABEiM0RVZneImQGbwYbeewAOEAAAAAUBYWJjom9ner3UWSrglwInZkLTCRv9Fg",
    "MDE5YTAwMDAwMDAwMDAxMTIyMzM0NDU1NjY3Nzg4OTkwMTliYzE4NmRlN2IwMDBlMTAwMDAwMDAwNTAxNjE2MjYzYTI2ZjY3N2FiZGQ0NTkyYWUwOTcwMjI3NjY0MmQzMDkxYmZkMTY=",
  ])("opens as an access token: %s", (token) => {
    expect(openAccessToken(ring, token)).toEqual(access);
    expect(openRefreshToken(ring, token)).toBeUndefined();
  });

  it.each([
    "cs_rt_AZoAAAAAABEiM0RVZneImQAAAAcjP2e6pEhOdaLty-ym2g2J",
    "MDE5YTAwMDAwMDAwMDAxMTIyMzM0NDU1NjY3Nzg4OTkwMDAwMDAwNzIzM2Y2N2JhYTQ0ODRlNzVhMmVkY2JlY2E2ZGEwZDg5",
  ])("opens as a refresh token: %s", (token) => {
    expect(openRefreshToken(ring, token)).toEqual({ familyId, generation: 7 });
    expect(openAccessToken(ring, token)).toBeUndefined();
  });

  it("opens as a JWT signed by Ed25519", async () => {
    const claims = await readAccessJwt({ keys: new SigningKeys(ring), issuer }, jwtOfThen);
    expect(claims).toMatchObject({ familyId, issuedAt, lifetimeSeconds: 3600 });
    const others = new SigningKeys(new KeyRing(["a secret that it was never signed under 55555"]));
    expect(await readAccessJwt({ keys: others, issuer }, jwtOfThen)).toBeUndefined();
  });

  it("opens as an app's own token", () => {
    const token =
      "cs_ct_AAAABwGbwYbeewACWAAAAAIBC8Lbr71DxtphYmN3b3JrZXI6IG5pZ2h0bHnEMrFWPdOy2W-Y54GI2Xc9WeU5";
    expect(openAppToken(ring, token)).toMatchObject({
      ...{ clientId: "worker: nightly", generation: 7, issuedAt, lifetimeSeconds: 600, jkt: undefined },
    });
    expect(openAppToken(ring, token.replace("cs_ct_", "cs_cd_"))).toBeUndefined();
  });

  it("opens as the client_id of a registration, which the same metadata gets again", () => {
    const id =
      "cs_c_OicQo7NlMeseSp9fghBm71siQSBjbGllbnQiLFsiaHR0cDovLzEyNy4wLjAuMS9jYWxsYmFjayJdLHRydWUsbnVsbF0";
    const metadata = {
      ...{ name: "A client", redirectUris: ["http://127.0.0.1/callback"], refreshes: true },
      ...{ scopes: undefined, requirePushedRequests: false, dpopBoundTokens: false },
    };
    expect(metadataOfId(ring, id)).toEqual(metadata);
    const ringOfThen = new KeyRing(["the secret of a release before, 0123456789 abcdef"]);
    expect(registeredId(ringOfThen, metadata)).toBe(id);
  });

  it("is found as a code: by the same hash", () => {
    expect(hashed("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")).toBe(
      "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    );
  });
});
