import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { clockKeys, moveClock } from "../../src/emulator/control/acts.js";
import { Fields } from "../../src/emulator/control/fields.js";
import type { ReplaceableStorage } from "../../src/emulator/state/replaceable-storage.js";
import { World } from "../../src/emulator/state/world.js";
import { EmulatedClock } from "../../src/emulator/time/clock.js";
import { inWords, parseDuration, parseTime } from "../../src/emulator/time/duration.js";
import { Timeline } from "../../src/emulator/time/timeline.js";
import type { HttpContext } from "../../src/http/context.js";
import { type SignEmulator, startEmulator } from "../../src/testing/index.js";
import { account, exchange, tokensFor } from "./client.js";

const noon = Date.UTC(2026, 4, 1, 12);

describe("the clock of an emulator", () => {
  let sign: SignEmulator;
  beforeAll(async () => {
    sign = await startEmulator({ clock: new Date(noon) });
  });
  afterAll(() => sign.close());
  beforeEach(() => sign.reset());

  it("stands still where it was started, also after a reset", async () => {
    await sign.clock.advance("1d");
    await sign.reset();
    expect((await sign.clock.now()).getTime()).toBe(noon);
  });

  it("takes an access token to the millisecond before its end, and no further", async () => {
    const { access_token, expires_in } = await tokensFor(sign);
    await sign.clock.advance(expires_in * 1000 - 1);
    expect((await account(sign, access_token)).status).toBe(200);
    await sign.clock.advance(1);
    expect((await account(sign, access_token)).status).toBe(401);
  });

  it("takes a code for an hour less a millisecond, and no longer", async () => {
    const [early, late] = [await sign.authorize(), await sign.authorize({ account: "jack@example.com" })];
    await sign.clock.advance(3_600_000 - 1);
    expect((await exchange(sign, early.code)).status).toBe(200);
    await sign.clock.advance("1ms");
    expect((await exchange(sign, late.code)).status).toBe(400);
  });

  it("goes back as well", async () => {
    const { access_token } = await tokensFor(sign);
    await sign.clock.advance("2d");
    expect((await account(sign, access_token)).status).toBe(401);
    await sign.clock.set(noon + 1000);
    expect((await account(sign, access_token)).status).toBe(200);
  });
});

describe("a clock", () => {
  it("runs, is moved, stands still and runs on from there", () => {
    let system = 1000;
    const clock = new EmulatedClock(() => system);
    clock.set(5000);
    system += 10;
    expect(clock.now()).toBe(5010);
    clock.freeze();
    system += 10;
    expect(clock.now()).toBe(5010);
    clock.set(6000);
    expect([clock.now(), clock.frozen]).toEqual([6000, true]);
    clock.unfreeze();
    system += 10;
    expect(clock.now()).toBe(6010);
    clock.reset();
    expect(clock.now()).toBe(system);
  });

  describe("when the time of the system passes between any two looks at it", () => {
    const passing = () => {
      let system = 1000;
      return new Timeline(new EmulatedClock(() => system++));
    };

    it("stands still at the very time it was told to", async () => {
      const timeline = passing();
      const fields = new Fields({ freeze: new Date(noon).toISOString() }, clockKeys);
      await moveClock({ timeline } as World, fields);
      expect(timeline.clock.now()).toBe(noon);
    });

    it("runs on where the time to stand still at is none", async () => {
      const timeline = passing();
      const fields = new Fields({ freeze: "tomorrow" }, clockKeys);
      await expect(moveClock({ timeline } as World, fields)).rejects.toThrow("freeze must be a time");
      expect(timeline.clock.frozen).toBe(false);
    });

    it("stands still again where it did when a snapshot was taken", async () => {
      const timeline = passing();
      const storage = { dump: () => new Map(), replace: async () => {} } as unknown as ReplaceableStorage;
      const none = { startClock: () => {}, plant: async () => {}, context: {} as HttpContext };
      const world = new World({ ...none, timeline, storage });
      timeline.freeze();
      const [before, snapshot] = [timeline.clock.now(), world.snapshot()];
      timeline.unfreeze();
      await world.restore(snapshot);
      expect([timeline.clock.now(), timeline.clock.frozen]).toEqual([before, true]);
    });
  });

  it("does what falls due on the way at its own time, in order, and what that plans as well", async () => {
    const clock = new EmulatedClock(() => 0);
    clock.freeze();
    const timeline = new Timeline(clock);
    const seen: string[] = [];
    const act = (name: string) => async () => void seen.push(`${name} at ${clock.now()}`);
    timeline.plan(20, act("second"));
    timeline.plan(10, async () => {
      seen.push(`first at ${clock.now()}`);
      timeline.plan(15, act("planned on the way"));
    });
    timeline.plan(31, act("later"));
    await timeline.advance(30);
    expect(seen).toEqual(["first at 10", "planned on the way at 15", "second at 20"]);
    expect(clock.now()).toBe(30);
    await timeline.advance(1);
    expect(seen.at(-1)).toBe("later at 31");
  });
});

describe("durations and times", () => {
  it.each([
    ["90s", 90_000],
    ["1h30m", 5_400_000],
    ["2d", 172_800_000],
    ["1.5h", 5_400_000],
    ["250ms", 250],
    [0, 0],
    [1500, 1500],
  ])("%j is %d ms", (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

  it.each(["", "1", "h", "-1h", "1y", "1h 30m", " 1h", -1, 1.5, Number.NaN, null, {}, "9999999999w"])(
    "%j is no duration",
    (text) => expect(parseDuration(text)).toBeUndefined(),
  );

  it.each(["2026-05-01T12:00:00Z", "2026-05-01T14:00:00+02:00", noon])("%j is noon", (time) =>
    expect(parseTime(time)).toBe(noon),
  );

  it.each(["tomorrow", "12:00", "2026-13-01", "1777636800000", -1, undefined])("%j is no time", (time) =>
    expect(parseTime(time)).toBeUndefined(),
  );

  it("says a span in its two largest units", () => {
    expect([inWords(183_600_000), inWords(45_000), inWords(61_000), inWords(0)]).toEqual([
      "2 d 3 h",
      "45 s",
      "1 min 1 s",
      "0 s",
    ]);
  });
});
