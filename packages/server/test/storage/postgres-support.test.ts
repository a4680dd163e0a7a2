import pg from "pg";
import { expect, it } from "vitest";
import { startPostgres } from "../../../../test/support/postgres.js";

it("starts, restarts with its data, and goes away", async () => {
  const server = await startPostgres();
  const url = await server.createDatabase();
  const run = async (sql: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query(sql);
    await client.end();
    return rows;
  };
  await run("CREATE TABLE kept AS SELECT 1 AS one");
  await server.restart("immediate");
  expect(await run("SELECT one FROM kept")).toEqual([{ one: 1 }]);
  await server.stop();
  await expect(run("SELECT 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
});
