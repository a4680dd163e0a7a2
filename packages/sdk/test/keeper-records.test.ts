/** Whose a record is, what becomes of one that cannot be read, and the way into the encrypted store. */

import { describe, expect, it } from "vitest";
import { InvalidArgumentError, MemoryTokenStore, type TokenStore } from "../src/index.js";
import { DecryptionError, EncryptedTokenStore } from "../src/stores/encrypted.js";
import { keyOf } from "./support/keeper.js";
import {
  ending,
  expired,
  first,
  invalidGrant,
  key,
  outcome,
  scene,
  server,
  success,
} from "./support/keeper-scene.js";

describe("two apps, or two servers, on one store", () => {
  const other = { baseUrl: "http://127.0.0.1:2", fetch: async () => invalidGrant() };
  it.each([
    ["app", { clientId: "other", config: { ...other, baseUrl: server } }],
    ["server", { config: other }],
  ])("never meet, whatever the other %s does", async (_, options) => {
    const { keeper, time, open } = scene(() => success(1));
    const stranger = open(options);
    await keeper.save("jill", first);
    const unknown = { name: "ReauthorizationRequired", reason: "unknown_user" };
    expect(await outcome(time, stranger.accessToken("jill"))).toEqual(unknown);
    expect(await stranger.status("jill")).toBe("unknown");
    await stranger.revoke("jill");
    await stranger.forget("jill");
    await stranger.save("jill", { ...expired, accessToken: "theirs" });
    expect(await outcome(time, stranger.accessToken("jill"))).toMatchObject({ reason: "grant_refused" });
    await stranger.forget("jill");
    time.jump(3600);
    expect(await outcome(time, keeper.accessToken("jill"))).toBe("at1");
    expect(await outcome(time, stranger.accessToken("jill"))).toEqual(unknown);
  });

  it("are told apart from a user whose name is made to look like another's place", async () => {
    const { keeper, time, open, store } = scene(() => success(1));
    await keeper.save("jill", first);
    const unknown = { name: "ReauthorizationRequired", reason: "unknown_user" };
    for (const name of [key, keyOf(key, server), `jill","client`]) {
      expect(await outcome(time, open().accessToken(name))).toEqual(unknown);
      await open().forget(name);
    }
    expect(await outcome(time, open().accessToken("jill"))).toBe("at0");
    // Moved by hand to another user's place, it is nobody's.
    const { value } = await store.read(key);
    await store.write(keyOf("jack", server), 0, value);
    expect(await outcome(time, open().accessToken("jack"))).toMatchObject({ name: "RecordUnreadable" });
    // And so is one that does not say whose it is, where all of them do.
    const { owner: _, ...nobodys } = JSON.parse(value ?? "") as Record<string, unknown>;
    await store.write(keyOf("jim", server), 0, JSON.stringify(nobodys));
    expect(await outcome(time, open().accessToken("jim"))).toMatchObject({ name: "RecordUnreadable" });
  });
});

/** The same store, with this text where the user's record would be. */
async function spoil(inner: MemoryTokenStore, text: string): Promise<TokenStore> {
  await inner.write(key, 0, text);
  return inner;
}

