/** Passwords: one password however it was typed, and a queue that has an end. */
import { hash } from "@node-rs/argon2";
import { describe, expect, it } from "vitest";
import {
  hashPassword,
  mostPasswordsWaiting,
  PasswordsBusy,
  spendPasswordCheck,
  verifyPassword,
} from "../../src/crypto/passwords.js";

describe("a password", () => {
  it("is the same one composed, decomposed, and in compatibility forms", async () => {
    const phc = await hashPassword("Gr\u00fc\u00dfe \ufb01n 1234");
    for (const typed of [
      "Gr\u00fc\u00dfe \ufb01n 1234",
      "Gru\u0308\u00dfe fin 1234",
      "Gr\u00fc\u00dfe fin \uff11\uff12\uff13\uff14",
    ])
      expect(await verifyPassword(phc, typed), typed).toBe(true);
    for (const typed of ["Gruße fin 1234", "gr\u00fc\u00dfe fin 1234", "Gr\u00fcsse fin 1234", ""])
      expect(await verifyPassword(phc, typed), typed).toBe(false);
  });

  it("that was hashed as it was typed still opens, typed the same way", async () => {
    const typed = "Gru\u0308\u00dfe aus K\u00f6ln";
    const phc = await hash(typed, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
    expect(await verifyPassword(phc, typed)).toBe(true);
    expect(await verifyPassword(phc, "Gru\u0308\u00dfe aus Bonn")).toBe(false);
  });

  it("of any length costs little before it is hashed: what is very long is taken as it is", async () => {
    const marks = `a${"\u0301".repeat(16_000)}${"\u0327".repeat(16_000)}`;
    const cost = async (password: string) => {
      const start = performance.now();
      void verifyPassword("not a hash", password);
      return performance.now() - start;
    };
    expect(await cost(marks)).toBeLessThan(100);
    const phc = await hashPassword(marks);
    expect([await verifyPassword(phc, marks), await verifyPassword(phc, `${marks}x`)]).toEqual([true, false]);
  });
});

describe("passwords checked all at once", () => {
  it("wait in a queue that has an end; beyond it a check is refused at once and nothing is lost", async () => {
    const phc = await hashPassword("correct horse");
    const all = await Promise.allSettled(
      Array.from({ length: mostPasswordsWaiting + 40 }, () => verifyPassword(phc, "correct horse")),
    );
    const refused = all.filter(({ status }) => status === "rejected");
    expect(refused.length).toBeGreaterThanOrEqual(30);
    for (const one of refused) expect((one as PromiseRejectedResult).reason).toBeInstanceOf(PasswordsBusy);
    const done = all.filter((one) => one.status === "fulfilled");
    expect(done.length).toBeGreaterThanOrEqual(mostPasswordsWaiting);
    expect(done.every(({ value }) => value)).toBe(true);
    expect(await verifyPassword(phc, "correct horse")).toBe(true);
    expect(await spendPasswordCheck("correct horse")).toBe(false);
  });
});
