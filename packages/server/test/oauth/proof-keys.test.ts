/** The keys of DPoP proofs: judged each time they are new, kept once they have proved something, and never many. */

import { exportJWK, generateKeyPair, type JWK } from "jose";
import { expect, it } from "vitest";
import { ProofKeys } from "../../src/oauth/dpop/proof-keys.js";

const refuse = (words: string) => new Error(words);
const made = async (): Promise<JWK> =>
  exportJWK((await generateKeyPair("ES256", { extractable: true })).publicKey);
const [first, second] = await Promise.all([made(), made()]);

it("keeps a key once it has proved something, and gives the same one again", async () => {
  const keys = new ProofKeys();
  const unproved = await keys.read("ES256", first, refuse);
  expect(keys.size).toBe(0);
  unproved.keep();
  const again = await keys.read("ES256", { ...first }, refuse);
  expect([again.key, again.jkt, keys.size]).toEqual([unproved.key, unproved.jkt, 1]);
  expect(again.key).toBe(unproved.key);
  expect((await keys.read("ES256", second, refuse)).jkt).not.toBe(unproved.jkt);
});

it("judges what is shown anew wherever it differs in anything from what proved", async () => {
  const keys = new ProofKeys();
  (await keys.read("ES256", first, refuse)).keep();
  const refused = (alg: string, shown: unknown) => expect(keys.read(alg, shown, refuse)).rejects.toThrow();
  await refused("EdDSA", first);
  await refused("PS256", first);
  await refused("ES256", { ...first, d: "AAAA" });
  await refused("ES256", { ...first, use: "enc" });
  await refused("ES256", { ...first, x: second.x });
  await refused("ES256", undefined);
  expect(keys.size).toBe(1);
});

it("keeps no more than a thousand, and lets the one go that was used longest ago", async () => {
  const keys = new ProofKeys();
  // The same key under a thousand names is a thousand texts.
  const named = async (kid: string) => keys.read("ES256", { ...first, kid }, refuse);
  for (let index = 0; index < 1000; index += 1) (await named(`${index}`)).keep();
  const oldest = await named("0");
  oldest.keep();
  (await named("one more")).keep();
  expect(keys.size).toBe(1000);
  expect((await named("0")).key).toBe(oldest.key);
  const dropped = await named("1");
  expect((await named("1")).key).not.toBe(dropped.key);
});

it("keeps none that is shown in a long text, which proves as well as any", async () => {
  const keys = new ProofKeys();
  (await keys.read("ES256", { ...first, kid: "k".repeat(1024) }, refuse)).keep();
  expect(keys.size).toBe(0);
});