describe("what cannot be read", () => {
  const ring = (id: string, byte: number) => [{ id, key: new Uint8Array(32).fill(byte) }];
  const broken: [string, (inner: MemoryTokenStore) => Promise<TokenStore>][] = [
    ["is no record", (inner) => spoil(inner, "{")],
    [
      "has a null for a time",
      (inner) =>
        spoil(
          inner,
          '{"v":1,"status":"active","accessToken":"a","obtainedAtMs":1,"refreshAtMs":null,"unusableAtMs":2}',
        ),
    ],
    [
      "is under a key that is gone",
      async (inner) => {
        const old = scene(() => success(1), { store: new EncryptedTokenStore(inner, ring("a", 1)) });
        await old.keeper.save("jill", first);
        return new EncryptedTokenStore(inner, ring("b", 2));
      },
    ],
    [
      "is plain although encryption is on",
      async (inner) => {
        await scene(() => success(1), { store: inner }).keeper.save("jill", first);
        return new EncryptedTokenStore(inner, ring("b", 2));
      },
    ],
    [
      "is of an earlier version and under a key that is gone",
      async (inner) => {
        await new EncryptedTokenStore(inner, ring("a", 1)).write("jill", 0, "x");
        return new EncryptedTokenStore(inner, ring("b", 2));
      },
    ],
  ];
  it.each(broken)("because it %s, has an error of its own, and no session ends", async (_, prepare) => {
    const inner = new MemoryTokenStore();
    const { keeper } = scene(() => success(1), { store: await prepare(inner) });
    const error = await keeper.accessToken("jill").catch((reason: Error) => reason);
    expect(error).toMatchObject({
      name: "RecordUnreadable",
      reason: "unreadable",
      action: "restore_or_replace",
    });
    expect((error as Error).message).toMatch(/restore its key .* log in again/);
    expect(await ending(keeper.status("jill"))).toMatchObject({ name: "RecordUnreadable" });
  });

  it.each(broken)(
    "because it %s, is replaced by save, closed by revoke and removed by forget",
    async (_, prepare) => {
      for (const act of ["save", "revoke", "forget"] as const) {
        const inner = new MemoryTokenStore();
        const { keeper, open } = scene(() => success(1), {
          store: await prepare(inner),
          revokeAtServer: true,
        });
        await keeper[act]("jill", first);
        const expected = { save: "active", revoke: "revoked", forget: "unknown" }[act];
        expect(await open().status("jill")).toBe(expected);
        if (act === "save") expect(await ending(open().accessToken("jill"))).toBe("at0");
        if (act !== "forget") continue;
        expect((await inner.read(key)).value).toBeUndefined();
        expect((await inner.read("jill")).value).toBeUndefined();
      }
    },
  );

  it("and may be another app's is not written over by a login", async () => {
    const inner = new MemoryTokenStore();
    await inner.write("jill", 0, "of another version, under another app's key");
    const { keeper, time, open } = scene(() => success(1), { store: inner });
    await keeper.save("jill", first);
    expect((await inner.read("jill")).value).toBe("of another version, under another app's key");
    expect(await outcome(time, open().accessToken("jill"))).toBe("at0");
  });

  it("can be forgotten by who has no key at all", async () => {
    const inner = new MemoryTokenStore();
    const sealed = scene(() => success(1), { store: new EncryptedTokenStore(inner, ring("a", 1)) });
    await sealed.keeper.save("jill", first);
    await scene(() => success(1), { store: inner }).keeper.forget("jill");
    expect(await sealed.open().status("jill")).toBe("unknown");
  });

  it("is not written over by a refresh that began before", async () => {
    const inner = new MemoryTokenStore();
    const { keeper, time, store } = scene(
      () => {
        void inner
          .read(key)
          .then(({ version }) => inner.write(key, version, "another node's, under its key"));
        return success(1);
      },
      { store: inner },
    );
    await keeper.save("jill", expired);
    expect(await outcome(time, keeper.accessToken("jill"))).toMatchObject({ reason: "save_failed" });
    expect((await store.read(key)).value).toBe("another node's, under its key");
  });

  it("does not come from numbers that are none: they are refused by name", async () => {
    const { keeper, store, open } = scene(() => success(1));
    for (const expiresIn of [Number.NaN, -1, 0.2, 1e308, Number.POSITIVE_INFINITY, "soon", new Date(), {}]) {
      const error = await keeper
        .save("jill", { ...first, expiresIn } as never)
        .catch((reason: Error) => reason);
      expect(error).toBeInstanceOf(InvalidArgumentError);
      expect((error as Error).message).toContain("expiresIn");
    }
    await expect(keeper.save("jill", { ...first, refreshToken: 5 as never })).rejects.toThrow("refreshToken");
    expect((await store.read(key)).version).toBe(0);
    const numbers =
      "refreshEarlySeconds defaultExpiresInSeconds recheckSeconds leaseSeconds attemptTimeoutMs storeTimeoutMs minRefreshIntervalSeconds maxCachedUsers";
    for (const name of numbers.split(" ")) {
      for (const value of [Number.NaN, -60, Number.POSITIVE_INFINITY, 1e300, "5", null === 0, new Date()]) {
        expect(() => open({ [name]: value })).toThrow(name);
      }
    }
    expect(() => open({ clientSecret: "" })).toThrow("clientSecret");
    for (const name of ["refreshEarlySeconds", "minRefreshIntervalSeconds"]) open({ [name]: 0 });
  });

  it("takes a lifetime in a string of digits, and nothing for a refresh token that is empty", async () => {
    const { keeper, time } = scene(() => success(1));
    await keeper.save("jill", { ...first, expiresIn: "3600" as never, refreshToken: "" });
    expect(await outcome(time, keeper.accessToken("jill"))).toBe("at0");
    time.jump(3600);
    expect(await outcome(time, keeper.accessToken("jill"))).toMatchObject({ reason: "no_refresh_token" });
  });
});

