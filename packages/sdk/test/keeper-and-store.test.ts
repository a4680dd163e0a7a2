/** What a store does to a keeper, and what the user does meanwhile: no answer, a late one, none that can be read. */

import { describe, expect, it } from "vitest";
import { MemoryTokenStore, type TokenStore } from "../src/index.js";
import { ending, expired, first, invalidGrant, outcome, scene, success } from "./support/keeper-scene.js";
import { settle } from "./support/virtual-time.js";

/** A store whose verbs can be held, or made to fail. */
function heldStore(inner: TokenStore = new MemoryTokenStore()) {
  const held = { read: false, write: false };
  const waiting: (() => void)[] = [];
  const wait = () => new Promise<void>((resolve) => waiting.push(resolve));
  const store: TokenStore = {
    read: async (place) => {
      const entry = await inner.read(place);
      if (held.read) await wait();
      return entry;
    },
    write: async (place, version, value) => {
      if (held.write) await wait();
      return inner.write(place, version, value);
    },
  };
  const release = () => {
    held.read = false;
    held.write = false;
    for (const go of waiting.splice(0)) go();
  };
  return { store, held, release };
}

describe("a store that does not answer", () => {
  it("costs no token in memory that is still good, and only one wait for many calls", async () => {
    const { store, held } = heldStore();
    const { keeper, time } = scene(() => success(1), { store });
    await keeper.save("jill", first);
    held.read = true;
    await time.run(100);
    expect(await outcome(time, keeper.accessToken("jill"), 5)).toBe("at0");
    const again = await Promise.all([keeper.accessToken("jill"), keeper.accessToken("jill")]);
    expect(again).toEqual(["at0", "at0"]);
  });

  it("blocks nobody once it answers again", async () => {
    const { store, held } = heldStore();
    const { keeper, time } = scene(() => success(1), { store });
    await keeper.save("jill", expired);
    held.read = true;
    expect(await outcome(time, keeper.accessToken("jill"), 5)).toMatchObject({ reason: "store" });
    held.read = false;
    expect(await outcome(time, keeper.accessToken("jill"))).toBe("at1");
  });

  it.each(["read", "write"] as const)("to a %s ends every call, within its limit", async (verb) => {
    const { store, held } = heldStore();
    const { keeper, time } = scene(() => success(1), { store, storeTimeoutMs: 700 });
    await keeper.save("jill", expired);
    held[verb] = true;
    const unavailable = { name: "TemporarilyUnavailable", reason: "store" };
    expect(await outcome(time, keeper.accessToken("jill"), 3)).toEqual(unavailable);
    for (const act of ["save", "revoke", "forget"] as const) {
      expect(await outcome(time, keeper[act]("jill", first), 6)).toEqual(unavailable);
    }
    expect(await outcome(time, keeper.status("jill"), 1)).toEqual(verb === "read" ? unavailable : "active");
  });

  it("to the save of a new token keeps that token, and saves it later", async () => {
    const { store, held, release } = heldStore();
    const { keeper, time, open, sent } = scene(
      () => {
        held.write = true;
        return success(1);
      },
      { store },
    );
    await keeper.save("jill", expired);
    expect(await outcome(time, keeper.accessToken("jill"))).toMatchObject({ reason: "save_failed" });
    release();
    expect(await outcome(time, keeper.accessToken("jill"))).toBe("at1");
    expect(await outcome(time, open().accessToken("jill"))).toBe("at1");
    expect(sent).toEqual(["rt0"]);
  });

  it("that refuses every write ends every call all the same", async () => {
    const value = JSON.stringify({
      v: 1,
      status: "active",
      accessToken: "a",
      refreshToken: "r",
      obtainedAtMs: 0,
      refreshAtMs: 0,
      unusableAtMs: 0,
    });
    const store = { read: async () => ({ version: 1, value }), write: async () => false };
    const { keeper, time } = scene(() => success(1), {
      store: {
        ...store,
        read: async (place) => (place === "jill" ? { version: 1, value } : { version: 0, value: undefined }),
      },
    });
    const busy = { name: "TemporarilyUnavailable", reason: "busy" };
    expect(await outcome(time, keeper.accessToken("jill"))).toEqual(busy);
    expect(await outcome(time, keeper.save("jill", first))).toEqual(busy);
    expect(time.elapsedMilliseconds).toBeLessThan(120_000);
  });

  it("or that takes the lease and refuses the token, ends the call and keeps the token in memory", async () => {
    const inner = new MemoryTokenStore();
    let refuses = true;
    const store: TokenStore = {
      read: (place) => inner.read(place),
      write: async (place, version, value) =>
        refuses && value?.includes("at1") === true ? false : inner.write(place, version, value),
    };
    const { keeper, time, sent } = scene(() => success(1), { store });
    await keeper.save("jill", expired);
    expect(await outcome(time, keeper.accessToken("jill"), 60)).toMatchObject({ reason: "save_failed" });
    refuses = false;
    expect(await outcome(time, keeper.accessToken("jill"))).toBe("at1");
    expect(sent).toEqual(["rt0"]);
  });

  it("or answers with nonsense is a fault of the store", async () => {
    for (const entry of [undefined, null, {}, { version: "1", value: "x" }, { version: Number.NaN }]) {
      const store = { read: async () => entry as never, write: async () => true };
      const { keeper, time } = scene(() => success(1), { store });
      expect(await outcome(time, keeper.accessToken("jill"))).toMatchObject({ reason: "store" });
    }
  });
});

