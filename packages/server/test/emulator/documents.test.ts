/** The documents say what is true: their code runs, their tests and files exist, their files are well-formed. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseSeed } from "../../src/emulator/seed/parse.js";
import { startEmulator } from "../../src/testing/index.js";
import { brokenTestLinks, linksOf } from "../support/named-tests.js";

const repository = join(dirname(fileURLToPath(import.meta.url)), "../../../..");
const text = (file: string) => readFileSync(join(repository, file), "utf8");
const run = promisify(execFile);

describe("docs/fidelity.md", () => {
  it("names tests that exist", () => {
    const links = linksOf(join(repository, "docs/fidelity.md"));
    expect(brokenTestLinks(links)).toEqual([]);
    expect(links.length).toBeGreaterThan(40);
  });

  it("has evidence and a test in every row", () => {
    const rows = text("docs/fidelity.md")
      .split("\n")
      .filter((line) => line.startsWith("| ") && !/^\| (what|---)/.test(line));
    const poor = rows.filter((row) => {
      const cells = row.split(" | ");
      return (
        cells.length !== 4 ||
        !/^([SOFMLD?])(, [SOFMLD])*( \(RFC [^)]+\))?$/.test(cells[1]?.trim() ?? "") ||
        !row.includes(".test.ts)")
      );
    });
    expect(poor).toEqual([]);
  });
});

describe("docs/emulator.md", () => {
  const blocks = [...text("docs/emulator.md").matchAll(/```js\n([\s\S]*?)```/g)].map(([, code = ""]) => code);

  it("links to what exists", () => {
    expect(linksOf(join(repository, "docs/emulator.md")).filter(({ path }) => !existsSync(path))).toEqual([]);
  });

  it.concurrent.each(blocks.map((code, index) => [index + 1, code] as const))(
    "its example %d runs",
    async (_number, code) => {
      // Where the tools are in reach: a reader has the official SDK installed.
      const cwd = `${repository}/examples`;
      await run(process.execPath, ["--input-type=module", "--eval", code], { cwd });
    },
  );

  it("names every control request that there is, and no other", async () => {
    await using sign = await startEmulator();
    const table = text("docs/emulator.md");
    for (const path of [
      "authorize",
      "clock",
      "faults",
      "requests",
      "requests/wait",
      "tokens/expire",
      "grants/revoke",
      "outbox/emails",
      "state",
      "snapshot",
    ]) {
      expect(table).toContain(`/_emulator/${path}`);
      const statuses = await Promise.all(
        ["GET", "POST"].map(
          async (method) => (await fetch(`${sign.url}/_emulator/${path}?timeout=1ms`, { method })).status,
        ),
      );
      expect([path, statuses.every((status) => status === 404 || status === 405)]).toEqual([path, false]);
    }
  });
});

describe("deploy/emulator", () => {
  it("has files that are well-formed, and options that the command knows", async () => {
    expect(parseSeed(text("deploy/emulator/seed.yaml"), "seed.yaml").apps).toHaveLength(1);
    const compose = parse(text("deploy/emulator/compose.yaml"));
    const workflow = parse(text("deploy/emulator/github-actions.yml"));
    expect(workflow.jobs.test.steps.length).toBeGreaterThan(3);
    const container = /^CMD (\[.*\])$/m.exec(text("deploy/emulator/Containerfile"))?.[1] ?? "[]";
    const main = join(repository, "packages/server/bin/countersign.js");
    for (const command of [compose.services.countersign.command, JSON.parse(container)] as string[][]) {
      const { stdout } = await run(process.execPath, [main, ...command, "--help"]);
      expect(stdout).toContain("--control-host NAME");
    }
  });
});
