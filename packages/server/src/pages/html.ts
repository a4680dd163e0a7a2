/**
 * Owns the step from values to HTML. A value can become text or the content of a quoted attribute, never syntax:
 * the place of every hole is found in the template's own text, and a value that does not fit there is a fault
 * of the programmer, thrown at the first rendering. There is no way to pass a string through unescaped.
 */

type Place = "text" | "attribute" | "tag";

export type HtmlValue = string | number | Html | false | undefined | readonly HtmlValue[];
type Hole = HtmlValue | Attributes;

const construction = Symbol("only this file makes Html");

/** A piece of HTML in which every value has been escaped. */
export class Html {
  readonly #text: string;

  constructor(key: typeof construction, text: string) {
    if (key !== construction) throw new TypeError("Html is made by the html tag only");
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** A list of attributes, allowed between a tag's name and its end. */
export class Attributes {
  readonly #text: string;

  constructor(key: typeof construction, text: string) {
    if (key !== construction) throw new TypeError("Attributes are made by attributes() only");
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** The text with every character that HTML could read as syntax replaced by its reference. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`\0]/g, (character) => escapes[character] ?? "");
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "'": "&#39;",
  "`": "&#96;",
  // A NUL has no meaning in HTML; what browsers make of it depends on the place.
  "\0": "\ufffd",
};

/** HTML of the template; strings and numbers are escaped, arrays joined, `undefined` and `false` render nothing. */
export function html(strings: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  const places = placesOf(strings);
  let text = strings[0] ?? "";
  for (const [index, hole] of holes.entries()) {
    text += render(hole, places[index] ?? "text") + (strings[index + 1] ?? "");
  }
  return new Html(construction, text);
}

/** Attributes for a tag: `true` gives a bare name, `false` and `undefined` leave the attribute out. */
export function attributes(
  values: Readonly<Record<string, string | number | boolean | undefined>>,
): Attributes {
  let text = "";
  for (const [name, value] of Object.entries(values)) {
    // Inline handlers and styles would be blocked by the content security policy: refuse them where they are written.
    if (!/^[a-z][a-z0-9-]*$/.test(name) || name.startsWith("on") || name === "style") {
      throw new TypeError(`attribute ${JSON.stringify(name)} is not allowed`);
    }
    if (value === undefined || value === false) continue;
    text += value === true ? ` ${name}` : ` ${name}="${escapeHtml(String(value))}"`;
  }
  return new Attributes(construction, text);
}

function render(hole: Hole, place: Place): string {
  if (hole instanceof Attributes) {
    if (place !== "tag") throw new TypeError("attributes() belongs inside a tag");
    return hole.toString();
  }
  if (place === "tag") throw new TypeError("inside a tag only attributes() and quoted values are allowed");
  if (hole === undefined || hole === false) return "";
  if (typeof hole === "string") return escapeHtml(hole);
  if (typeof hole === "number") return String(hole);
  if (place === "attribute") throw new TypeError("an attribute takes a string or a number");
  if (hole instanceof Html) return hole.toString();
  if (Array.isArray(hole)) return hole.map((one: HtmlValue) => render(one, place)).join("");
  throw new TypeError(`html cannot render a value of type ${typeof hole}`);
}

const knownPlaces = new WeakMap<TemplateStringsArray, readonly Place[]>();

function placesOf(strings: TemplateStringsArray): readonly Place[] {
  const known = knownPlaces.get(strings);
  if (known) return known;
  const places = findPlaces(strings);
  knownPlaces.set(strings, places);
  return places;
}

type State = "text" | "tag" | '"' | "'";

function findPlaces(strings: readonly string[]): readonly Place[] {
  const places: Place[] = [];
  let state: State = "text";
  for (const [index, part] of strings.entries()) {
    state = stateAfter(part, state);
    if (index === strings.length - 1) break;
    if (state === "tag" && /=\s*$/.test(part)) throw new TypeError("a value after = needs quotes around it");
    places.push(state === "text" || state === "tag" ? state : "attribute");
  }
  if (state !== "text") throw new TypeError("the template ends inside a tag");
  return places;
}

function stateAfter(part: string, before: State): State {
  if (/<!--|<(script|style)[^>]*>./is.test(part)) {
    throw new TypeError("comments, inline scripts and inline styles are not allowed");
  }
  let state = before;
  for (const character of part) {
    if (state === "text") state = character === "<" ? "tag" : "text";
    else if (state === "tag" && character === ">") state = "text";
    else if (state === "tag" && (character === '"' || character === "'")) state = character;
    else if (state === character) state = "tag";
  }
  return state;
}
