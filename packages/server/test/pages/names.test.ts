import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/text.js";
import { plainName, shownName } from "../../src/pages/names.js";

describe("a name that somebody chose", () => {
  it("is shown on one line of at most 80 characters, without controls that reorder text", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 120 }), (name) => {
        const shown = plainName(name);
        expect([...shown].length).toBeLessThanOrEqual(80);
        expect(shown).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069\u200b]/u);
      }),
    );
  });

  it("is never cut in the middle of a character", () => {
    expect(plainName("🖋".repeat(100))).toBe(`${"🖋".repeat(79)}…`);
  });

  it("keeps ordinary names as they are, emoji with joiners too", () => {
    for (const name of ["Demo app", "Müller & Søn", "שלום", "👩‍⚖️ Law"]) expect(plainName(name)).toBe(name);
  });

  it("is shown in a direction of its own, and named when nothing of it can be seen", () => {
    expect(shownName("\u202e\u200b").toString()).toBe('<bdi class="name">(no name)</bdi>');
  });
});
