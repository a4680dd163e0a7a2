import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cacheFolder, nodeOfLine, toolProgram } from "../../../test/support/tools.js";
import { Configuration } from "../src/index.js";
import { type StubServer, startStub } from "./support/authorization-server.js";

/** The package as it is published: built, packed, checked, and run on every runtime it names. */

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const support = join(root, "test/support");
const cache = cacheFolder("sdk-package");
let folder: string;
let built = "";
let server: StubServer;
let esm: string;
let cjs: string;

beforeAll(async () => {
  folder = mkdtempSync(join(cache, "package-"));
  for (const file of ["package.json", "README.md"]) copyFileSync(join(root, file), join(folder, file));
  built = (await run(process.execPath, [join(root, "scripts/build.mjs"), join(folder, "dist")])).stdout;
  esm = pathToFileURL(join(folder, "dist/esm/index.js")).href;
  cjs = join(folder, "dist/cjs/index.js");
  server = await startStub({ expiresIn: 86_400 });
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the built package", () => {
  it("prints the size of its core, which is at most 6 kB min+gzip", () => {
    const [, kilobytes] = /min\+gzip: ([\d.]+) kB core/.exec(built) ?? [];
    expect(Number(kilobytes)).toBeGreaterThan(1);
    expect(Number(kilobytes)).toBeLessThanOrEqual(6);
  });

  it("depends on nothing, and loads Node's modules only in the file store", async () => {
    const manifest = createRequire(import.meta.url)(join(root, "package.json")) as Record<string, unknown>;
    expect(manifest.dependencies).toBeUndefined();
    const names = ["index", "grants", "stores/encrypted", "stores/sqlite", "stores/postgres", "stores/redis"];
    for (const name of names) {
      const entry = join(folder, `dist/esm/${name}.js`);
      await build({
        entryPoints: [entry],
        bundle: true,
        platform: "browser",
        write: false,
        logLevel: "error",
      });
    }
  });

  it("tells servers its version", async () => {
    const { version } = createRequire(import.meta.url)(join(root, "package.json")) as { version: string };
    expect(new Configuration().userAgent).toBe(`countersign-sdk/${version}`);
  });

  it("documents every public name", async () => {
    const options = ["--options", join(root, "typedoc.json"), "--out", join(folder, "api")];
    await run(toolProgram("typedoc"), options, { cwd: root });
  }, 90_000);

  it("is found faultless by publint and by are-the-types-wrong", async () => {
    const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: folder });
    const [packed] = JSON.parse(stdout.slice(stdout.indexOf("["))) as [{ filename: string }];
    const tarball = join(folder, packed.filename);
    await run(toolProgram("publint"), ["run", tarball, "--strict"]);
    await run(toolProgram("attw"), [tarball, "--profile", "node16", "--no-color"]);
  }, 90_000);
});

describe("the package loaded twice, as ES module and as CommonJS", () => {
  const both = async (code: string) => {
    const script = `
      import { createRequire } from "node:module";
      import * as esm from ${JSON.stringify(esm)};
      const cjs = createRequire(import.meta.url)(${JSON.stringify(cjs)});
      console.log(JSON.stringify(await (async () => { ${code} })()));`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script]);
    return JSON.parse(stdout) as unknown;
  };

  it("has one configuration, whichever copy sets it", async () => {
    const seen = await both(`
      const urls = [];
      esm.configure((config) => { config.fetch = async (url) => { urls.push(url); throw new Error("offline"); } });
      cjs.configure((config) => { config.baseUrl = "http://127.0.0.1:1"; });
      for (const { OAuthApi } of [esm, cjs]) await new OAuthApi().oauthTokenRefresh({ refreshToken: "r" }).catch(() => {});
      return urls;`);
    expect(seen).toEqual(Array(2).fill("http://127.0.0.1:1/oauth/token?refresh"));
  });

  it("takes a configuration of the other copy as it is, later changes included", async () => {
    const seen = await both(`
      const config = new cjs.Configuration();
      const api = new esm.OAuthApi(config);
      config.fetch = async () => Response.json({ access_token: "at" });
      return [config instanceof esm.Configuration, (await api.oauthTokenRefresh({ refreshToken: "r" })).accessToken];`);
    expect(seen).toEqual([true, "at"]);
  });

  it("has one set of errors, each an instance of its own class and its bases only", async () => {
    const seen = await both(`
      const body = { statusCode: 400, headers: {}, body: "" };
      const make = (sdk) => [
        new sdk.ReauthorizationRequired("jill", "revoked"), new sdk.ApiError({}, body), new sdk.TimeoutError(5)];
      const names = ["CountersignError", "ResponseError", "ApiError", "ReauthorizationRequired", "TimeoutError", "NetworkError"];
      const of = (errors, sdk) => errors.map((error) => [error.name, ...names.filter((name) => error instanceof sdk[name])]);
      class Mine extends cjs.ApiError {}
      const mine = [new esm.ApiError({}, body) instanceof Mine, new Mine({}, body) instanceof esm.ApiError];
      const strange = [null, undefined, 5, "x", {}, Object.create(null), new Error("x")].filter((x) => x instanceof esm.CountersignError);
      return [of(make(cjs), esm), of(make(esm), cjs), mine, strange];`);
    const expected = [
      ["ReauthorizationRequired", "CountersignError", "ReauthorizationRequired"],
      ["ApiError", "CountersignError", "ResponseError", "ApiError"],
      ["TimeoutError", "CountersignError", "TimeoutError"],
    ];
    expect(seen).toEqual([expected, expected, [false, true], []]);
  });
});

