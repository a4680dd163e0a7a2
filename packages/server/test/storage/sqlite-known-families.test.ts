/** What SQLite keeps of families that were read before, and how much of it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { FamilyView } from "../../src/storage/port/records.js";
import { KnownFamilies } from "../../src/storage/sqlite/engine/known-families.js";
import { openSqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";
import { newCode, type Pair, t0 } from "./contract/fixtures.js";
import { keptContract, known, newWorld } from "./contract/kept.js";

const folder = mkdtempSync(join(tmpdir(), "countersign-known-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a family that SQLite knows", () => {
  const file = join(folder, "kept.db");
  keptContract(async () => async () => openSqliteStorage(file), { runs: 25, picks: 6 });

  it("is the same object for all who ask, which none of them can change", async () => {
    const storage = openSqliteStorage(":memory:");
    const { families } = await newWorld(storage);
    const [first] = await known(storage, families);
    expect(await storage.findFamily(families[0] as string)).toBe(first);
    expect(Object.isFrozen(first?.family) && Object.isFrozen(first?.grant.scopes)).toBe(true);
    await storage.close();
  });

  it("is read again where an act that changed it was undone", async () => {
    const storage = openSqliteStorage(":memory:");
    const { families, pairs } = await newWorld(storage);
    await known(storage, families);
    const lost = newCode(pairs[0] as Pair, { accountId: "nobody" });
    const [revoked, failed] = await Promise.allSettled([
      storage.revokeFamily(families[0] as string, t0 + 1),
      storage.issueCode(lost),
    ]);
    expect([revoked.status, failed.status]).toEqual(["fulfilled", "rejected"]);
    expect((await storage.findFamily(families[0] as string))?.family.revokedAt).toBe(t0 + 1);
    await storage.close();
  });
});

describe("what is known of families", () => {
  const view = (id: string) => ({ family: { id }, grant: { id: "1" } }) as unknown as FamilyView;

  it("is bounded: very many that are asked for once drive out none, and those asked for twice all", () => {
    const families = new KnownFamilies({ run: () => ({ changes: 0 }), get: () => undefined, all: () => [] });
    let reads = 0;
    const find = (id: string) =>
      families.find(id, 1, () => {
        reads += 1;
        return view(id);
      });
    find("kept");
    find("kept");
    for (let id = 0; id < 9_000; id++) find(`once ${id}`);
    reads = 0;
    find("kept");
    expect(reads).toBe(0);
    for (let id = 0; id < 12_000; id++) for (let time = 0; time < 2; time++) find(`many ${id}`);
    reads = 0;
    find("kept");
    expect(reads).toBe(1);
  });

  it("is asked of the file once in each transaction", () => {
    let asked = 0;
    const dataVersion = {
      run: () => ({ changes: 0 }),
      all: () => [],
      get: () => ({ data_version: ++asked }),
    };
    const families = new KnownFamilies(dataVersion);
    for (const transaction of [1, 1, 1, 2, 2]) families.find("a", transaction, () => view("a"));
    expect(asked).toBe(2);
  });
});
