/**
 * "Integrate in ten minutes" as its reader meets it: a fresh folder, the packed packages, each command and file as they
 * stand on the page, and a browser that clicks. Only ports and package files differ, so that tests may run at once.
 */

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "../packages/server/test/support/browser.js";

const repository = join(dirname(fileURLToPath(import.meta.url)), "..");
const page = readFileSync(join(repository, "docs/sdk/integrate-in-ten-minutes.md"), "utf8");
const run = promisify(execFile);

const folder = mkdtempSync(join(tmpdir(), "countersign-ten-minutes-"));
const started: ChildProcess[] = [];
let browser: Browser;
let ports: { emulator: number; app: number };

beforeAll(async () => {
  ports = { emulator: await freePort(), app: await freePort() };
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  // Each was started in a group of its own: npx and what it runs.
  for (const child of started)
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid);
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Returns the code blocks of one language, in order, with the ports of this run. */
function blocksOf(language: string): string[] {
  const blocks = [...page.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"))];
  return blocks.map(([, text = ""]) =>
    text.replaceAll("4010", String(ports.emulator)).replaceAll("3000", String(ports.app)),
  );
}

/** Packs what the page installs by name, and returns the files. */
async function pack(): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const [name, directory] of [
    ["@countersign/sdk", "sdk"],
    ["@countersign/server", "server"],
    ["countersign", "countersign"],
  ] as const) {
    const cwd = join(repository, "packages", directory);
    const { stdout } = await run(
      "npm",
      ["pack", "--json", "--ignore-scripts", "--pack-destination", folder],
      { cwd },
    );
    files[name] = join(folder, JSON.parse(stdout)[0].filename);
  }
  return files;
}

function start(
  command: string,
  cwd: string,
  environment: NodeJS.ProcessEnv = {},
): { said(text: string): Promise<void> } {
  const env = { ...process.env, ...environment };
  const child = spawn("sh", ["-c", command], { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  started.push(child);
  let output = "";
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
  const said = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => output.includes(text) && resolve();
      listeners.add(look);
      child.on("close", () => reject(new Error(`\`${command}\` ended: ${output}`)));
      look();
    });
  return { said };
}

it("leads from an empty folder to a call with a refreshed token", { timeout: 240_000 }, async () => {
  const [install, dev, startApp, advance] = blocksOf("sh") as [string, string, string, string];
  const packed = await pack();
  const home = join(folder, "work");
  const connect = join(home, "connect");
  mkdirSync(home);
  // The packages are not on the registry under these versions yet: the reader's names stand for the packed files.
  const offline = install
    .replace("@countersign/sdk", String(packed["@countersign/sdk"]))
    .replace("--save-dev countersign", `--save-dev ${packed.countersign} ${packed["@countersign/server"]}`)
    .replaceAll("npm install", "npm install --prefer-offline --no-audit --no-fund");
  const { stderr } = await run("sh", ["-ec", offline], { cwd: home });
  expect(stderr).not.toMatch(/warn|EBADENGINE/i);

  const [settings] = blocksOf("ini");
  const [app] = blocksOf("js");
  writeFileSync(join(connect, ".env"), settings as string);
  writeFileSync(join(connect, "app.js"), app as string);
  const emulator = start(dev, connect, { PORT: String(ports.emulator) });
  await emulator.said("Try");
  await start(startApp, connect).said(`http://localhost:${ports.app}/`);

  const visitor = await browser.newPage();
  await visitor.goto(`http://localhost:${ports.app}/`);
  await visitor.getByRole("link", { name: "Connect Dropbox Sign" }).click();
  await visitor.getByRole("button", { name: "Continue as jill@example.com" }).click();
  await visitor.getByRole("button", { name: "Allow" }).click();
  await visitor.waitForURL(`http://localhost:${ports.app}/me`);
  expect(await visitor.textContent("body")).toContain('"email_address":"jill@example.com"');

  await run("sh", ["-ec", advance], { cwd: connect });
  // The page says when a reload is needed: a token of the first ten seconds is not refreshed.
  const reloaded = async () => {
    await visitor.reload();
    return visitor.textContent("body");
  };
  await expect
    .poll(reloaded, { timeout: 30_000, interval: 1000 })
    .toContain('"email_address":"jill@example.com"');
  await emulator.said("Access token refreshed");
  const requests = await fetch(`http://127.0.0.1:${ports.emulator}/_emulator/requests`);
  const seen = ((await requests.json()) as { requests: { operation: string; status: number }[] }).requests;
  expect(seen.slice(-3).map(({ operation, status }) => [operation, status])).toEqual([
    ["accountGet", 401],
    ["oauthTokenRefresh", 200],
    ["accountGet", 200],
  ]);
});