describe("a record of before records said whose they are", () => {
  const text =
    '{"v":1,"status":"active","accessToken":"at0","refreshToken":"rt0","obtainedAtMs":1800000000000,"refreshAtMs":1800003300000,"unusableAtMs":1800003595000}';
  const early = async () => {
    const store = new MemoryTokenStore();
    await store.write("jill", 0, text);
    return scene((token) => (token === "rt0" ? success(1) : invalidGrant()), { store });
  };
  const unknown = { name: "ReauthorizationRequired", reason: "unknown_user" };

  it("is read, and refreshed where it is, so that older processes beside this one see it", async () => {
    const { keeper, time, store, open, sent } = await early();
    expect(await outcome(time, keeper.accessToken("jill"))).toBe("at0");
    time.jump(3600);
    expect(await outcome(time, keeper.accessToken("jill"))).toBe("at1");
    expect(await outcome(time, open().accessToken("jill"))).toBe("at1");
    expect(sent).toEqual(["rt0"]);
    const { value = "" } = await store.read("jill");
    expect(JSON.parse(value)).toMatchObject({ v: 1, accessToken: "at1", refreshToken: "rt1" });
    expect((await store.read(key)).version).toBe(0);
  });

  it("belongs to the app that writes to it first; no other app is given it, or harms it", async () => {
    const { keeper, time, open } = await early();
    await keeper.rewrite("jill");
    const stranger = open({ clientId: "other" });
    expect(await outcome(time, stranger.accessToken("jill"))).toEqual(unknown);
    await stranger.save("jill", { ...first, accessToken: "theirs" });
    await stranger.forget("jill");
    expect(await outcome(time, open().accessToken("jill"))).toBe("at0");
  });

  it("is replaced by save, closed by revoke and removed by forget, for good", async () => {
    for (const act of ["save", "revoke", "forget"] as const) {
      const { keeper, time, open, store } = await early();
      await keeper[act]("jill", { ...first, accessToken: "b" });
      const expected = { save: "b", revoke: { ...unknown, reason: "revoked" }, forget: unknown }[act];
      expect(await outcome(time, open().accessToken("jill"))).toEqual(expected);
      expect((await store.read("jill")).value ?? "").not.toContain("at0");
      await open().save("jill", { ...first, accessToken: "c" });
      expect(await outcome(time, open().accessToken("jill"))).toBe("c");
      await open().forget("jill");
      expect(await outcome(time, open().accessToken("jill"))).toEqual(unknown);
      for (const place of ["jill", key]) expect((await store.read(place)).value).toBeUndefined();
    }
  });

  it("that is closed stays closed", async () => {
    const { keeper, time, store } = await early();
    const closed =
      '{"v":1,"status":"revoked","accessToken":"","obtainedAtMs":1800000000000,"refreshAtMs":1800003300000,"unusableAtMs":1800003595000}';
    await store.write("jill", 1, closed);
    expect(await outcome(time, keeper.accessToken("jill"))).toEqual({ ...unknown, reason: "revoked" });
  });

  it("that a process left while it was refreshing is waited for, then passed over", async () => {
    const { keeper, time, store } = await early();
    time.jump(3600);
    const lease = { owner: "dead", untilMs: time.now() + 20_000 };
    await store.write("jill", 1, JSON.stringify({ ...JSON.parse(text), lease }));
    expect(await outcome(time, keeper.accessToken("jill"))).toBe("at1");
    expect(time.elapsedMilliseconds).toBeGreaterThanOrEqual(20_000);
  });

  it("that was encrypted is read as well", async () => {
    const inner = new MemoryTokenStore();
    const sealed =
      "a256gcm.k1.nC1nK3Z8DarFHV2v.LNXMLkJ2zC-sdp7wVpuXlH7QdmtgmLFaaYyhL2P0zQVqp0LaF7SZatTZspSlKYLfTmYOxCshD-nT6-RxidRbjV28c5ioYdyo7AhrY80cgZxtA9rJkwCP0vCYbetqC8dWQYYsVAV7P_7DHwBqyjejoGrGbc6C6MtR3BIUvwhoxhL6Mwh6t2GO0RRoGdtHSsyiw6Fy8AuKw-ln8bAC71SPS4sm74PFZnbD";
    await inner.write("jill", 0, sealed);
    const key = { id: "k1", key: new Uint8Array(32).fill(1) };
    const { keeper } = scene(() => success(1), { store: new EncryptedTokenStore(inner, [key]) });
    expect(await ending(keeper.accessToken("jill"))).toBe("at0");
  });
});

