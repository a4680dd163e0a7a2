/** The pictures of README and docs are whole, show something, and are the ones the documents name. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { pictures } from "./list.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../../..");
const folder = join(root, "docs/images");

interface Image {
  readonly width: number;
  readonly height: number;
  /** The colours of a line, each as a number of 24 bits. */
  readonly line: (y: number) => readonly number[];
  /** The blue of the last point of each line. */
  readonly rightEdge: readonly number[];
}

/** Reads a PNG as Chromium writes it: eight bits a channel, not interlaced. */
function readPng(file: string): Image {
  const bytes = readFileSync(file);
  const chunks: Buffer[] = [];
  for (let at = 8; at < bytes.length; at += bytes.readUInt32BE(at) + 12) {
    if (bytes.toString("latin1", at + 4, at + 8) === "IDAT")
      chunks.push(bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at)));
  }
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const channels = bytes[25] === 6 ? 4 : 3;
  const rows = unfiltered(inflateSync(Buffer.concat(chunks)), width * channels, height, channels);
  const line = (y: number) =>
    Array.from({ length: width }, (_, x) => rows[y]?.readUIntBE(x * channels, 3) ?? 0);
  const rightEdge = rows.map((row) => row[(width - 1) * channels + 2] ?? 0);
  return { width, height, line, rightEdge };
}

/** PNG §9: each line is the difference to what is left of it and above. */
function unfiltered(data: Buffer, length: number, height: number, channels: number): Buffer[] {
  const rows: Buffer[] = [];
  for (let y = 0; y < height; y += 1) {
    const row = Buffer.from(data.subarray(y * (length + 1) + 1, (y + 1) * (length + 1)));
    const above = rows[y - 1] ?? Buffer.alloc(length);
    const kind = data[y * (length + 1)];
    for (let x = 0; x < length; x += 1) {
      const [a, b, c] = [row[x - channels] ?? 0, above[x] ?? 0, above[x - channels] ?? 0];
      row[x] = (row[x] as number) + predicted(kind, a, x < channels ? 0 : a, b, x < channels ? 0 : c);
    }
    rows.push(row);
  }
  return rows;
}

function predicted(kind: number | undefined, left: number, a: number, b: number, c: number): number {
  if (kind === 1) return left;
  if (kind === 2) return b;
  if (kind === 3) return (a + b) >> 1;
  if (kind !== 4) return 0;
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

describe.each(pictures)("the picture $file", ({ file, width }) => {
  const image = readPng(join(folder, file));

  it("is as wide as its screen, and shows a page", () => {
    expect(image.width).toBe(width);
    const colours = new Set<number>();
    for (let y = 0; y < image.height; y += 7) for (const colour of image.line(y)) colours.add(colour);
    expect(colours.size).toBeGreaterThan(50);
  });

  it("is not cut: the page ends before it does", () => {
    expect(new Set(image.line(image.height - 1)).size).toBe(1);
    // Shadows of cards may reach the edge; text or a border would be a jump of colour.
    expect(Math.max(...image.rightEdge) - Math.min(...image.rightEdge)).toBeLessThan(16);
  });
});

describe("the documents", () => {
  const documents = [
    "README.md",
    ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => join("docs", name)),
  ];
  const named = documents.flatMap((name) =>
    [...readFileSync(join(root, name), "utf8").matchAll(/images\/([\w-]+\.png)/g)].map(([, image]) => image),
  );

  it("name only pictures that `npm run pictures` makes, and there are no others", () => {
    const made = pictures.map(({ file }) => file).sort();
    expect(
      readdirSync(folder)
        .filter((name) => name.endsWith(".png"))
        .sort(),
    ).toEqual(made);
    for (const name of named) expect(made).toContain(name);
    expect(named.length).toBeGreaterThan(2);
  });
});
