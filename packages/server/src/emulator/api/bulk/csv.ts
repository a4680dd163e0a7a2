/** Comma-separated values (RFC 4180), as a `signer_file` is written. */

/** Returns rows of cells, empty lines left out; undefined where a quote is not closed. */
export function csvRows(text: string): string[][] | undefined {
  const rows: string[][] = [];
  let row: string[] = [];
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;
  const source = text.replace(/^\ufeff/, "");
  while (cells.lastIndex < source.length) {
    const match = cells.exec(source);
    if (match === null) return undefined;
    const [, quoted, plain = "", end] = match;
    row.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    if (end === "," && cells.lastIndex < source.length) continue;
    if (end === ",") row.push("");
    if (row.some((cell) => cell !== "")) rows.push(row);
    row = [];
  }
  return rows;
}
