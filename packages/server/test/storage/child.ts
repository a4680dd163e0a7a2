/** Runs `child-main.ts` in processes of their own: bundled from the sources, so that no stale build is tested. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { cacheFolder } from "../../../../test/support/tools.js";

let built: Promise<string> | undefined;

/** In a folder from which the packages it imports are found. */
const bundled = join(cacheFolder("storage"), "child.mjs");

async function bundle(): Promise<string> {
  const entryPoints = [fileURLToPath(new URL("child-main.ts", import.meta.url))];
  const own = `${bundled}.${process.pid}`;
  await build({
    entryPoints,
    outfile: own,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
  });
  // Another test file may bundle at the same moment: each sees a whole file.
  renameSync(own, bundled);
  return bundled;
}

/** Starts a child; its standard output is a pipe. */
export async function startChild(args: string[]): Promise<ChildProcess> {
  built ??= bundle();
  return spawn(process.execPath, [await built, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Runs several children with the same arguments at once, and returns what each printed. */
export function runChildren(count: number, args: string[]): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const child = await startChild(args);
      let printed = "";
      child.stdout?.on("data", (chunk) => {
        printed += chunk;
      });
      await once(child, "close");
      return printed;
    }),
  );
}
