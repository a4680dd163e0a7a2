/**
 * The packages as people get them: packed, and installed in an empty folder. In `npm test` what npm brought the project
 * serves as their dependencies, so that no network is needed; the long form lets npm install them on every Node line.
 */
import { execFile, spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isLong } from "./support/long.js";
import { nodeOfLine } from "./support/tools.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));

const minutes = 60_000;

/** What docs/install.md promises. */
const mostPackages = 75;
const mostMegabytes = 33;

let work: string;
let tarballs: string[];
const here = [process.execPath, []] as const;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "countersign-install-"));
  const names = ["@countersign/sdk", "@countersign/server", "countersign"];
  const which = names.flatMap((name) => ["-w", name]);
  const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", work];
  const { stdout } = await run("npm", [...pack, ...which], { cwd: root });
  tarballs = (JSON.parse(stdout) as { filename: string }[]).map(({ filename }) => join(work, filename));
}, minutes);
afterAll(() => rmSync(work, { recursive: true, force: true }));

interface LockEntry {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

/** Returns the folders below node_modules that the packages need, as the lock file says. */
function needed(optional: boolean, more: readonly string[]): Set<string> {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, LockEntry>;
  };
  const found = new Set<string>();
  const visit = (from: string, name: string): void => {
    for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf("/node_modules/")))) {
      const path = `${place === "" ? "" : `${place}/`}node_modules/${name}`;
      if (path in lock.packages) {
        if (!found.has(path)) {
          found.add(path);
          follow(path);
        }
        return;
      }
      if (place === "") return;
    }
  };
  const follow = (path: string): void => {
    const entry = lock.packages[path] ?? {};
    for (const name of Object.keys(entry.dependencies ?? {})) visit(path, name);
    if (optional) for (const name of Object.keys(entry.optionalDependencies ?? {})) visit(path, name);
  };
  for (const name of Object.keys(lock.packages["packages/server"]?.dependencies ?? {})) visit("", name);
  for (const name of more) visit("", name);
  return found;
}

/** Returns a folder with the packages in it. */
async function installed(
  name: string,
  { optional = true, more = [] }: { optional?: boolean; more?: readonly string[] } = {},
): Promise<string> {
  const folder = join(work, name);
  for (const path of needed(optional, more)) {
    const source = join(root, path);
    if (statSync(source, { throwIfNoEntry: false })) cpSync(source, join(folder, path), { recursive: true });
  }
  for (const tarball of tarballs) {
    const target = join(folder, "node_modules", nameOf(tarball));
    mkdirSync(target, { recursive: true });
    await run("tar", ["-xzf", tarball, "--strip-components=1", "-C", target]);
  }
  return folder;
}

/** Returns the name of the package in a tarball's file name. */
function nameOf(tarball: string): string {
  const [, name = ""] = /countersign-?(sdk|server)?-[\d.]+\.tgz$/.exec(tarball) ?? [];
  return name === "" ? "countersign" : `@countersign/${name}`;
}

/** Signs in with a password, exchanges a code, refreshes and calls, in the emulator in process. */
const program = `
import { configure, OAuthApi, AccountApi } from "@countersign/sdk";
import { startEmulator } from "@countersign/server/testing";
const sign = await startEmulator();
configure((config) => { config.baseUrl = sign.url; });
const { code } = await sign.authorize({ state: "900e06e2" });
const client = { clientId: sign.client.clientId, clientSecret: sign.client.clientSecret };
const first = await new OAuthApi().oauthTokenGenerate({ ...client, code, state: "900e06e2" });
const second = await new OAuthApi().oauthTokenRefresh({ refreshToken: first.refreshToken });
const response = await fetch(sign.url + "/v3/account", { headers: { authorization: "Bearer " + second.accessToken } });
console.log(response.status);
await sign.close();
`;

type Node = readonly [string, readonly string[]];

async function runsInProcess(folder: string, [command, args]: Node): Promise<void> {
  writeFileSync(join(folder, "flow.mjs"), program);
  const { stdout, stderr } = await run(command, [...args, "flow.mjs"], { cwd: folder, env: plain() });
  expect({ stdout, stderr }).toEqual({ stdout: "200\n", stderr: "" });
}

async function runsAsCommand(folder: string, [command, args]: Node): Promise<void> {
  const bin = "node_modules/countersign/bin/countersign.js";
  const server = spawn(command, [...args, bin, "dev", "--memory", "--port", "0"], {
    cwd: folder,
    env: plain(),
    detached: true,
  });
  let [said, warned] = ["", ""];
  server.stderr.on("data", (chunk) => {
    warned += chunk;
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("exit", () => reject(new Error(`it ended: ${said}${warned}`)));
      server.stdout.on("data", (chunk) => {
        said += chunk;
        if (/http:\/\/127\.0\.0\.1:\d+/.test(said)) resolve();
      });
    });
    const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
    expect((await fetch(`${address}/health`)).status).toBe(200);
    expect(warned).toBe("");
  } finally {
    // npx starts Node in a process of its own: the whole group ends.
    process.kill(-server.pid!, "SIGKILL");
  }
}

