import { afterAll, beforeAll, describe } from "vitest";
import { startPostgres, type TestPostgres } from "../../../../test/support/postgres.js";
import { openPostgresStorage } from "../../src/storage/postgres/postgres-storage.js";
import type { Storage } from "../../src/storage/storage.js";
import { sharedContract, storageContract } from "./contract.js";

describe("PostgreSQL", () => {
  let server: TestPostgres;
  beforeAll(async () => {
    // What is tested here is what is answered; durability has tests of its own.
    server = await startPostgres({ fsync: false });
  });
  afterAll(() => server?.stop());

  const openOn = (url: string) => openPostgresStorage({ url, poolSize: 4 });

  storageContract("on one node", async () => openOn(await server.createDatabase()));

  describe("on three nodes that take turns", () =>
    sharedContract(async () => {
      const url = await server.createDatabase();
      return takeTurns(await Promise.all([openOn(url), openOn(url), openOn(url)]));
    }));
});

/** One storage that sends each act to the next of several nodes, and closes all of them. */
function takeTurns(nodes: Storage[]): Storage {
  let turn = 0;
  return new Proxy(nodes[0]!, {
    get: (_, verb: keyof Storage) => {
      if (verb === "close") return () => Promise.all(nodes.map((node) => node.close()));
      return nodes[turn++ % nodes.length]?.[verb];
    },
  });
}
