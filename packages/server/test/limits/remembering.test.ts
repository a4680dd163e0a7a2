/** What is worked out of a text once costs no memory that a stranger could ask for. */
import { describe, expect, it } from "vitest";
import { addressKey } from "../../src/limits/address.js";
import { remembering } from "../../src/remembering.js";
import { toWords } from "../../src/storage/shared/columns.js";

describe("what is remembered of texts", () => {
  it("is worked out once for a text that comes again", () => {
    const made: string[] = [];
    const length = remembering((text) => made.push(text));
    expect([length("a"), length("b"), length("a")]).toEqual([1, 2, 1]);
    expect(made).toEqual(["a", "b"]);
  });

  it("is forgotten where a thousand others come, so that a text comes to be worked out again", () => {
    let made = 0;
    const remembered = remembering((text) => {
      made += 1;
      return text;
    });
    for (let text = 0; text <= 1000; text++) remembered(String(text));
    expect(remembered("0")).toBe("0");
    expect(made).toBe(1002);
  });

  it("is the same for equal addresses however often they come, and never shared by different ones", () => {
    for (let time = 0; time < 2; time++) {
      expect(addressKey("203.0.113.7")).toBe("203.0.113.7");
      expect(addressKey("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
      expect(addressKey("no address")).toBe("unknown");
    }
  });

  it("cannot be changed for the next who asks", () => {
    const words = toWords("one two") as string[];
    expect(() => words.push("three")).toThrow(TypeError);
    expect(toWords("one two")).toEqual(["one", "two"]);
    expect(toWords("")).toEqual([]);
  });
});
