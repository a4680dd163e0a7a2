/** Request parameters: at most once each, empty means absent, text or refused. */

import { describe, expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/text.js";
import { Parameters } from "../../src/oauth/parameters.js";
import { Refusal } from "../../src/oauth/refusal.js";
import { fc } from "../support/fuzz.js";

const reasonOf = (read: () => unknown) => {
  try {
    return read();
  } catch (error) {
    return error instanceof Refusal ? [error.reason, error.parameter] : error;
  }
};
const names = fc.constantFrom("a", "b", "__proto__", "constructor", "length", "");
const texts = fc.string({ unit: anyCharacter, minLength: 1 });

describe("a parameter", () => {
  it("sent once is the text that was sent", () => {
    fc.assert(
      fc.property(names, texts, (name, value) => {
        const parameters = Parameters.fromPairs([[name, value]]);
        expect(parameters.optional(name)).toBe(value);
        expect(parameters.required(name)).toBe(value);
        expect(parameters.all(name)).toEqual([value]);
        expect(parameters.has(name)).toBe(true);
      }),
    );
  });

  it("sent more than once is refused, be the values equal, empty or null", () => {
    const values = fc.oneof(texts, fc.constantFrom("", null, 1));
    fc.assert(
      fc.property(names, fc.array(values, { minLength: 2, maxLength: 4 }), (name, sent) => {
        const parameters = Parameters.fromPairs(sent.map((value) => [name, value]));
        expect(reasonOf(() => parameters.optional(name))).toEqual(["parameter_repeated", name]);
        expect(reasonOf(() => parameters.required(name))).toEqual(["parameter_repeated", name]);
      }),
    );
  });

  it("that is empty or null is as good as absent", () => {
    for (const value of ["", null, undefined]) {
      const parameters = Parameters.fromPairs([["a", value]]);
      expect(parameters.optional("a")).toBeUndefined();
      expect(reasonOf(() => parameters.required("a"))).toEqual(["parameter_missing", "a"]);
    }
    expect(Parameters.fromPairs([]).optional("constructor")).toBeUndefined();
  });

  it("that is not text is refused", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(typeof value !== "string" && value !== null);
        const parameters = Parameters.fromPairs([["a", value]]);
        expect(reasonOf(() => parameters.optional("a"))).toEqual(["parameter_malformed", "a"]);
        expect(reasonOf(() => parameters.all("a"))).toEqual(["parameter_malformed", "a"]);
      }),
    );
  });

  it("is not disturbed by the others, even broken ones", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(names, fc.jsonValue())), texts, (others, value) => {
        const parameters = Parameters.fromPairs([...others, ["code", value] as const]);
        expect(parameters.required("code")).toBe(value);
      }),
    );
  });
});
