/**
 * "Integrate in ten minutes" and the README as their readers meet them: each command and file as they are on the page, and
 * a browser that clicks. Only ports and package files differ, so that tests may run at once. The long form follows the
 * guide on every line of Node.
 */

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { startEmulator } from "../packages/server/src/testing/index.js";
import { launchBrowser } from "../packages/server/test/support/browser.js";
import { freePort } from "./support/free-port.js";
import { nodeOfLine } from "./support/tools.js";

const repository = join(dirname(fileURLToPath(import.meta.url)), "..");
const guide = readFileSync(join(repository, "docs/sdk/integrate-in-ten-minutes.md"), "utf8");
const readme = readFileSync(join(repository, "README.md"), "utf8");
const long = process.env.COUNTERSIGN_TEST_LONG === "1";
const run = promisify(execFile);

const folder = mkdtempSync(join(tmpdir(), "countersign-ten-minutes-"));
const started: ChildProcess[] = [];
let browser: Browser;
let ports: { emulator: number; app: number };

beforeAll(async () => {
  browser = await launchBrowser();
});
beforeEach(async () => {
  ports = { emulator: await freePort(), app: await freePort() };
});
afterEach(() => {
  // Each was started in a group of its own: npx and what it runs.
  for (const child of started.splice(0))
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid);
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Returns the code blocks of one language, in order, with the ports of this run. */
function blocksOf(page: string, language: string): string[] {
  const blocks = [...page.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"))];
  return blocks.map(([, text = ""]) =>
    text.replaceAll("4010", String(ports.emulator)).replaceAll("3000", String(ports.app)),
  );
}

let packed: Promise<Record<string, string>> | undefined;

/** Packs what the guide installs by name, once, and returns the files. */
async function packAll(): Promise<Record<string, string>> {
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

interface Started {
  said(text: string): Promise<void>;
}

function start(command: string, cwd: string, environment: NodeJS.ProcessEnv = {}): Started {
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

const usual = dirname(process.execPath);
const lines = long ? ["22", "24"] : [];

/** Returns a folder whose `node` is of a line; npm and npx are the machine's. */
async function folderOfNode(line: string): Promise<string> {
  const [command, args] = nodeOfLine(line);
  const { stdout } = await run(command, [...args, "-p", "process.execPath"]);
  return dirname(stdout.trim());
}

it.each([["the Node that runs this", usual], ...lines.map((line) => [`Node ${line}`, line])])(
  "the guide leads from an empty folder to a call with a refreshed token, on %s",
  { timeout: 240_000 },
  async (name, where = usual) => {
    const node = where === usual ? usual : await folderOfNode(where);
    const env = { PATH: `${node}:${process.env.PATH}` };
    const [install, dev, startApp, advance] = blocksOf(guide, "sh") as [string, string, string, string];
    packed ??= packAll();
    const files = await packed;
    const home = join(folder, name.replaceAll(" ", "-"));
    const connect = join(home, "connect");
    mkdirSync(home);
    // The packages are not on the registry under these versions yet: the reader's names stand for the packed files.
    const offline = install
      .replace("@countersign/sdk", String(files["@countersign/sdk"]))
      .replace("--save-dev countersign", `--save-dev ${files.countersign} ${files["@countersign/server"]}`)
      .replaceAll("npm install", "npm install --prefer-offline --no-audit --no-fund");
    const { stderr } = await run("sh", ["-ec", offline], { cwd: home, env: { ...process.env, ...env } });
    expect(stderr).not.toMatch(/warn|EBADENGINE/i);
    const [settings] = blocksOf(guide, "ini");
    const [app] = blocksOf(guide, "js");
    writeFileSync(join(connect, ".env"), settings as string);
    writeFileSync(join(connect, "app.js"), app as string);
    const emulator = start(dev, connect, { ...env, PORT: String(ports.emulator) });
    await emulator.said("Try");
    await start(startApp, connect, env).said(`http://localhost:${ports.app}/`);
    await connectAndRefresh(emulator, advance);
  },
);

it("the README leads to a call with a refreshed token of an own app", { timeout: 120_000 }, async () => {
  const section = readme.split("## Your own app, in ten minutes")[1]?.split("\n## ")[0] ?? "";
  const [dev = "", advance = ""] = blocksOf(section, "sh");
  const [app = ""] = blocksOf(section, "js");
  // Inside the checkout, as the README has it: the SDK is found there.
  const home = mkdtempSync(join(repository, "test/.readme-"));
  try {
    writeFileSync(join(home, "app.mjs"), app);
    const emulator = start(`${dev.trim()} --memory`, home, { PORT: String(ports.emulator) });
    await emulator.said("Try");
    await start("node app.mjs", home).said(`http://localhost:${ports.app}/`);
    await connectAndRefresh(emulator, advance);
  } finally {
    rmSync(home, { recursive: true });
  }
});

it("the README's commands without a browser run as pasted", { timeout: 60_000 }, async () => {
  const section = readme.split("## Without a browser")[1]?.split("\n**")[0] ?? "";
  const [commands = ""] = blocksOf(section, "sh");
  await using sign = await startEmulator();
  const { stdout } = await run("sh", ["-ec", commands.replace(/^url=.*$/m, `url=${sign.url}`)], withCurl());
  expect(stdout).toContain('"email_address":"jill@example.com"');
  expect(stdout).toMatch(/"access_token":"[^"]+","token_type":"Bearer"/);
});

/**
 * A folder with a `curl` for readers' machines that have none: it knows the flags of our pages and no others, and is
 * called by the shell as the real one.
 */
function folderOfCurl(): string {
  const bin = join(folder, "bin");
  if (existsSync(bin)) return bin;
  mkdirSync(bin);
  const program = `#!${process.execPath}
const { parseArgs } = require("node:util");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    silent: { type: "boolean", short: "s" },
    header: { type: "string", short: "H", multiple: true },
    data: { type: "string", short: "d" },
  },
});
const headers = (values.header ?? []).map((line) => line.split(/: */s));
fetch(positionals[0], { method: values.data === undefined ? "GET" : "POST", headers, body: values.data })
  .then((answer) => answer.text())
  .then((text) => process.stdout.write(text));
`;
  writeFileSync(join(bin, "curl"), program, { mode: 0o755 });
  return bin;
}

const withCurl = () => ({ env: { ...process.env, PATH: `${folderOfCurl()}:${process.env.PATH}` } });

/** Clicks as a reader does, lets a day pass, and sees that the token was refreshed. */
async function connectAndRefresh(emulator: Started, advance: string): Promise<void> {
  const visitor = await browser.newPage();
  await visitor.goto(`http://localhost:${ports.app}/`);
  await visitor.getByRole("link", { name: "Connect Dropbox Sign" }).click();
  await visitor.getByRole("button", { name: "Continue as jill@example.com" }).click();
  await visitor.getByRole("button", { name: "Allow" }).click();
  await visitor.waitForURL(`http://localhost:${ports.app}/me`);
  expect(await visitor.textContent("body")).toContain('"email_address":"jill@example.com"');
  await run("sh", ["-ec", advance], withCurl());
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
  await visitor.close();
}
