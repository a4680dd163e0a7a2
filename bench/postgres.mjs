/** A PostgreSQL for one run: that of the tests, which npm brought. Every commit waits for the disk. */
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const source = fileURLToPath(new URL("../test/support/postgres.ts", import.meta.url));

/** @param {string} folder a folder below this one, so that what the module imports is found. */
export async function startPostgres(folder) {
  const outfile = join(folder, "postgres.mjs");
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    logLevel: "warning",
  });
  const { startPostgres: start } = await import(pathToFileURL(outfile));
  return start({ fsync: true, settings: { max_connections: "100", shared_buffers: "256MB" } });
}
