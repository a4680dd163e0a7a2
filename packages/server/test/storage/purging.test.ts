/** The pace of purging: small steps, one after the other while more is over than one deletes. */

import { expect, it } from "vitest";
import { silentLog } from "../../src/log.js";
import type { Purge } from "../../src/storage/port/acts.js";
import { startPurging } from "../../src/storage/purging.js";

const retention = { familySeconds: undefined, auditDays: 1 };

/** Purges a backlog that the steps find, and returns what was asked and told until one was not full. */
function purged(backlog: number[]): Promise<{ asked: Purge[]; told: [number, boolean][] }> {
  return new Promise((resolve) => {
    const asked: Purge[] = [];
    const told: [number, boolean][] = [];
    const purge = async (act: Purge) => {
      asked.push(act);
      return backlog.shift() ?? 0;
    };
    const observer = {
      purged: (rows: number, behind: boolean) => {
        told.push([rows, behind]);
        if (behind) return;
        purging.stop();
        resolve({ asked, told });
      },
      purgeFailed: () => {},
    };
    const purging = startPurging({ purge }, retention, () => 90_000_000, silentLog, observer, 0);
  });
}

it("asks for few rows at a time, so that no answer waits long for a step", async () => {
  const { asked } = await purged([0]);
  expect(asked).toEqual([
    { now: 90_000_000, limit: 100, familiesBefore: undefined, auditBefore: 90_000_000 - 86_400_000 },
  ]);
});

it("goes on after a full step, and says that it is behind until one is not full", async () => {
  const { told } = await purged([900, 100, 99, 500]);
  expect(told).toEqual([
    [900, true],
    [100, true],
    [99, false],
  ]);
});
