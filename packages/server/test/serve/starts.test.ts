/** Starts of a server whose database is another's already, of an older schema, or not there yet. */

import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startPostgres } from "../../../../test/support/postgres.js";
import { openDatabase } from "../../src/storage/sqlite/engine/driver.js";
import { migrateSqlite } from "../../src/storage/sqlite/engine/migrate.js";
import { sqliteMigrations } from "../../src/storage/sqlite/schema.js";
import { Workplace } from "./workplace.js";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.leave());

const run = (...start: Parameters<Workplace["run"]>) => place.run(...start);

describe("a second server on one SQLite file", () => {
  it("serves and says so; a first one, and one after it has ended, says nothing", async () => {
    const first = run("serve");
    expect(await first.outcome).toBe("ready");
    const second = run("serve");
    expect(await second.outcome).toBe("ready");
    expect(JSON.stringify(second.log)).toContain("another `countersign serve` uses countersign.db");
    for (const one of [first, second]) await one.stop();
    const third = run("serve");
    expect(await third.outcome).toBe("ready");
    await third.stop();
    for (const { log } of [first, third]) expect(JSON.stringify(log)).not.toContain("another");
  });
});

describe("COUNTERSIGN_MIGRATE=false", () => {
  const older = () => {
    const database = openDatabase(join(place.folder, "countersign.db"));
    migrateSqlite(database, sqliteMigrations.slice(0, -1));
    database.close();
  };

  it("refuses an older schema with the command that changes it, after which it serves", async () => {
    older();
    const refused = await run("serve", { COUNTERSIGN_MIGRATE: "false" }).outcome;
    expect(refused).toMatch(/^1: .*Run `countersign migrate` first/);
    expect(await run("migrate").outcome).toMatch(/^0: /);
    const served = run("serve", { COUNTERSIGN_MIGRATE: "false" });
    expect(await served.outcome).toBe("ready");
  });

  it("is not the default: serve brings the schema up to date by itself, and makes a new one in any case", async () => {
    older();
    const served = run("serve");
    expect(await served.outcome).toBe("ready");
    await served.stop();
    const anew = run("serve", { COUNTERSIGN_MIGRATE: "false", COUNTERSIGN_DATABASE: "new.db" });
    expect(await anew.outcome).toBe("ready");
  });
});

describe("COUNTERSIGN_DATABASE_WAIT_SECONDS", () => {
  it("waits for a database that is started later, and without it a start fails at once", async () => {
    const server = await startPostgres({ fsync: false });
    const database = { COUNTERSIGN_DATABASE: await server.createDatabase() };
    await server.halt();
    expect(await run("serve", database).outcome).toMatch(/^1: .*ECONNREFUSED/);
    const waits = run("serve", { ...database, COUNTERSIGN_DATABASE_WAIT_SECONDS: "60" });
    const over = run("serve", { ...database, COUNTERSIGN_DATABASE_WAIT_SECONDS: "1" });
    expect(await over.outcome).toMatch(/^1: .*ECONNREFUSED/);
    await server.resume();
    expect(await waits.outcome).toBe("ready");
    await waits.stop();
    await server.stop();
  });
});
