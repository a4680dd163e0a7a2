/**
 * The promises of the keeper under generated schedules. A failure prints its seed, its path and the shortest schedule that
 * was found; COUNTERSIGN_TEST_SEED and COUNTERSIGN_TEST_PATH run it again, COUNTERSIGN_TEST_LONG=1 tries many more.
 */

import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { isLong } from "../../../test/support/long.js";
import {
  apps,
  type Deed,
  KeeperWorld,
  processesPerApp,
  users,
  type WorldOptions,
} from "./support/keeper-world.js";

const seed = Number(process.env.COUNTERSIGN_TEST_SEED ?? (isLong ? Date.now() % 2 ** 31 : 20_260));
const path = process.env.COUNTERSIGN_TEST_PATH;
const parameters = { numRuns: isLong ? 3_000 : 80, seed, ...(path !== undefined && { path }) };
vi.setConfig({ testTimeout: isLong ? 1_800_000 : 60_000 });

const one = { process: fc.nat(apps * processesPerApp - 1), user: fc.nat(users - 1) };
const of = <Kind extends Deed["kind"], Rest>(kind: Kind, rest: fc.Arbitrary<Rest>) =>
  rest.map((each) => ({ kind, ...each }));
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 8, arbitrary: of("call", fc.record({ ...one, rejecting: fc.boolean() })) },
  { weight: 3, arbitrary: of("storm", fc.record({ ...one, rejecting: fc.boolean() })) },
  { weight: 5, arbitrary: of("save", fc.record(one)) },
  { weight: 1, arbitrary: of("revoke", fc.record(one)) },
  { weight: 1, arbitrary: of("forget", fc.record(one)) },
  { weight: 1, arbitrary: of("rewrite", fc.record(one)) },
  {
    weight: 4,
    arbitrary: of(
      "race",
      fc.record({
        ...one,
        acts: fc.array(fc.constantFrom("save", "save", "revoke", "forget"), { minLength: 1, maxLength: 3 }),
      }),
    ),
  },
  { weight: 2, arbitrary: of("kill", fc.record({ process: one.process })) },
  { weight: 1, arbitrary: of("revokeAtServer", fc.record({ user: one.user })) },
  { weight: 3, arbitrary: of("wait", fc.record({ seconds: fc.constantFrom(0.1, 1, 11, 31, 61) })) },
  { weight: 3, arbitrary: of("wait", fc.record({ seconds: fc.constantFrom(3_000, 3_400, 3_601) })) },
  {
    weight: 2,
    arbitrary: of("jump", fc.record({ seconds: fc.constantFrom(-90_000, -3_600, -30, 30, 3_600, 90_000) })),
  },
);
const faults = fc.constantFrom(0, 0.05, 0.3, 0.9);
const options: fc.Arbitrary<WorldOptions> = fc.record({
  seed: fc.nat(),
  storeFaults: faults,
  serverFaults: faults,
  rotation: fc.constantFrom("same", "grace", "strict"),
});
const schedule = fc.array(deed, { minLength: 1, maxLength: 40 });

async function live(settings: WorldOptions, deeds: readonly Deed[]): Promise<KeeperWorld> {
  const world = new KeeperWorld(settings);
  for (const each of deeds) await world.do(each);
  await world.end();
  return world;
}

it("no acknowledged save is undone, no session ends by itself, no token goes to another, and every call ends", async () => {
  await fc.assert(
    fc.asyncProperty(options, schedule, async (settings, deeds) => {
      expect((await live(settings, deeds)).broken).toEqual([]);
    }),
    parameters,
  );
});

it("no schedule ends a session at a server that repeats a lost answer: only the server or the user does", async () => {
  const kind = (settings: WorldOptions) => ({
    ...settings,
    rotation: settings.rotation === "strict" ? ("grace" as const) : settings.rotation,
  });
  const without = deed.filter((each) => !/^(revoke|forget|revokeAtServer|race)$/.test(each.kind));
  const saves = [0, 1, 2, 3].map((process) => ({ kind: "save" as const, process, user: 0 }));
  await fc.assert(
    fc.asyncProperty(options.map(kind), fc.array(without, { maxLength: 40 }), async (settings, deeds) => {
      const world = new KeeperWorld({ ...settings });
      for (const each of [...saves, ...deeds]) await world.do(each);
      await world.end();
      expect([...world.broken, ...world.ended]).toEqual([]);
    }),
    parameters,
  );
});

it("the number of refresh requests is bounded, however often callers ask and whatever fails", async () => {
  const outages = options.chain((settings) =>
    fc.constantFrom(0.3, 1, 1).map((serverFaults) => ({ ...settings, serverFaults })),
  );
  const storms: fc.Arbitrary<Deed> = fc.oneof(
    {
      weight: 5,
      arbitrary: of(
        "storm",
        fc.record({ process: one.process, user: fc.constant(0), rejecting: fc.boolean() }),
      ),
    },
    { weight: 2, arbitrary: of("wait", fc.record({ seconds: fc.constantFrom(1, 11, 31, 3_601) })) },
    { weight: 1, arbitrary: deed },
  );
  await fc.assert(
    fc.asyncProperty(outages, fc.array(storms, { maxLength: 12 }), async (settings, deeds) => {
      const world = new KeeperWorld(settings);
      const before: Deed[] = [
        { kind: "save", process: 0, user: 0 },
        { kind: "wait", seconds: 3_601 },
      ];
      for (const each of [...before, ...deeds]) await world.do(each);
      await world.end();
      for (const times of world.requests.values()) {
        for (const [index, begin] of times.entries()) {
          // Four in a first flight, then one after 1, 2, 4, 8, 16 and each 30 seconds: ten in a minute. What users, clocks,
          // deaths and successes do begins again.
          const inMinute = times.slice(index).filter((at) => at < begin + 60).length;
          const begun = world.resets.filter((at) => at > begin - 60 && at < begin + 60).length;
          expect(inMinute).toBeLessThanOrEqual(11 + 8 * begun);
        }
      }
    }),
    parameters,
  );
});
