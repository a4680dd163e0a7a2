/** Values sealed at rest: they open under the ring and the context they were sealed for, and nowhere else. */

import { expect, it } from "vitest";
import { equalSecrets } from "../../src/crypto/compare.js";
import { faultInSecret, KeyRing } from "../../src/crypto/key-ring.js";
import { seal, sealNonceBytes, unseal } from "../../src/crypto/sealed.js";
import { fc } from "../support/fuzz.js";
import { seededRandom } from "../support/random.js";

const secret = (name: string) => `${name} 0123456789 abcdefghijklmnopqrstuvwxyz`;
const ring = new KeyRing([secret("new")]);
const random = seededRandom("sealed");
const plainTexts = fc.string({ unit: "grapheme" });

it("what is sealed opens again, also under an older key that is still configured", () => {
  const rotated = new KeyRing([secret("newer"), secret("new")]);
  fc.assert(
    fc.property(plainTexts, plainTexts, (context, plain) => {
      const sealed = seal(ring, context, plain, random(sealNonceBytes));
      expect(unseal(ring, context, sealed)).toBe(plain);
      expect(unseal(rotated, context, sealed)).toBe(plain);
    }),
  );
});

it("it does not open in another context, under a foreign key, or with one bit flipped", () => {
  const foreign = new KeyRing([secret("foreign")]);
  fc.assert(
    fc.property(plainTexts, fc.nat(), (plain, position) => {
      const sealed = seal(ring, "client secret:a", plain, random(sealNonceBytes));
      const told = "No configured secret opens the stored client secret";
      expect(() => unseal(ring, "client secret:b", sealed)).toThrow(told);
      expect(() => unseal(foreign, "client secret:a", sealed)).toThrow(told);
      const bytes = Buffer.from(sealed, "base64url");
      const bit = position % (bytes.length * 8);
      bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => unseal(ring, "client secret:a", bytes.toString("base64url"))).toThrow(told);
    }),
  );
});

it("what is cut short or was never sealed is told like a key that is gone", () => {
  const sealed = Buffer.from(seal(ring, "API key:a", "x", random(sealNonceBytes)), "base64url");
  for (let length = 0; length < sealed.length; length++) {
    const cut = sealed.subarray(0, length).toString("base64url");
    expect(() => unseal(ring, "API key:a", cut), String(length)).toThrow(
      "No configured secret opens the stored API key",
    );
  }
});

it("nothing of the value is in the sealed text or in the fault", () => {
  const sealed = seal(ring, "API key:a", "very secret", random(sealNonceBytes));
  expect(Buffer.from(sealed, "base64url").toString("latin1")).not.toContain("very secret");
  expect(seal(ring, "API key:a", "very secret", random(sealNonceBytes))).not.toBe(sealed);
});

it("each purpose has keys of its own, and keys follow a change of the secrets", () => {
  const changing = new KeyRing([secret("one")]);
  const purposes = ["access-token", "refresh-token", "at-rest", "lookup", "csrf", "device"] as const;
  const keys = purposes.map((purpose) => changing.maker(purpose).toString("hex"));
  expect(new Set(keys).size).toBe(purposes.length);
  changing.replace([secret("two"), secret("one")]);
  expect(changing.maker("csrf").toString("hex")).not.toBe(keys[4]);
  expect(changing.keys("csrf")[1]?.toString("hex")).toBe(keys[4]);
});

it("a MAC is verified whole, or cut to no fewer than 16 bytes", () => {
  const mac = ring.mac("csrf", "data");
  expect(ring.verifyMac("csrf", "data", mac)).toBe(true);
  expect(ring.verifyMac("csrf", "data", mac.subarray(0, 16))).toBe(true);
  for (const wrong of [mac.subarray(0, 15), Buffer.alloc(0), Buffer.concat([mac, mac])]) {
    expect(ring.verifyMac("csrf", "data", wrong)).toBe(false);
  }
  expect(ring.verifyMac("csrf", "datb", mac)).toBe(false);
  expect(ring.verifyMac("device", "data", mac)).toBe(false);
});

it("a secret is long and no pattern", () => {
  expect(faultInSecret("a".repeat(64))).toContain("too few different characters");
  expect(faultInSecret(secret("x").slice(0, 31))).toContain("fewer than 32");
  expect(faultInSecret(secret("x").slice(0, 32))).toBeUndefined();
  expect(() => new KeyRing([])).toThrow("at least one secret");
});

it("secrets are equal when they are the same text, whatever their lengths", () => {
  fc.assert(
    fc.property(plainTexts, plainTexts, (one, other) => {
      expect(equalSecrets(one, one)).toBe(true);
      expect(equalSecrets(one, other)).toBe(one === other);
      expect(equalSecrets(one, `${one}\0`)).toBe(false);
    }),
  );
});