describe("the way into the encrypted store, and from key to key", () => {
  const keys = (...ids: number[]) => ids.map((id) => ({ id: `k${id}`, key: new Uint8Array(32).fill(id) }));

  it("is acceptPlain and rewrite: the session goes on, and what is stored is encrypted", async () => {
    const inner = new MemoryTokenStore();
    const { keeper, open } = scene(() => success(1), { store: inner });
    await keeper.save("jill", first);
    const moving = open({ store: new EncryptedTokenStore(inner, keys(1), { acceptPlain: true }) });
    expect(await ending(moving.accessToken("jill"))).toBe("at0");
    await moving.rewrite("jill");
    await moving.rewrite("nobody");
    expect((await inner.read(key)).value).toMatch(/^a256gcm\.k1\./);
    const moved = open({ store: new EncryptedTokenStore(inner, keys(1)) });
    expect(await ending(moved.accessToken("jill"))).toBe("at0");
  });

  it("is a ring and rewrite: afterwards the older key can go", async () => {
    const inner = new MemoryTokenStore();
    const { open } = scene(() => success(1));
    await open({ store: new EncryptedTokenStore(inner, keys(1)) }).save("jill", first);
    await open({ store: new EncryptedTokenStore(inner, keys(2, 1)) }).rewrite("jill");
    const after = open({ store: new EncryptedTokenStore(inner, keys(2)) });
    expect(await ending(after.accessToken("jill"))).toBe("at0");
  });

  it("lets no plain value in when it is closed, and no broken one when it is open", async () => {
    const inner = new MemoryTokenStore();
    await inner.write("jill", 0, "plain");
    await expect(new EncryptedTokenStore(inner, keys(1)).read("jill")).rejects.toMatchObject({
      entryVersion: 1,
    });
    await inner.write("jill", 1, "a256gcm.k1.AAAA.AAAA");
    const open = new EncryptedTokenStore(inner, keys(1), { acceptPlain: true });
    await expect(open.read("jill")).rejects.toBeInstanceOf(DecryptionError);
  });

  it("disturbs no refresh that is under way", async () => {
    const { keeper, time, open, sent } = scene((_, n) => {
      void open().rewrite("jill");
      return success(n);
    });
    await keeper.save("jill", expired);
    expect(await outcome(time, keeper.accessToken("jill"))).toBe("at1");
    expect(await ending(open().accessToken("jill"))).toBe("at1");
    expect(sent).toEqual(["rt0"]);
  });
});
