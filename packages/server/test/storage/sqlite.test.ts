import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe } from "vitest";
import { availableDrivers } from "../../src/storage/sqlite/engine/driver.js";
import { openSqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";
import { storageContract } from "./contract.js";

const folder = mkdtempSync(join(tmpdir(), "countersign-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(availableDrivers())("SQLite by %s", (driver) => {
  let files = 0;
  const newFile = () => join(folder, `${driver.replace(":", "-")}-${++files}.db`);
  storageContract("in a file", async () => openSqliteStorage(newFile(), { driver }));
  storageContract("in memory", async () => openSqliteStorage(":memory:", { driver }));
});
