/** Requests and answers in colour keep every character, and no text of an app becomes syntax. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/text.js";
import { shownHttp, shownJson } from "../../src/emulator/pages/http-text.js";
import { escapeHtml, type HtmlValue, html } from "../../src/pages/html.js";

const htmlOf = (value: HtmlValue) => html`${value}`.toString();
const withoutMarks = (text: string) => text.replace(/<\/?(?:strong|i|u|b)>/g, "");

describe("a message in colour", () => {
  it("tells names from texts, and both from numbers and words of the language", () => {
    expect(htmlOf(shownJson('{"a": "b: \\"c\\"", "n": [-1.5e3, true, null]}'))).toBe(
      "{<i>&#34;a&#34;</i>: <u>&#34;b: \\&#34;c\\&#34;&#34;</u>, " +
        "<i>&#34;n&#34;</i>: [<b>-1.5e3</b>, <b>true</b>, <b>null</b>]}",
    );
  });

  it("marks the start line and the names of headers, and colours a body only where it is JSON", () => {
    const text = "POST /oauth/token\ncontent-type: text/plain\n\n12 true";
    expect(htmlOf(shownHttp(text))).toBe(
      "<strong>POST /oauth/token</strong>\n<i>content-type:</i> text/plain\n\n12 true",
    );
    expect(htmlOf(shownHttp("200\n\n[1]"))).toBe("<strong>200</strong>\n\n[<b>1</b>]");
  });

  it("has the characters it had, cut short or hostile as it may be", () => {
    const whole = fc.json({ maxDepth: 3 }).map((text) => `POST /a\nhost: b\n\n${text}`);
    const any = fc.tuple(fc.oneof(fc.string({ unit: anyCharacter }), whole), fc.nat(200));
    for (const [text, end] of fc.sample(any, 100)) {
      const cut = text.slice(0, end);
      const shown = [shownHttp(cut), shownJson(cut)].map((value) => withoutMarks(htmlOf(value)));
      expect(shown).toEqual([escapeHtml(cut), escapeHtml(cut)]);
    }
  });
});
