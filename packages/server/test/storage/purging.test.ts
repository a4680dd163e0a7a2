/** The pace of purging: small acts, one after the other while more is over than one deletes. */

import { expect, it } from "vitest";
import { silentLog } from "../../src/log.js";
import type { Purge } from "../../src/storage/port/acts.js";
import { startPurging } from "../../src/storage/purging.js";
import { openSqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";

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

it("asks for a bounded number of rows that are over by now", async () => {
  const { asked } = await purged([0]);
  expect(asked).toEqual([
    { now: 90_000_000, limit: 500, familiesBefore: undefined, auditBefore: 90_000_000 - 86_400_000 },
  ]);
});

it("goes on after a full step, and says that it is behind until one is not full", async () => {
  const { told } = await purged([900, 500, 499, 500]);
  expect(told).toEqual([
    [900, true],
    [500, true],
    [499, false],
  ]);
});

it("says nothing of a step that failed because the storage was closed under it", async () => {
  const told: string[] = [];
  const log = { ...silentLog, warn: (_: unknown, message: string) => void told.push(message) };
  const failed = (stops: boolean) =>
    new Promise<void>((resolve) => {
      const purge = async () => {
        if (stops) purging.stop();
        setImmediate(() => {
          purging.stop();
          resolve();
        });
        throw new Error("closed");
      };
      const purging = startPurging({ purge }, retention, () => 0, log, undefined, 0);
    });
  await failed(true);
  expect(told).toEqual([]);
  await failed(false);
  expect(told).toEqual(["purging failed; it is tried again"]);
});

it("deletes on SQLite by commits of fifty rows of a kind, so that answers come between them", async () => {
  let commits = 0;
  const begins = () => {
    commits += 1;
    return () => {};
  };
  const storage = openSqliteStorage(":memory:", { watch: { waits: () => undefined, begins } });
  const values = Array.from({ length: 250 }, (_, index) => `value ${index}`);
  await Promise.all(values.map((value) => storage.rememberOnce(value, 0, 1)));
  commits = 0;
  expect(await storage.purge({ now: 2, limit: 120 })).toBe(120);
  expect(commits).toBe(3);
  expect(await storage.purge({ now: 2, limit: 150 })).toBe(130);
  expect(commits).toBe(6);
  await storage.close();
});
