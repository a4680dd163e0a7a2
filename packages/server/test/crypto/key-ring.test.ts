/** The keys of a server: what a change of its secrets keeps, and what it ends. */

import { expect, it } from "vitest";
import { KeyRing } from "../../src/crypto/key-ring.js";
import { SigningKeys } from "../../src/oauth/tokens/signing-keys.js";

const secret = (name: string) => `${name} 0123456789 abcdefghijklmnopqrstuvwxyz`;

it("derives nothing anew of a secret that stays, wherever in the list it comes to stand", () => {
  const ring = new KeyRing([secret("old")]);
  const [old] = ring.keys("jwt-signing");
  ring.replace([secret("new"), secret("old")]);
  const [made, kept] = ring.keys("jwt-signing");
  expect(kept).toBe(old);
  expect(made).not.toEqual(old);
});

it("forgets a secret that goes: what it sealed does not open, until it comes back", () => {
  const ring = new KeyRing([secret("old")]);
  const mac = ring.mac("lookup", "data");
  const [old] = ring.keys("lookup");
  ring.replace([secret("new")]);
  expect(ring.verifyMac("lookup", "data", mac)).toBe(false);
  ring.replace([secret("new"), secret("old")]);
  expect(ring.verifyMac("lookup", "data", mac)).toBe(true);
  const again = ring.keys("lookup")[1];
  expect(again).toEqual(old);
  expect(again).not.toBe(old);
});

it("signs with the same key object before and after a reload that keeps its secret", () => {
  const ring = new KeyRing([secret("old")]);
  const keys = new SigningKeys(ring);
  const before = keys.atHand()[0]?.privateKey;
  ring.replace([secret("old"), secret("added")]);
  expect(keys.atHand()[0]?.privateKey).toBe(before);
});
