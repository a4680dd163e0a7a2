import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/text.js";
import { Attributes, attributes, escapeHtml, Html, html } from "../../src/pages/html.js";

const anyText = fc.string({ unit: anyCharacter });

function decode(text: string): string {
  const characters: Record<string, string> = {
    lt: "<",
    gt: ">",
    "#34": '"',
    "#39": "'",
    "#96": "`",
    amp: "&",
  };
  return text.replace(/&(lt|gt|#34|#39|#96|amp);/g, (_, name: string) => characters[name] ?? "");
}

describe("the html template", () => {
  it("turns every value into text that reads back as that value and holds no syntax", () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const inside = html`<p>${value}</p>`.toString().slice(3, -4);
        expect(inside).not.toMatch(/[<>"'`\0]/);
        expect(decode(inside)).toBe(value.replaceAll("\0", "\ufffd"));
      }),
    );
  });

  it("keeps every value inside the quotes of its attribute", () => {
    fc.assert(
      fc.property(anyText, anyText, (first, second) => {
        const text = html`<a href="${first}" title='${second}'>x</a>`.toString();
        expect(text).toBe(`<a href="${escapeHtml(first)}" title='${escapeHtml(second)}'>x</a>`);
        expect(text.match(/["']/g)).toHaveLength(4);
      }),
    );
  });

  it("keeps nested pieces, and escapes once", () => {
    expect(html`<b>${html`<i>${"<&"}</i>`}</b>`.toString()).toBe("<b><i>&lt;&amp;</i></b>");
  });

  it("joins arrays and renders nothing for undefined and false", () => {
    expect(html`<p>${["a", html`<br>`, [1, "<"]]}${undefined}${false}${0}</p>`.toString()).toBe(
      "<p>a<br>1&lt;0</p>",
    );
  });

  it("refuses a value in a place where it would be syntax", () => {
    expect(() => html`<a href=${"x"}>`).toThrow(/quotes/);
    expect(() => html`<a ${"onclick"}="x">`).toThrow(/inside a tag/);
    expect(() => html`<${"script"}>`).toThrow(/inside a tag/);
    expect(() => html`<p class="${html`<b>`}">`).toThrow(/string or a number/);
    expect(() => html`<script>const x = "${"x"}";</script>`).toThrow(/inline/);
    expect(() => html`<STYLE>p { color: ${"x"} }</STYLE>`).toThrow(/inline/);
    expect(() => html`<!-- ${"x"} -->`).toThrow(/comments/);
    expect(() => html`<p title="${"x"}`).toThrow(/ends inside/);
    expect(() => html`<p>${attributes({ id: "x" })}</p>`).toThrow(/belongs inside/);
  });

  it("refuses values that are no text, and look-alikes of its own pieces", () => {
    expect(() => html`<p>${{ toString: () => "<b>" } as never}</p>`).toThrow(/cannot render/);
    expect(() => html`<p>${null as never}</p>`).toThrow(/cannot render/);
    expect(() => new Html(Symbol() as never, "<b>")).toThrow(/html tag only/);
    expect(() => new Attributes(Symbol() as never, " onclick=x")).toThrow(/attributes\(\) only/);
  });
});

describe("attributes", () => {
  it("writes true as a bare name and leaves out false and undefined", () => {
    const given = attributes({ required: true, hidden: false, id: undefined, value: '"', maxlength: 3 });
    expect(html`<input${given}>`.toString()).toBe('<input required value="&#34;" maxlength="3">');
  });

  it("refuses handlers, inline styles and names that are syntax", () => {
    for (const name of ["onclick", "style", "a b", 'a"', "a=", ">", "", "A"]) {
      expect(() => attributes({ [name]: "x" }), name).toThrow(/not allowed/);
    }
  });
});