describe("what was read before the user acted", () => {
  /** A look at the store is under way, the user acts, the look comes back. */
  async function late(act: "save" | "revoke" | "forget") {
    const { store, held, release } = heldStore();
    const kept = scene(() => success(1), { store });
    await kept.keeper.save("jill", first);
    await kept.time.run(100);
    held.read = true;
    const before = outcome(kept.time, kept.keeper.accessToken("jill"), 0);
    await settle();
    held.read = false;
    await kept.keeper[act]("jill", { ...first, accessToken: "other" });
    const joined = ending(kept.keeper.accessToken("jill"));
    release();
    const after = () => outcome(kept.time, kept.keeper.accessToken("jill"), 1);
    return { before: await before, joined: await outcome(kept.time, joined, 1), later: await after() };
  }

  it("is not served after a save: everybody gets the new account's token", async () => {
    expect(await late("save")).toEqual({ before: "other", joined: "other", later: "other" });
  });

  it.each(["revoke", "forget"] as const)("is not served after a %s", async (act) => {
    const over = { name: "ReauthorizationRequired", reason: act === "revoke" ? "revoked" : "unknown_user" };
    expect(await late(act)).toEqual({ before: over, joined: over, later: over });
  });

  it("cannot overtake: acts of one process hold in the order in which they were begun", async () => {
    const { store, held, release } = heldStore();
    const { keeper, time } = scene(() => success(1), { store });
    held.write = true;
    const save = keeper.save("jill", first);
    await settle();
    held.write = false;
    const revoke = keeper.revoke("jill");
    await settle();
    release();
    await Promise.all([save, revoke]);
    expect(await outcome(time, keeper.accessToken("jill"))).toMatchObject({ reason: "revoked" });
  });

  it("does not hide that a save which failed may have happened", async () => {
    const inner = new MemoryTokenStore();
    let lose = false;
    const store: TokenStore = {
      read: (place) => (lose ? Promise.reject(new Error("down")) : inner.read(place)),
      write: async (place, version, value) => {
        const ok = await inner.write(place, version, value);
        if (lose) throw new Error("connection lost");
        return ok;
      },
    };
    const { keeper, time } = scene(() => success(1), { store });
    await keeper.save("jill", first);
    const read = inner.read.bind(inner);
    let reads = 0;
    store.read = (place) => (lose && ++reads > 1 ? Promise.reject(new Error("down")) : read(place));
    lose = true;
    expect(await outcome(time, keeper.save("jill", { ...first, accessToken: "b" }))).toMatchObject({
      reason: "store",
    });
    lose = false;
    expect(await outcome(time, keeper.accessToken("jill"))).toBe("b");
  });

  it("is not saved over a login that came meanwhile, even one with the same token in the same millisecond", async () => {
    const kept = scene((token) => {
      if (token === "rt0") void kept.open().save("jill", { ...expired, refreshToken: "rt5" });
      return success(token === "rt0" ? 1 : 6);
    });
    await kept.keeper.save("jill", expired);
    await outcome(kept.time, kept.keeper.accessToken("jill"));
    expect(await outcome(kept.time, kept.open().accessToken("jill"))).toBe("at6");
    expect(kept.sent).toEqual(["rt0", "rt5"]);
  });

  it("is not written again by a save whose first try was not confirmed: a refresh since then holds", async () => {
    const inner = new MemoryTokenStore();
    const kept = scene((token) => (token === "rt0" ? success(1) : invalidGrant()), { store: inner });
    let lose = true;
    const store: TokenStore = {
      read: (place) => inner.read(place),
      write: async (place, version, value) => {
        const ok = await inner.write(place, version, value);
        if (!lose) return ok;
        lose = false;
        // Another process sees the login and refreshes it before this one has looked again.
        expect(await kept.open().accessToken("jill")).toBe("at1");
        throw new Error("connection lost");
      },
    };
    const keeper = kept.open({ store });
    expect(await outcome(kept.time, keeper.save("jill", expired))).toBeUndefined();
    expect(await outcome(kept.time, kept.open().accessToken("jill"))).toBe("at1");
    expect(kept.sent).toEqual(["rt0"]);
  });
});

