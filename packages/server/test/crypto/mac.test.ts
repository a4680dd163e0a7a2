import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/text.js";
import { hmacSha256, sha256 } from "../../src/crypto/mac.js";

const bytes = (most: number) => fc.uint8Array({ maxLength: most }).map((array) => Buffer.from(array));

describe("a MAC", () => {
  it("is HMAC-SHA-256 for any key of a block or less and any bytes", () => {
    fc.assert(
      fc.property(bytes(64), bytes(300), (key, data) => {
        expect(hmacSha256(key)(data)).toEqual(createHmac("sha256", key).update(data).digest());
      }),
    );
  });

  it("is that of the UTF-8 of text, lone surrogates included", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        const key = Buffer.alloc(32, 7);
        expect(hmacSha256(key)(text)).toEqual(createHmac("sha256", key).update(text).digest());
        expect(sha256(text)).toEqual(createHash("sha256").update(text).digest());
      }),
    );
    expect(sha256("\ud800")).toEqual(createHash("sha256").update("\ud800").digest());
  });

  it("is refused a key that would have to be hashed first", () => {
    expect(() => hmacSha256(Buffer.alloc(65))).toThrow(RangeError);
  });
});
