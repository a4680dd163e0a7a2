/** Tokens are derived: what is sealed opens again, and nothing else does. */

import { describe, expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/text.js";
import { KeyRing } from "../../src/crypto/key-ring.js";
import {
  type AccessToken,
  newFamilyId,
  openAccessToken,
  openRefreshToken,
  type RefreshToken,
  sealAccessToken,
  sealRefreshToken,
} from "../../src/oauth/tokens/opaque.js";
import { fc } from "../support/fuzz.js";
import { seededRandom } from "../support/random.js";

const secret = (name: string) => `${name} 0123456789 abcdefghijklmnopqrstuvwxyz`;
const ring = new KeyRing([secret("new")]);

const encodings = fc.constantFrom("base64-of-hex" as const, "prefixed-base64url" as const);
const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((value) => Buffer.from(value).toString("hex"));
const accessTokens: fc.Arbitrary<AccessToken> = fc.record({
  familyId: hex(16),
  issuedAt: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
  lifetimeSeconds: fc.integer({ min: 0, max: 2 ** 24 - 1 }),
  scopeMask: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  resource: fc.integer({ min: 0, max: 255 }),
});
const refreshTokens: fc.Arbitrary<RefreshToken> = fc.record({
  familyId: hex(16),
  generation: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});
const nonces = hex(3).map((text) => Buffer.from(text, "hex"));

const kinds = {
  access: {
    bytes: 52,
    sealed: fc
      .tuple(encodings, accessTokens, nonces)
      .map(([encoding, token, nonce]) => ({ encoding, text: sealAccessToken(ring, encoding, token, nonce) })),
    open: openAccessToken,
  },
  refresh: {
    bytes: 36,
    sealed: fc
      .tuple(encodings, refreshTokens)
      .map(([encoding, token]) => ({ encoding, text: sealRefreshToken(ring, encoding, token) })),
    open: openRefreshToken,
  },
};

type Encoding = "base64-of-hex" | "prefixed-base64url";
const prefixOf = (text: string) => /^cs_.t_/.exec(text)?.[0] ?? "";
const bytesOf = (text: string, encoding: Encoding) =>
  encoding === "prefixed-base64url"
    ? Buffer.from(text.slice(6), "base64url")
    : Buffer.from(Buffer.from(text, "base64").toString("latin1"), "hex");
const textOf = (bytes: Buffer, encoding: Encoding, prefix: string) =>
  encoding === "prefixed-base64url"
    ? prefix + bytes.toString("base64url")
    : Buffer.from(bytes.toString("hex")).toString("base64");

it("an access token says what was sealed in it", () => {
  fc.assert(
    fc.property(encodings, accessTokens, nonces, (encoding, token, nonce) => {
      expect(openAccessToken(ring, sealAccessToken(ring, encoding, token, nonce))).toEqual(token);
    }),
  );
});

it("a refresh token says what was sealed in it, and is the same text each time", () => {
  fc.assert(
    fc.property(encodings, refreshTokens, (encoding, token) => {
      const text = sealRefreshToken(ring, encoding, token);
      expect(openRefreshToken(ring, text)).toEqual(token);
      expect(sealRefreshToken(ring, encoding, token)).toBe(text);
    }),
  );
});

it("two access tokens of one moment differ by the nonce alone", () => {
  fc.assert(
    fc.property(encodings, accessTokens, nonces, nonces, (encoding, token, one, other) => {
      const same =
        sealAccessToken(ring, encoding, token, one) === sealAccessToken(ring, encoding, token, other);
      expect(same).toBe(one.equals(other));
    }),
  );
});

it("the live lengths are 140 and 96 characters", () => {
  fc.assert(
    fc.property(accessTokens, refreshTokens, nonces, (access, refresh, nonce) => {
      expect(sealAccessToken(ring, "base64-of-hex", access, nonce)).toMatch(/^[A-Za-z0-9+/]{139}=$/);
      expect(sealRefreshToken(ring, "base64-of-hex", refresh)).toMatch(/^[A-Za-z0-9+/]{96}$/);
    }),
  );
});

describe.each(Object.entries(kinds))("an %s token", (name, kind) => {
  it("does not open when any one bit of it is flipped", () => {
    fc.assert(
      fc.property(kind.sealed, fc.nat(kind.bytes * 8 - 1), ({ encoding, text }, bit) => {
        const bytes = bytesOf(text, encoding);
        expect(bytes).toHaveLength(kind.bytes);
        bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(kind.open(ring, textOf(bytes, encoding, prefixOf(text)))).toBeUndefined();
        bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(kind.open(ring, textOf(bytes, encoding, prefixOf(text)))).toBeDefined();
      }),
      { numRuns: 1000 },
    );
  });

  it("does not open when any one character of it is another", () => {
    const characters = fc.constantFrom(..."ABCXYZabcxyz0189+/=-_ \n\0é");
    fc.assert(
      fc.property(kind.sealed, fc.nat(), characters, ({ text }, position, character) => {
        const at = position % text.length;
        fc.pre(text[at] !== character);
        expect(kind.open(ring, text.slice(0, at) + character + text.slice(at + 1))).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  it("opens in its canonical form alone", () => {
    fc.assert(
      fc.property(kind.sealed, ({ encoding, text }) => {
        const bytes = bytesOf(text, encoding);
        const upperHex = Buffer.from(bytes.toString("hex").toUpperCase()).toString("base64");
        const others = [
          ` ${text}`,
          `${text} `,
          `${text}\n`,
          `${text}=`,
          `${text}A`,
          text.replace(/=$/, ""),
          text.replaceAll("+", "-").replaceAll("/", "_"),
          `${text.slice(0, 50)}\n${text.slice(50)}`,
          upperHex,
          bytes.toString("hex"),
          bytes.toString("base64"),
          bytes.toString("base64url"),
          `cs_xt_${bytes.toString("base64url")}`,
        ].filter((other) => other !== text);
        for (const other of others) expect(kind.open(ring, other), other).toBeUndefined();
      }),
    );
  });

  it("opens in either encoding, so that a change of profile ends nobody's session", () => {
    fc.assert(
      fc.property(kind.sealed, ({ encoding, text }) => {
        const bytes = bytesOf(text, encoding);
        const prefix = name === "access" ? "cs_at_" : "cs_rt_";
        const both = (["base64-of-hex", "prefixed-base64url"] as const).map((form) =>
          kind.open(ring, textOf(bytes, form, prefix)),
        );
        expect(both[0]).toBeDefined();
        expect(both[0]).toEqual(both[1]);
      }),
    );
  });

  it("opens under an older key that is still configured, and not under a foreign one", () => {
    const rotated = new KeyRing([secret("newer"), secret("new")]);
    const foreign = new KeyRing([secret("newer"), secret("foreign")]);
    fc.assert(
      fc.property(kind.sealed, ({ text }) => {
        expect(kind.open(rotated, text)).toEqual(kind.open(ring, text));
        expect(kind.open(foreign, text)).toBeUndefined();
      }),
    );
  });

  it("is not opened as the other kind", () => {
    const other = name === "access" ? openRefreshToken : openAccessToken;
    fc.assert(
      fc.property(kind.sealed, ({ text }) => {
        expect(other(ring, text)).toBeUndefined();
      }),
    );
  });

  it("is never made of any other text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: anyCharacter }), fc.base64String(), hex(kind.bytes)), (text) => {
        expect(kind.open(ring, text)).toBeUndefined();
        expect(kind.open(ring, `cs_at_${text}`)).toBeUndefined();
        expect(kind.open(ring, `cs_rt_${text}`)).toBeUndefined();
      }),
    );
  });
});

it("a family id begins with its time, so that ids sort by it, and ends in chance", () => {
  const random = seededRandom("families");
  const times = [0, 1, 255, 256, Date.UTC(2026, 0, 1), 2 ** 48 - 1];
  const ids = times.map((time) => newFamilyId(time, random));
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect([...ids].sort()).toEqual(ids);
  expect(newFamilyId(7, random)).not.toBe(newFamilyId(7, random));
});

it("a family's id is its time and eighty random bits, of which sixteen may become another number (docs/storage.md)", () => {
  const random = seededRandom("room");
  const times = fc.integer({ min: 0, max: 2 ** 48 - 1 });
  let varied = 0n;
  fc.assert(
    fc.property(times, times, fc.integer({ min: 0, max: 0xffff }), (now, later, shard) => {
      const id = newFamilyId(now, random);
      expect(Number.parseInt(id.slice(0, 12), 16)).toBe(now);
      varied |= BigInt(`0x${id.slice(12)}`) ^ BigInt(`0x${newFamilyId(later, random).slice(12)}`);
      const familyId = id.slice(0, 12) + shard.toString(16).padStart(4, "0") + id.slice(16);
      const opened = openRefreshToken(
        ring,
        sealRefreshToken(ring, "prefixed-base64url", { familyId, generation: 1 }),
      );
      expect(Number.parseInt((opened as RefreshToken).familyId.slice(12, 16), 16)).toBe(shard);
      if (now < later) expect(familyId < newFamilyId(later, random)).toBe(true);
    }),
  );
  expect(varied).toBe(2n ** 80n - 1n);
});
