/** Which public keys and resources an app may be registered with. */

import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { algorithmsOf, faultInKeySet } from "../../src/oauth/client/keys.js";
import { profiles } from "../../src/oauth/profile/profiles.js";
import { faultInResources } from "../../src/oauth/resource.js";

type Jwk = Record<string, unknown>;

/** Nobody has the private half: to find primes is slow, and only the length is judged. */
const rsa = (bits: number): Jwk => ({
  ...{ kty: "RSA", e: "AQAB" },
  n: Buffer.alloc(bits / 8, 0xff).toString("base64url"),
});
const ec = (namedCurve: string): Jwk => ({
  ...generateKeyPairSync("ec", { namedCurve }).publicKey.export({ format: "jwk" }),
});
const ed25519: Jwk = { ...generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" }) };

describe("a key set", () => {
  it("takes RSA of 2048 to 4096 bits, P-256 and Ed25519, each for its algorithms", () => {
    const keys = [rsa(2048), ec("P-256"), ed25519];
    expect(faultInKeySet({ keys }, profiles.standard)).toBeUndefined();
    expect(keys.map(algorithmsOf)).toEqual([["RS256", "PS256"], ["ES256"], ["EdDSA"]]);
    expect(algorithmsOf({ ...keys[0], alg: "PS256" })).toEqual(["PS256"]);
  });

  it.each<[string, unknown, string]>([
    ["an empty set", { keys: [] }, "a list of keys"],
    ["no set", [], "a list of keys"],
    ["nothing", null, "a list of keys"],
    ["what is no key", { keys: ["x"] }, "keys[0]: a key is a mapping"],
    ["a short RSA key", { keys: [rsa(1024)] }, "2048 to 4096 bits; this one has 1024"],
    ["a curve that no algorithm uses", { keys: [ec("P-521")] }, "keys[0]: no supported algorithm"],
    ["another curve", { keys: [ec("P-384")] }, "keys[0]: no supported algorithm"],
    ["a key without its members", { keys: [{ kty: "RSA", n: "AQAB" }] }, "not a public key"],
    ["a shared key", { keys: [{ kty: "oct", k: "c2VjcmV0" }] }, "private key"],
    ["a private key", { keys: [{ ...ed25519, d: "x" }] }, "private key"],
    ["a key for encryption", { keys: [{ ...ed25519, use: "enc" }] }, "its use must be sig"],
    ["an algorithm of another kind", { keys: [{ ...ed25519, alg: "RS256" }] }, "its alg RS256"],
    ["a number as kid", { keys: [{ ...ed25519, kid: 1 }] }, "its kid must be text"],
    ["eleven keys", { keys: Array(11).fill(ed25519) }, "at most 10 keys"],
  ])("refuses %s", (_title, set, fault) => expect(faultInKeySet(set, profiles.standard)).toContain(fault));
});

describe("a key set of the fapi2 profile", () => {
  it("has keys of its algorithms alone", () => {
    const fault = (key: Jwk) => faultInKeySet({ keys: [key] }, profiles.fapi2);
    expect([fault(rsa(2048)), fault({ ...rsa(2048), alg: "PS256" }), fault(ec("P-256"))]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(fault({ ...rsa(2048), alg: "RS256" })).toContain("its alg RS256 is not accepted here");
  });
});

describe("resources", () => {
  it("are absolute URIs without a fragment, each once", () => {
    expect(faultInResources([])).toBeUndefined();
    expect(faultInResources(["https://api.example.com/", "urn:example:files"])).toBeUndefined();
    for (const wrong of ["", "a b", "/relative", "files", "https://a.example/#x", "https://a.example/#"])
      expect(faultInResources([wrong]), wrong).toContain("absolute URI");
    expect(faultInResources(["urn:a:b", "urn:a:b"])).toContain("twice");
    expect(faultInResources(Array.from({ length: 101 }, (_, n) => `urn:a:${n}`))).toContain("at most 100");
  });
});
