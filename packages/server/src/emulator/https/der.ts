/** DER (X.690), as much of it as a certificate needs. */

const tag = (number: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([number]), length(content.length), content]);
};

function length(count: number): Buffer {
  if (count < 128) return Buffer.from([count]);
  const bytes = Buffer.from(
    count.toString(16).padStart(count > 0xffff ? 6 : count > 0xff ? 4 : 2, "0"),
    "hex",
  );
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

export const sequence = (...parts: readonly Buffer[]): Buffer => tag(0x30, ...parts);
export const set = (...parts: readonly Buffer[]): Buffer => tag(0x31, ...parts);
export const octets = (content: Buffer): Buffer => tag(0x04, content);
export const boolean = (value: boolean): Buffer => tag(0x01, Buffer.from([value ? 0xff : 0]));
export const text = (value: string): Buffer => tag(0x0c, Buffer.from(value, "utf8"));
/** A constructed value under a context-specific number. */
export const context = (number: number, ...parts: readonly Buffer[]): Buffer => tag(0xa0 | number, ...parts);
/** A primitive value under a context-specific number. */
export const implicit = (number: number, content: Buffer): Buffer => tag(0x80 | number, content);

/** A number that is not negative. */
export function integer(bytes: Buffer): Buffer {
  const padded = (bytes[0] as number) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
  return tag(0x02, padded);
}

/** @param unused how many of the last bits mean nothing. */
export const bits = (content: Buffer, unused = 0): Buffer => tag(0x03, Buffer.from([unused]), content);

/** UTCTime: a certificate is valid until 2049 at the latest. */
export function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return tag(0x17, Buffer.from(`${digits}Z`, "latin1"));
}

export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return tag(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}
