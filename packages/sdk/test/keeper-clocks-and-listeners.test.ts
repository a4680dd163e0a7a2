/** Clocks that are set and listeners that fail: neither costs a token, a call or the process. */

import { describe, expect, it } from "vitest";
import { MemoryTokenStore, type TokenStore } from "../src/index.js";
import { expired, first, key, outcome, scene, server, success } from "./support/keeper-scene.js";
import { settle } from "./support/virtual-time.js";

describe("a clock that is set", () => {
  const day = 86_400;

  it.each([1.1, 5, 12, 24])(
    "back by 25 hours lets a token that is refused %s hours later be refreshed once",
    async (hours) => {
      const { keeper, time, sent } = scene((_, n) => success(n, { expires_in: day }));
      time.jump(25 * 3600);
      await keeper.save("jill", { ...first, expiresIn: 60 });
      time.jump(-25 * 3600);
      time.jump(hours * 3600);
      expect(await outcome(time, keeper.accessToken("jill", { rejected: "at0" }))).toBe("at1");
      expect(await outcome(time, keeper.accessToken("jill"))).toBe("at1");
      expect(sent).toHaveLength(1);
    },
  );

  it("back by half a minute too lets a token that is refused be refreshed", async () => {
    const { keeper, time } = scene(() => success(1));
    await keeper.save("jill", first);
    time.jump(-30);
    expect(await outcome(time, keeper.accessToken("jill", { rejected: "at0" }))).toBe("at1");
  });

  it("back has memory ask the store, which another process may have changed", async () => {
    const { keeper, time, open } = scene(() => success(1));
    await keeper.save("jill", first);
    time.jump(-3600);
    await open().save("jill", { ...first, accessToken: "b" });
    expect(await outcome(time, keeper.accessToken("jill"))).toBe("b");
  });

  it("back lengthens no pause after a failure", async () => {
    const { keeper, time } = scene((_, n) =>
      n === 1 ? new Response("", { status: 429, headers: { "retry-after": "600" } }) : success(1),
    );
    time.jump(day);
    await keeper.save("jill", expired);
    expect(await outcome(time, keeper.accessToken("jill"))).toMatchObject({ retryAfterSeconds: 600 });
    time.jump(-day);
    expect(await outcome(time, keeper.accessToken("jill"))).toBe("at1");
  });

  it.each([day, -day])(
    "by %s seconds while others refresh, or while a request runs, ends no call late",
    async (seconds) => {
      const kept = scene(() => "never");
      const { keeper, time, open } = kept;
      await keeper.save("jill", expired);
      const calls = [
        outcome(time, keeper.accessToken("jill"), 100),
        outcome(time, open().accessToken("jill"), 100),
      ];
      time.timer(3_000, () => time.jump(seconds));
      for (const result of await Promise.all(calls)) expect(result).not.toBe("pending");
      expect(kept.sent.length).toBeLessThan(4);
    },
  );

  it("so that it does not move ends a wait all the same", async () => {
    const { keeper, time, store, open } = scene(() => success(1));
    await keeper.save("jill", expired);
    const { version, value = "" } = await store.read(key);
    const lease = { owner: "dead", untilMs: time.now() + 3_600_000 };
    await store.write(key, version, JSON.stringify({ ...JSON.parse(value), lease }));
    const noon = time.now();
    expect(await outcome(time, open({ now: () => noon }).accessToken("jill"), 60)).toBe("at1");
  });

  it("forward between the lease and the request sends nothing that would be cut off at once", async () => {
    const inner = new MemoryTokenStore();
    let jumps = 1;
    const store: TokenStore = {
      read: (place) => inner.read(place),
      write: async (place, version, value) => {
        const ok = await inner.write(place, version, value);
        if (value?.includes('"lease"') && jumps-- > 0) kept.time.jump(25);
        return ok;
      },
    };
    const kept = scene(() => success(1), { store });
    let requests = 0;
    const fetch = async () => {
      requests++;
      await kept.time.sleep(300);
      return success(1);
    };
    const keeper = kept.open({ config: { baseUrl: server, fetch } });
    await keeper.save("jill", expired);
    expect(await outcome(kept.time, keeper.accessToken("jill"))).toBe("at1");
    expect(requests).toBe(1);
  });
});

describe("a listener that rejects", () => {
  it.each([
    ["asynchronously", async () => Promise.reject(new Error("broken"))],
    ["by throwing", () => expect.unreachable()],
  ])("ends nothing: %s", async (_, onEvent) => {
    const rejections: unknown[] = [];
    const hear = (reason: unknown) => void rejections.push(reason);
    process.on("unhandledRejection", hear);
    const { keeper, time } = scene(() => success(1), { onEvent });
    await keeper.save("jill", expired);
    expect(await outcome(time, keeper.accessToken("jill"))).toBe("at1");
    await settle();
    process.off("unhandledRejection", hear);
    expect(rejections).toEqual([]);
  });

  it("or never ends is not waited for", async () => {
    const { keeper, time } = scene(() => success(1), { onEvent: () => new Promise(() => {}) });
    await keeper.save("jill", expired);
    expect(await outcome(time, keeper.accessToken("jill"), 0)).toBe("at1");
  });
});
