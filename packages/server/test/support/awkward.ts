/** Owns text that is awkward to work with, of any length: what a value from outside may hold in the worst case. */

/** Each repeats what is hard for something: a normaliser, a regular expression, a parser, a decoder, a log. */
const units: Readonly<Record<string, string>> = {
  letters: "a",
  spaces: " ",
  "combining marks": "\u0301",
  "combining marks out of order": "\u0301\u0327",
  "marks on letters": "e\u0323\u0302\u0301",
  "jamo of Hangul": "\u1112\u1161\u11ab",
  "ligatures that grow when normalised": "\ufdfa",
  "capitals that grow in lower case": "\u0130",
  "characters beyond the first plane": "\u{1f600}",
  "marks beyond the first plane": "\u{1d165}\u{1d16e}",
  "a language with marks of its own": "\u0e33\u0f71\u0f72",
  "changes of direction": "\u202e\u2066",
  zeros: "\u0000",
  "percent signs": "%",
  "equals signs": "=",
  "plus signs": "+",
  semicolons: "; ",
  commas: ",",
  quotes: '"',
  backslashes: "\\",
  brackets: "[",
  braces: '{"a":',
  dots: "a.",
  slashes: "/",
  colons: ":",
  "at signs": "@",
  lines: "\r\n",
};

export interface Awkward {
  readonly name: string;
  /** Text of at most so many bytes of UTF-8, and nearly as many. */
  readonly bytes: (most: number) => string;
}

export const awkwardTexts: readonly Awkward[] = Object.entries(units).map(([name, unit]) => ({
  name,
  bytes: (most) => {
    const times = Math.floor((most - 1) / Buffer.byteLength(unit));
    // Marks are marks of something; two kinds of them, each in a run, are the worst order to sort.
    const runs = name === "combining marks out of order" ? [...unit] : [unit];
    return `a${runs.map((run) => run.repeat(times)).join("")}`;
  },
}));
