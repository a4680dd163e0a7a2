/** Reading files that an operator names: a wrong name may be that of a device, of a database or of a disk image. */

import { closeSync, openSync, readSync } from "node:fs";

/** Returns the bytes of a file or pipe. @throws {Error} if it cannot be read, or as soon as it has more bytes than it may. */
export function readBoundedFile(file: string, mostBytes: number): Buffer {
  const handle = openSync(file, "r");
  try {
    const parts: Buffer[] = [];
    let length = 0;
    for (;;) {
      const part = Buffer.allocUnsafe(Math.min(65_536, mostBytes + 1 - length));
      const count = readSync(handle, part, 0, part.length, null);
      if (count === 0) return Buffer.concat(parts, length);
      parts.push(part.subarray(0, count));
      length += count;
      if (length > mostBytes) throw new Error(`${file} has more than ${mostBytes} bytes`);
    }
  } finally {
    closeSync(handle);
  }
}
