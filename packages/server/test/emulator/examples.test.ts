import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

/** The examples run as their users run them: by their own test command, against what the package publishes. */

const repository = join(dirname(fileURLToPath(import.meta.url)), "../../../..");
const run = promisify(execFile);

async function npmTest(name: string): Promise<string> {
  const { NODE_OPTIONS: _options, VITEST: _vitest, ...env } = process.env;
  const options = { cwd: join(repository, "examples", name), env: { ...env, CI: "1", NO_COLOR: "1" } };
  const { stdout, stderr } = await run("npm", ["test"], options).catch((error) => error);
  return `${stdout}${stderr}`;
}

describe("the examples' own tests pass", () => {
  it("after a build", () => {
    const built = existsSync(join(repository, "packages/server/dist/testing/index.js"));
    expect(built, "npm run build has to come first").toBe(true);
  });

  it.concurrent.each([
    ["express-official-sdk", /# pass 15\n# fail 0/],
    ["embedded", /# pass 2\n# fail 0/],
    ["testing-node-test", /# pass 2\n# fail 0/],
    ["testing-vitest", /Tests\s+3 passed \(3\)/],
    ["testing-jest", /Tests:\s+2 passed, 2 total/],
  ])("%s", async (name, passed) => {
    expect(await npmTest(name)).toMatch(passed);
  });
});