describe("a write that nobody heard of", () => {
  /** A save whose writes the store holds back until the test lets them go. */
  async function unheard(act: "revoke" | "forget", before: "nothing" | "revoked" | "forgotten") {
    const { store, held, release } = heldStore();
    const { keeper, time, open } = scene(() => success(1), { store });
    if (before !== "nothing") await keeper.save("jill", first);
    if (before === "revoked") await keeper.revoke("jill");
    if (before === "forgotten") await keeper.forget("jill");
    held.write = true;
    expect(await outcome(time, keeper.save("jill", first), 20)).toMatchObject({ reason: "store" });
    held.write = false;
    // By the same process or by another one.
    await (before === "nothing" ? keeper : open())[act]("jill");
    release();
    await settle();
    return [await open().status("jill"), await outcome(time, keeper.accessToken("jill"))];
  }

  it.each(["nothing", "revoked", "forgotten"] as const)(
    "arrives too late once the user has revoked or forgotten, where there was %s before",
    async (before) => {
      const over = (reason: string) => ({ name: "ReauthorizationRequired", reason });
      const closed = before === "revoked" ? ["revoked", over("revoked")] : ["unknown", over("unknown_user")];
      expect(await unheard("revoke", before)).toEqual(closed);
      expect(await unheard("forget", before)).toEqual(["unknown", over("unknown_user")]);
    },
  );
});

describe("a look at the store that callers share", () => {
  it("tells nobody who came after a login elsewhere that there was none", async () => {
    const { store, held, release } = heldStore();
    const { keeper, open, events } = scene(() => success(1), { store });
    const other = open();
    held.read = true;
    const before = ending(keeper.accessToken("jill"));
    await settle();
    held.read = false;
    await other.save("jill", first);
    const after = [keeper.accessToken("jill"), keeper.accessToken("jill")].map((call) => ending(call));
    await settle();
    release();
    expect(await before).toMatchObject({ reason: "unknown_user" });
    expect(await Promise.all(after)).toEqual(["at0", "at0"]);
    expect(events.filter(({ type }) => type === "reauthorization_required")).toHaveLength(1);
  });
});
