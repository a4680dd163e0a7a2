/** Files that hold accounts and secrets are their owner's alone, whatever the umask and the folder are. */
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keptSecret } from "../../src/emulator/state/kept-secret.js";
import { backupSqlite } from "../../src/storage/sqlite/backup.js";
import { availableDrivers } from "../../src/storage/sqlite/engine/driver.js";
import { openSqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";

const modes = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777]));
const all = (...names: string[]) => Object.fromEntries(names.map((name) => [name, 0o600]));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "countersign-files-"));
  chmodSync(folder, 0o777);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(process.platform === "win32").each(availableDrivers())("a database made by %s", (driver) => {
  it("is its owner's alone, with its -wal and -shm", async () => {
    const storage = openSqliteStorage(join(folder, "a.db"), { driver });
    await storage.ping();
    expect(modes(folder)).toEqual(all("a.db", "a.db-shm", "a.db-wal"));
    await storage.close();
  });

  it("that an earlier release left open to the world is closed to it", async () => {
    const file = join(folder, "a.db");
    await openSqliteStorage(file, { driver }).close();
    chmodSync(file, 0o644);
    const storage = openSqliteStorage(file, { driver });
    await storage.ping();
    expect(modes(folder)).toEqual(all("a.db", "a.db-shm", "a.db-wal"));
    await storage.close();
  });

  it("that its owner shares with a group stays shared", async () => {
    const file = join(folder, "a.db");
    await openSqliteStorage(file, { driver }).close();
    chmodSync(file, 0o640);
    await openSqliteStorage(file, { driver }).close();
    expect(modes(folder)).toEqual({ "a.db": 0o640 });
  });

  it("in a folder that is not there is a fault that names the file, and makes nothing", () => {
    const file = join(folder, "none", "a.db");
    expect(() => openSqliteStorage(file, { driver })).toThrow(`Cannot open the database file ${file}`);
    expect(existsSync(join(folder, "none"))).toBe(false);
  });
});

describe.skipIf(process.platform === "win32")("beside the database", () => {
  it("a backup and the emulator's secret are their owner's alone", async () => {
    const storage = openSqliteStorage(join(folder, "a.db"));
    backupSqlite(storage.database, join(folder, "copy.db"));
    keptSecret(join(folder, "secret"));
    expect(modes(folder)).toMatchObject(all("copy.db", "secret"));
    await storage.close();
  });

  it("a secret of the emulator that was copied with an open mode is closed", () => {
    const file = join(folder, "secret");
    writeFileSync(file, `${"s".repeat(40)}\n`);
    chmodSync(file, 0o644);
    keptSecret(file);
    expect(modes(folder)).toEqual(all("secret"));
  });
});
