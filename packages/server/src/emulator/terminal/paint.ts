/** Colour for a person at a terminal, and nothing where the text goes elsewhere. */

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;

export type Paint = Readonly<Record<keyof typeof codes, (text: string) => string>>;

/** @param colour whether the text goes to a terminal that shows it. */
export function paintFor(colour: boolean): Paint {
  const painted = Object.entries(codes).map(([name, code]) => [
    name,
    (text: string) => (colour && text !== "" ? `\x1b[${code}m${text}\x1b[0m` : text),
  ]);
  return Object.fromEntries(painted);
}

/** Whether a stream shows colour: only a terminal does, and only where nobody asked for none (no-color.org). */
export function showsColour(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  return stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== "dumb";
}

/** Returns text that stays on its line and commands no terminal, whatever a caller put in it. */
export function oneLine(text: string): string {
  const escaped = (found: string) =>
    [...found].map((one) => `\\u${(one.codePointAt(0) as number).toString(16).padStart(4, "0")}`).join("");
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
}
