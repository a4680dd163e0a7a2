/**
 * Owns the tools' place: installs what `package-lock.json` beside it says, when it is missing or out of date, and links
 * it to the folders whose files import it. Where it is installed already, nothing is asked of the network.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const tools = dirname(fileURLToPath(import.meta.url));
const root = dirname(tools);
const installed = join(tools, "node_modules");
const stamp = join(installed, ".countersign-installed");
/** An installation takes half a minute with a warm cache of npm, and some minutes over a slow line. */
const limitMilliseconds = 15 * 60_000;

/** Where imports find the tools: Node, TypeScript, Vite, Jest, Bun and Deno all look for a `node_modules` upwards. */
const users = ["bench", "examples", "packages/sdk/test", "packages/server/test", "test"];

/** Makes the tools available. @throws {Error} that says what to do when npm cannot install them. */
export function installTools() {
  const wanted = fingerprint();
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
    runNpm();
    for (const line of nodeLines) fetchNode(line);
    writeFileSync(stamp, wanted);
  }
  for (const user of users) link(join(root, user, "node_modules"));
}

/**
 * Returns the path of a program that a tool brings.
 * @param {string} name
 * @returns {string}
 */
export function toolProgram(name) {
  const path = join(installed, ".bin", process.platform === "win32" ? `${name}.cmd` : name);
  if (!existsSync(path)) throw new Error(`No tool brings a program named ${name}; see tools/package.json.`);
  return path;
}

/** The lines of Node, beside the one that runs the tests, on which the packages are tried. */
export const nodeLines = ["22", "24", "26"];

/**
 * Returns a command and its first arguments, which run Node of a line: npm keeps one for the whole machine.
 * @param {string} line
 * @returns {readonly [string, readonly string[]]}
 */
export function nodeOfLine(line) {
  return ["npx", ["--yes", "--prefer-offline", "--package", `node@${line}`, "node"]];
}

/** The lock file and what its optional packages are chosen by. */
function fingerprint() {
  const lock = readFileSync(join(tools, "package-lock.json"));
  return `${createHash("sha256").update(lock).digest("hex")} ${process.platform} ${process.arch}\n`;
}

function runNpm() {
  console.error("Installing what the checks and tests need into tools/node_modules (once; about 740 MB) …");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  // The settings of an npm that runs us name its own project.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  const result = spawnSync(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: tools,
    env,
    shell: process.platform === "win32",
    stdio: ["ignore", 2, 2],
    timeout: limitMilliseconds,
  });
  if (result.status === 0) return;
  const why = result.error?.message ?? `npm ended with ${result.status ?? result.signal}`;
  throw new Error(`The tools could not be installed: ${why}. Run \`npm ci\` in ${tools} to see all it says.`);
}

/** Brings a Node to npm's cache, so that no test waits for it. Without a network the tests that need it say so. */
function fetchNode(line) {
  const [command, args] = nodeOfLine(line);
  const shell = process.platform === "win32";
  spawnSync(command, [...args, "--version"], {
    cwd: tools,
    shell,
    stdio: "ignore",
    timeout: limitMilliseconds,
  });
}

function link(path) {
  const target = process.platform === "win32" ? installed : relative(dirname(path), installed);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isSymbolicLink() && readlinkSync(path) === target) return;
  if (found !== undefined) rmSync(path, { recursive: true });
  try {
    symlinkSync(target, path, process.platform === "win32" ? "junction" : "dir");
  } catch (error) {
    // Two test runs may begin at once.
    if (error.code !== "EEXIST") throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) installTools();