// A runtime that npm does not have yet is fetched; that takes some seconds.
const slow = 180_000;

describe.concurrent("the whole flow runs", () => {
  it.each(["22", "24", "26"])("on Node %s", { timeout: slow }, async (version) => {
    const [command, args] = nodeOfLine(version);
    const { stdout } = await run(command, [...args, join(support, "flow.mjs"), esm, server.url], {
      cwd: folder,
    });
    expect(stdout).toBe("flow complete\n");
  });

  it("on the Node that runs the tests, as ES module and as CommonJS", { timeout: slow }, async () => {
    const first = await run(process.execPath, [join(support, "flow.mjs"), esm, server.url]);
    const second = await run(process.execPath, [join(support, "flow.cjs"), cjs, server.url]);
    expect([first.stdout, second.stdout]).toEqual(["flow complete\n", "flow complete\n"]);
  });

  it("on Bun", { timeout: slow }, async () => {
    const { stdout } = await run(toolProgram("bun"), ["run", join(support, "flow.mjs"), esm, server.url]);
    expect(stdout).toBe("flow complete\n");
  });

  it("on Deno", { timeout: slow }, async () => {
    const args = [
      "run",
      "--no-config",
      "--no-lock",
      "--allow-net",
      "--allow-read",
      join(support, "flow.mjs"),
      esm,
    ];
    const env = { ...process.env, DENO_DIR: join(folder, "deno"), DENO_NO_UPDATE_CHECK: "1" };
    const { stdout } = await run(toolProgram("deno"), [...args, server.url], { env });
    expect(stdout).toBe("flow complete\n");
  });

  it("on workerd, bundled", { timeout: slow }, async () => {
    const contents = `
      import * as sdk from ${JSON.stringify(fileURLToPath(esm))};
      import { runFlow } from ${JSON.stringify(join(support, "run-flow.mjs"))};
      export default { fetch: async () => new Response(await runFlow(sdk, ${JSON.stringify(server.url)}).catch(String)) };`;
    const stdin = { contents, resolveDir: root };
    const bundle = await build({ stdin, bundle: true, format: "esm", platform: "browser", write: false });
    const worker = new Miniflare({
      modules: true,
      script: bundle.outputFiles[0]?.text ?? "",
      compatibilityDate: "2025-07-01",
    });
    try {
      expect(await (await worker.dispatchFetch("http://localhost/")).text()).toBe("flow complete");
    } finally {
      await worker.dispose();
    }
  });
});

describe("the SQLite store", () => {
  it("keeps its promises over node:sqlite and bun:sqlite", { timeout: slow }, async () => {
    const script = join(support, "sqlite.mjs");
    const store = pathToFileURL(join(folder, "dist/esm/stores/sqlite.js")).href;
    const [command, args] = nodeOfLine("24");
    const node = await run(command, [...args, "--no-warnings", script, store, "node:sqlite"], {
      cwd: folder,
    });
    const bun = await run(toolProgram("bun"), ["run", script, store, "bun:sqlite"]);
    expect([node.stdout, bun.stdout]).toEqual(["store holds\n", "store holds\n"]);
  });
});
