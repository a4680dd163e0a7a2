/** Password hashes, whichever implementation made them. */
import { describe, expect, it } from "vitest";
import { loadArgon2, loadWebAssembly } from "../../src/crypto/argon2.js";

const parameters = { memoryCost: 64, timeCost: 2, parallelism: 1 };
const prefix = "$argon2id$v=19$m=64,t=2,p=1$";

describe("a password hash", () => {
  it("made by the binary is verified without it, and the other way round", async () => {
    const [binary, wasm] = [await loadArgon2(), await loadWebAssembly()];
    expect(binary).not.toBe(wasm);
    for (const [maker, judge] of [
      [binary, wasm],
      [wasm, binary],
    ] as const) {
      const phc = await maker.hash("correct horse", parameters);
      expect(phc.startsWith(prefix)).toBe(true);
      expect(await judge.verify(phc, "correct horse")).toBe(true);
      expect(await judge.verify(phc, "correct horse ")).toBe(false);
    }
  });

  it("has a salt of its own each time", async () => {
    const { hash } = await loadWebAssembly();
    expect(await hash("same", parameters)).not.toBe(await hash("same", parameters));
  });

  it("that is malformed is refused by both", async () => {
    for (const { verify } of [await loadArgon2(), await loadWebAssembly()]) {
      await expect(verify("$argon2id$v=19$nonsense", "same")).rejects.toThrow();
    }
  });

  it.each([" ", "pass\u0000word", "пароль", "🔑".repeat(100)])(
    "of %j is the same to both",
    async (password) => {
      const [binary, wasm] = [await loadArgon2(), await loadWebAssembly()];
      expect(await binary.verify(await wasm.hash(password, parameters), password)).toBe(true);
    },
  );
});
