/**
 * The suites of SQLite once more on a newer Node. The binary of better-sqlite3 that was installed for this one does not
 * load there, so that Node's own driver serves: what a newer Node without a compiler gets.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { nodeOfLine } from "../../../../test/support/tools.js";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const suites = ["sqlite", "sqlite-together", "sqlite-faults"];

it("holds the contract of the storage over node:sqlite", { timeout: 180_000 }, async () => {
  const files = suites.map((name) => `packages/server/test/storage/${name}.test.ts`);
  const vitest = ["node_modules/vitest/vitest.mjs", "run", "--reporter=verbose", ...files];
  // A run within a run must not take itself for the outer one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST")));
  const [command, args] = nodeOfLine("22");
  const { stdout } = await promisify(execFile)(command, [...args, ...vitest], {
    cwd: root,
    env: { ...env, NO_COLOR: "1" },
    maxBuffer: 2 ** 25,
  });
  expect(stdout).toContain("SQLite by node:sqlite");
  expect(stdout).toMatch(/Tests +\d+ passed \(\d+\)/);
});
