import { describe, expect, it } from "vitest";
import type { TokenStore } from "../../src/index.js";

/** What every store promises. `open` gives a store and, where there can be one, a second one on the same data. */
export function describeStoreContract(
  name: string,
  open: () => Promise<{ store: TokenStore; other: TokenStore }>,
): void {
  const value = JSON.stringify({ a: "ü\n\u0000\"'", long: "x".repeat(4000) });
  let users = 0;
  const begin = async () => ({ ...(await open()), user: `user ${users++} '; DROP TABLE x; -- ../ü` });

  describe(`the ${name} store`, () => {
    it("reads version 0 and no value for a user it never saw", async () => {
      const { store, user } = await begin();
      expect(await store.read(user)).toEqual({ version: 0, value: undefined });
    });

    it("gives back the text of a write, to another connection as well, one version later", async () => {
      const { store, other, user } = await begin();
      expect(await store.write(user, 0, value)).toBe(true);
      expect(await other.read(user)).toEqual({ version: 1, value });
      expect(await other.write(user, 1, "")).toBe(true);
      expect(await store.read(user)).toEqual({ version: 2, value: "" });
    });

    it("refuses a write that expects another version, and changes nothing", async () => {
      const { store, other, user } = await begin();
      expect(await store.write(user, 1, "early")).toBe(false);
      expect(await store.read(user)).toEqual({ version: 0, value: undefined });
      await store.write(user, 0, "a");
      await store.write(user, 1, "b");
      for (const stale of [0, 1, 3, 99]) expect(await other.write(user, stale, "late")).toBe(false);
      expect(await other.read(user)).toEqual({ version: 2, value: "b" });
    });

    it("keeps the count of a removed entry, so that a late writer cannot bring it back", async () => {
      const { store, other, user } = await begin();
      await store.write(user, 0, "a");
      expect(await store.write(user, 1, undefined)).toBe(true);
      expect(await store.read(user)).toEqual({ version: 2, value: undefined });
      expect(await other.write(user, 1, "late")).toBe(false);
      expect(await other.write(user, 0, "late")).toBe(false);
      expect(await other.write(user, 2, "new")).toBe(true);
      expect(await store.read(user)).toEqual({ version: 3, value: "new" });
    });

    it("lets one of many simultaneous writers win, at every version", async () => {
      const { store, other, user } = await begin();
      for (let version = 0; version < 8; version++) {
        const writers = Array.from({ length: 12 }, (_, i) =>
          (i % 2 === 0 ? store : other).write(user, version, `${version}/${i}`),
        );
        const won = (await Promise.all(writers)).flatMap((ok, i) => (ok ? [i] : []));
        expect(won).toHaveLength(1);
        expect(await store.read(user)).toEqual({ version: version + 1, value: `${version}/${won[0]}` });
      }
    });

    it("loses no increment of writers that read, change and try again", async () => {
      const { store, other, user } = await begin();
      const add = async (one: TokenStore) => {
        for (;;) {
          const { version, value: text } = await one.read(user);
          if (await one.write(user, version, String(Number(text ?? 0) + 1))) return;
        }
      };
      await Promise.all(Array.from({ length: 16 }, (_, i) => add(i % 2 === 0 ? store : other)));
      expect(await store.read(user)).toEqual({ version: 16, value: "16" });
    });

    it("keeps users apart whose names differ little", async () => {
      const { store, user } = await begin();
      const names = [
        user,
        `${user} `,
        user.toUpperCase(),
        "__proto__",
        "constructor",
        `${user}\u0301`,
        `../${user}`,
        `${user}/..`,
      ];
      for (const each of names) {
        const { version } = await store.read(each);
        expect(await store.write(each, version, each)).toBe(true);
      }
      for (const each of names) expect((await store.read(each)).value).toBe(each);
    });
  });
}
