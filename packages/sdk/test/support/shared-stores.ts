import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sharedPostgres } from "../../../../test/support/shared-postgres.js";
import { startRedis } from "./redis.js";

/** Where a store lies that several processes open: plain data, so that it can be sent to them. */
export interface StoreAddress {
  kind: "file" | "sqlite" | "postgres" | "redis";
  where: string;
}

/** The places for every store that processes share, each real. */
export interface SharedPlaces {
  addresses: StoreAddress[];
  close(): Promise<void>;
}

export async function openSharedPlaces(): Promise<SharedPlaces> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-stores-"));
  const [postgres, redis] = await Promise.all([sharedPostgres().createDatabase(), startRedis()]);
  return {
    addresses: [
      { kind: "file", where: join(folder, "files") },
      { kind: "sqlite", where: join(folder, "tokens.db") },
      { kind: "postgres", where: postgres },
      { kind: "redis", where: redis.url },
    ],
    close: async () => {
      await redis.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
