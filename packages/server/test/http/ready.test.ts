/** /ready says whether requests should be sent here: not to a database that cannot be written to. */

import { afterEach, expect, it } from "vitest";
import { type Storage, StorageUnavailable } from "../../src/storage/port/storage.js";
import { openSqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";
import { startHouse } from "../standard/house.js";
import { send } from "../support/http.js";
import type { TestServer } from "../support/server.js";

let server: TestServer | undefined;
afterEach(() => server?.close());

/** A storage whose verbs can be made to fail, and that counts its writes. */
function breakable() {
  const sound = openSqliteStorage(":memory:");
  const state = {
    broken: "" as "" | "ping" | "takeFromBucket",
    condition: undefined as StorageUnavailable["condition"],
    writes: 0,
  };
  const storage = new Proxy(sound, {
    get: (target, name) => {
      const verb = Reflect.get(target, name);
      if (typeof verb !== "function") return verb;
      return (...given: unknown[]) => {
        if (name === "takeFromBucket") state.writes += 1;
        if (name === state.broken)
          return Promise.reject(new StorageUnavailable("broken", { condition: state.condition }));
        return verb.apply(target, given);
      };
    },
  }) as Storage;
  return { state, storage };
}

const ready = async () => {
  const { status, text } = await send(`${server?.url}/ready`);
  return [status, JSON.parse(text).status];
};

it("is ready while the database answers and takes a write, and says which of the two it does not", async () => {
  const { state, storage } = breakable();
  server = await startHouse({ storage });
  expect(await ready()).toEqual([200, "ready"]);
  server.clock.advance(1000);
  state.broken = "takeFromBucket";
  expect(await ready()).toEqual([503, "the database cannot be written to"]);
  state.broken = "ping";
  expect(await ready()).toEqual([503, "the database does not answer"]);
  state.broken = "";
  expect(await ready()).toEqual([200, "ready"]);
});

it.each([
  ["read-only", "the database cannot be written to: it is read-only"],
  ["full", "the database cannot be written to: its disk is full"],
] as const)("says why a database that is %s takes no writes", async (condition, said) => {
  const { state, storage } = breakable();
  server = await startHouse({ storage });
  for (const verb of ["ping", "takeFromBucket"] as const) {
    Object.assign(state, { broken: verb, condition });
    expect(await ready()).toEqual([503, said]);
  }
});

it("tells how far this clock is from the database's, from five seconds on, and stays ready", async () => {
  const { storage } = breakable();
  let ahead = -4999;
  const skewed = Object.assign(Object.create(storage), { clockAhead: () => ahead });
  server = await startHouse({ storage: skewed });
  const body = async () => JSON.parse((await send(`${server?.url}/ready`)).text);
  expect(await body()).toEqual({ status: "ready" });
  ahead = -3_600_000;
  expect(await body()).toEqual({ status: "ready", clock_ahead_seconds: -3600 });
});

it("writes no more than once a second, however often it is asked", async () => {
  const { state, storage } = breakable();
  server = await startHouse({ storage });
  await Promise.all(Array.from({ length: 50 }, ready));
  await Promise.all(Array.from({ length: 50 }, ready));
  expect(state.writes).toBe(1);
  server.clock.advance(1000);
  await ready();
  expect(state.writes).toBe(2);
});
