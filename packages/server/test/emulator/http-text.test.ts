/** Requests and answers in colour keep every character, and no text of an app becomes syntax. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/text.js";
import { shownHttp, shownJson } from "../../src/emulator/pages/http-text.js";
import { escapeHtml, type HtmlValue, html } from "../../src/pages/html.js";

const htmlOf = (value: HtmlValue) => html`${value}`.toString();
const withoutMarks = (text: string) => text.replace(/<\/?(?:span|b)(?: class="c-\w+")?>/g, "");

describe("a message in colour", () => {
  it("tells names from texts, and both from numbers and words of the language", () => {
    expect(htmlOf(shownJson('{"a": "b: \\"c\\"", "n": [-1.5e3, true, null]}'))).toBe(
      '{<span class="c-name">&quot;a&quot;</span>: <span class="c-text">&quot;b: \\&quot;c\\&quot;&quot;</span>, ' +
        '<span class="c-name">&quot;n&quot;</span>: [<span class="c-word">-1.5e3</span>, ' +
        '<span class="c-word">true</span>, <span class="c-word">null</span>]}',
    );
  });

  it("marks the start line and the names of headers, and colours a body only where it is JSON", () => {
    const text = "POST /oauth/token\ncontent-type: text/plain\n\n12 true";
    expect(htmlOf(shownHttp(text))).toBe(
      '<b>POST /oauth/token</b>\n<span class="c-head">content-type:</span> text/plain\n\n12 true',
    );
    expect(htmlOf(shownHttp("200\n\n[1]"))).toBe('<b>200</b>\n\n[<span class="c-word">1</span>]');
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