/** The environment of a shell: no setting of npm or vitest. */
function plain(): NodeJS.ProcessEnv {
  const own = /^(npm_|vitest|node_options)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}

describe("the packages in an empty folder", () => {
  it("hold a readme, the licence and no map of sources that they do not ship", async () => {
    const folder = await installed("files");
    for (const name of ["@countersign/sdk", "@countersign/server", "countersign"]) {
      const inside = readdirSync(join(folder, "node_modules", name), { recursive: true, encoding: "utf8" });
      expect(inside).toEqual(expect.arrayContaining(["README.md", "LICENSE", "package.json"]));
      if (!inside.includes("src")) expect(inside.filter((file) => file.endsWith(".map"))).toEqual([]);
    }
    expect(readdirSync(join(folder, "node_modules/@countersign/server"))).toContain(".env.example");
  });

  it.each([
    ["with all that npm installs", true],
    ["without optional dependencies", false],
  ])("run the emulator in process and as a command, %s", { timeout: minutes }, async (name, optional) => {
    const folder = await installed(name.replaceAll(" ", "-"), { optional });
    await runsInProcess(folder, here);
    await runsAsCommand(folder, here);
  });

  it("run a server as the README's section on production says, word for word", {
    timeout: minutes,
  }, async () => {
    // Node 20 has no SQLite of its own: the section names the package.
    const folder = await installed("production", { more: ["better-sqlite3"] });
    mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
    // As npm links it.
    chmodSync(join(folder, "node_modules/countersign/bin/countersign.js"), 0o755);
    symlinkSync("../countersign/bin/countersign.js", join(folder, "node_modules/.bin/countersign"));
    const [, section = ""] = readFileSync(join(root, "README.md"), "utf8").split("## Run it in production");
    const [, commands = ""] = /^```sh\n([\s\S]*?)^```$/m.exec(section) ?? [];
    const child = spawn("sh", ["-e", "-c", commands], {
      cwd: folder,
      env: { ...plain(), COUNTERSIGN_PORT: "0", npm_config_offline: "true" },
      detached: true,
    });
    let out = "";
    try {
      const address = await new Promise<string>((resolve, reject) => {
        child.stdout.on("data", (data) => {
          out += data;
          const [, found] = /"address":"([^"]+)"/.exec(out) ?? [];
          if (found !== undefined) resolve(found);
        });
        child.stderr.on("data", (data) => {
          out += data;
        });
        child.once("exit", () => reject(new Error(out)));
      });
      expect((await fetch(`${address}/ready`)).status).toBe(200);
      const word = (name: string) => new RegExp(`${name} +(\\S+)`).exec(out)?.[1] ?? "";
      const client = { client_id: word("client_id"), client_secret: word("client_secret") };
      const asked = await fetch(`${address}/oauth/introspect`, {
        method: "POST",
        body: new URLSearchParams({ ...client, token: "x" }),
      });
      expect([asked.status, await asked.json()]).toEqual([200, { active: false }]);
    } finally {
      if (child.exitCode === null) process.kill(-child.pid!, "SIGKILL");
    }
  });

  const nodeHasSqlite = Number(process.versions.node.split(".")[0]) >= 22;
  it.skipIf(nodeHasSqlite)("say what to do where a file is to be kept and no driver loads", async () => {
    const folder = await installed("no-driver");
    const bin = join(folder, "node_modules/countersign/bin/countersign.js");
    const start = run(process.execPath, [bin, "dev", "--port", "0", "--data", "kept"], {
      cwd: folder,
      env: plain(),
      timeout: 10_000,
    });
    await expect(start).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/npm install better-sqlite3/),
    });
  });
});

describe.runIf(isLong)("npm installs the packages", () => {
  const ways = ["", "--ignore-scripts", "--omit=optional", "--ignore-scripts --omit=optional"];

  it.each(ways)(
    "[%s] without a warning, small, and they run on every Node line",
    { timeout: 10 * minutes },
    async (flags) => {
      const given = flags.split(" ").filter((flag) => flag !== "");
      const folder = mkdtempSync(join(work, "npm-"));
      const began = performance.now();
      const { stdout, stderr } = await run("npm", ["install", ...given, ...tarballs], {
        cwd: folder,
        env: plain(),
      });
      const seconds = (performance.now() - began) / 1000;
      expect(`${stdout}${stderr}`).not.toMatch(/warn/i);
      const packages = Number(/added (\d+) packages/.exec(stdout)?.[1]);
      const { stdout: size } = await run("du", ["-sk", "node_modules"], { cwd: folder });
      const megabytes = Number.parseInt(size, 10) / 1024;
      console.log(
        `${given.join(" ") || "npm install"}: ${packages} packages, ${megabytes.toFixed(1)} MB, ${seconds.toFixed(1)} s`,
      );
      expect(packages).toBeLessThanOrEqual(mostPackages);
      expect(megabytes).toBeLessThanOrEqual(mostMegabytes);
      for (const node of [here, nodeOfLine("22"), nodeOfLine("24")]) {
        await runsInProcess(folder, node);
        await runsAsCommand(folder, node);
      }
      rmSync(folder, { recursive: true });
    },
  );
});
