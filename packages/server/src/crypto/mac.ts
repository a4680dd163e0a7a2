/** HMAC-SHA-256 (RFC 2104) by one-shot digests: the objects that `createHmac` makes cost more than the hashing. */

import { hash } from "node:crypto";

/** Returns the 32-byte MAC of bytes, or of text as UTF-8. */
export type Mac = (data: string | Buffer) => Buffer;

const blockBytes = 64;
/** Data up to this length has a buffer kept for it, with the padded key already in place. */
const mostKeptBytes = 64;

/** Returns the function that makes MACs under a key of at most 64 bytes. */
export function hmacSha256(key: Buffer): Mac {
  if (key.length > blockBytes) throw new RangeError(`A MAC key has at most ${blockBytes} bytes.`);
  const inner = padded(key, 0x36);
  const outer = Buffer.concat([padded(key, 0x5c), Buffer.alloc(32)]);
  const kept: Buffer[] = [];
  const afterKey = (bytes: Buffer): Buffer => {
    if (bytes.length > mostKeptBytes) return Buffer.concat([inner, bytes]);
    kept[bytes.length] ??= Buffer.concat([inner, bytes]);
    const block = kept[bytes.length] as Buffer;
    block.set(bytes, blockBytes);
    return block;
  };
  return (data) => {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    outer.write(binaryDigest(afterKey(bytes)), blockBytes, "binary");
    return Buffer.from(binaryDigest(outer), "binary");
  };
}

/** Returns the SHA-256 of text as UTF-8, or of bytes. */
export function sha256(data: string | Buffer): Buffer {
  return Buffer.from(binaryDigest(data), "binary");
}

/** As a string: asked for a Buffer, Node allocates one outside its heap each time, at three times the cost. */
function binaryDigest(data: string | Buffer): string {
  return hash("sha256", data, "binary");
}

function padded(key: Buffer, pad: number): Buffer {
  const block = Buffer.alloc(blockBytes, pad);
  for (const [index, byte] of key.entries()) block.writeUInt8(byte ^ pad, index);
  return block;
}
