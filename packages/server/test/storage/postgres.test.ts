import { describe } from "vitest";
import { sharedPostgres } from "../../../../test/support/shared-postgres.js";
import type { Storage } from "../../src/storage/port/storage.js";
import { openPostgresStorage } from "../../src/storage/postgres/postgres-storage.js";
import { sharedContract, storageContract } from "./contract.js";

describe("PostgreSQL", () => {
  const server = sharedPostgres();

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
