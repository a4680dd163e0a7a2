/** Nodes of one database go by one clock, also where that of a machine is wrong. */
import { describe, expect, it } from "vitest";
import { sharedClock } from "../../src/cli/open.js";

const hour = 3_600_000;

describe("the clock of a node", () => {
  it.each([hour, -hour])("that is %i ms off goes by the database's, as soon as that is known", (ahead) => {
    let known: number | undefined;
    const now = sharedClock(() => 5_000_000_000 + ahead, { clockAhead: () => known });
    expect(now()).toBe(5_000_000_000 + ahead);
    known = ahead + 0.25;
    expect(now()).toBe(5_000_000_000);
    known = 0;
    expect(now()).toBe(5_000_000_000 + ahead);
  });

  it("that is less than five seconds off, or has nothing to be compared with, is its own", () => {
    for (const ahead of [4999, -4999]) expect(sharedClock(() => 7, { clockAhead: () => ahead })()).toBe(7);
    expect(sharedClock(() => 7, {})()).toBe(7);
  });
});
