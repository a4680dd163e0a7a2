/** Owns the characters that made-up text is of. */
import fc from "fast-check";

const surrogates = { first: 0xd800, count: 0x800 };

/**
 * Any character of Unicode, as `unit: "binary"` of fast-check: that lists all million of them first, in each process
 * anew.
 */
export const anyCharacter = fc.nat(0x10ffff - surrogates.count).map(
  (index) => String.fromCodePoint(index < surrogates.first ? index : index + surrogates.count),
  (text) => {
    const [only, ...more] = typeof text === "string" ? [...text] : [];
    const point = only?.codePointAt(0);
    if (point === undefined || more.length > 0) throw new Error("not one character");
    const isSurrogate = point >= surrogates.first && point < surrogates.first + surrogates.count;
    if (isSurrogate) throw new Error("half a character");
    return point < surrogates.first ? point : point - surrogates.count;
  },
);
