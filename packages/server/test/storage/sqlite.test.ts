import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { availableDrivers } from "../../src/storage/sqlite/engine/driver.js";
import { openSqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";
import { storageContract } from "./contract.js";

const folder = mkdtempSync(join(tmpdir(), "countersign-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const newFile = (name: string) => join(folder, `${name.replace(":", "-")}-${++files}.db`);

describe.each(availableDrivers())("SQLite by %s", (driver) => {
  storageContract("in a file", async () => openSqliteStorage(newFile(driver), { driver }));
});

describe.each(availableDrivers("memory"))("SQLite in memory by %s", (driver) => {
  storageContract("the storage", async () => openSqliteStorage(":memory:", { driver }));
});

it("keeps nothing in a file by WebAssembly, which cannot be relied on for it, and says what can", () => {
  const wasm = "node-sqlite3-wasm";
  expect(availableDrivers("memory")).toContain(wasm);
  expect(() => openSqliteStorage(newFile("refused"), { driver: wasm })).toThrow(/Use Node 22\.13 or newer/);
});
