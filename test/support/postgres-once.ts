/** Starts PostgreSQL once for a run that has a test with a database in it. */
import type { TestProject } from "vitest/node";
import { startPostgres } from "./postgres.js";

declare module "vitest" {
  export interface ProvidedContext {
    readonly postgresUrl: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // What is tested on it is what is answered: the server itself never crashes, so nothing need wait for the disk.
  const server = await startPostgres({ fsync: false, settings: { max_connections: "200" } });
  project.provide("postgresUrl", server.url);
  return () => server.stop();
}
