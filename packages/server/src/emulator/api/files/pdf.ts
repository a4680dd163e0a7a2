/** A small PDF writer: pages of text in Helvetica, enough for a document that a person and a PDF library can open. */

export interface PdfPage {
  readonly title: string;
  readonly lines: readonly string[];
  /** Written across the page, large and pale. */
  readonly mark?: string | undefined;
}

const [width, height] = [612, 792];
const margin = 72;
const lineHeight = 16;
const charactersALine = 88;
const linesAPage = Math.floor((height - 2 * margin - 40) / lineHeight);

/** Returns the bytes of a PDF 1.4 file. Text outside of Windows-1252 is shown as `?`. */
export function pdfOf(pages: readonly PdfPage[]): Buffer {
  const sheets = pages.flatMap(sheetsOf);
  // Objects 1 to 3 are catalog, page tree and font; each sheet adds a page and its content.
  const kids = sheets.map((_, index) => `${4 + index * 2} 0 R`).join(" ");
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Kids [${kids}] /Count ${sheets.length} >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ...sheets.flatMap((sheet, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + index * 2} 0 R >>`,
      streamOf(contentOf(sheet)),
    ]),
  ];
  return assembled(objects);
}

/** A page that is too long goes on on the next. */
function sheetsOf(page: PdfPage): PdfPage[] {
  const lines = page.lines.flatMap(wrapped);
  const sheets: PdfPage[] = [];
  for (let at = 0; at === 0 || at < lines.length; at += linesAPage)
    sheets.push({ ...page, lines: lines.slice(at, at + linesAPage) });
  return sheets;
}

function wrapped(line: string): string[] {
  const rows: string[] = [];
  let rest = line;
  while (rest.length > charactersALine) {
    const space = rest.lastIndexOf(" ", charactersALine);
    const end = space > charactersALine / 2 ? space : charactersALine;
    rows.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...rows, rest];
}

function contentOf({ title, lines, mark }: PdfPage): string {
  const pale =
    mark === undefined
      ? []
      : ["q 0.88 g BT /F1 110 Tf 0.766 0.643 -0.643 0.766 140 190 Tm", `${literal(mark)} Tj ET Q`];
  return [
    ...pale,
    `BT /F1 18 Tf ${margin} ${height - margin} Td ${literal(title.slice(0, 60))} Tj ET`,
    `BT /F1 11 Tf ${lineHeight} TL ${margin} ${height - margin - 32} Td`,
    ...lines.map((line) => `${literal(line)} Tj T*`),
    "ET",
  ].join("\n");
}

const streamOf = (content: string) =>
  `<< /Length ${Buffer.byteLength(content, "latin1")} >>\nstream\n${content}\nendstream`;

/** Values never become syntax: what means something in a PDF string is escaped (ISO 32000-1 §7.3.4.2). */
function literal(text: string): string {
  const plain = [...text].map((character) => {
    const code = character.codePointAt(0) as number;
    if (character === "“" || character === "”") return '"';
    if (character === "’") return "'";
    if (code < 0x20 || (code > 0x7e && code < 0xa0) || code > 0xff) return "?";
    return "()\\".includes(character) ? `\\${character}` : character;
  });
  return `(${plain.join("")})`;
}

function assembled(objects: readonly string[]): Buffer {
  let text = "%PDF-1.4\n%\u00e2\u00e3\u00cf\u00d3\n";
  const offsets = objects.map((body, index) => {
    const at = text.length;
    text += `${index + 1} 0 obj\n${body}\nendobj\n`;
    return at;
  });
  const table = text.length;
  const rows = offsets.map((at) => `${String(at).padStart(10, "0")} 00000 n \n`).join("");
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
  return Buffer.from(text, "latin1");
}
