/** What a production server must not have: code, addresses or bytes of the emulator. */

import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, describe, expect, it } from "vitest";
import { createAccount } from "../../src/accounts/create-account.js";
import { createCountersign } from "../../src/app.js";
import { KeyRing } from "../../src/crypto/key-ring.js";
import { emulatorAssets } from "../../src/emulator/pages/assets.js";
import { silentLog } from "../../src/log.js";
import { profiles } from "../../src/oauth/profile/profiles.js";
import { loginScript, stylesheet } from "../../src/pages/assets.js";
import { openSqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";
import { startEmulator } from "../../src/testing/index.js";

const source = resolve(dirname(fileURLToPath(import.meta.url)), "../../src");
const devCommand = join(source, "cli/dev.ts");

/** Every source file that one file reaches, by whatever kind of import; `countersign dev` is where the way ends. */
function reachedFrom(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { fileName } of ts.preProcessFile(readFileSync(file, "utf8"), true, true).importedFiles) {
    const target = join(dirname(file), fileName.replace(/\.js$/, ".ts"));
    if (fileName.startsWith(".") && target !== devCommand) reachedFrom(target, seen);
  }
  return seen;
}

const ofTheEmulator = (files: Iterable<string>) =>
  [...files].map((file) => relative(source, file)).filter((file) => /^(emulator|testing)\//.test(file));

const commands = readdirSync(join(source, "cli")).filter((file) => file !== "dev.ts");

const storage = openSqliteStorage(":memory:");
const { server, context } = createCountersign({
  profile: profiles["dropbox-sign"],
  storage,
  ring: new KeyRing(["a secret of the tests, long enough to be one: 0123456789"]),
  log: silentLog,
  now: Date.now,
  randomBytes,
  issuer: () => "http://127.0.0.1:4010",
});
afterAll(async () => {
  await server.close();
  await storage.close();
});

describe("a production server has nothing of the emulator", () => {
  it.each(commands)("the command's file %s reaches no file of it", (command) => {
    expect(ofTheEmulator(reachedFrom(join(source, "cli", command)))).toEqual([]);
  });

  it("while countersign dev reaches it, so that this test would see it", () => {
    expect(ofTheEmulator(reachedFrom(devCommand)).length).toBeGreaterThan(20);
    expect(commands).toContain("serve.ts");
  });

  it("answers 404 where an emulator answers", async () => {
    await using sign = await startEmulator();
    const paths = [
      ["POST", "/_emulator/authorize"],
      ["POST", "/_emulator/reset"],
      ["GET", "/_emulator/state"],
      ["GET", "/_emulator"],
      ["POST", "/v3/account/create"],
      ["POST", "/v3/account/verify"],
      ["GET", "/account/confirm"],
      ...emulatorAssets.map(({ path }) => ["GET", path] as const),
    ] as const;
    for (const [method, url] of paths) {
      expect([url, (await server.inject({ method, url })).statusCode]).toEqual([url, 404]);
      expect([url, (await fetch(sign.url + url, { method })).status]).not.toEqual([url, 404]);
    }
  });

  it("signs nobody in who only names an account", async () => {
    const page = await server.inject("/connected-apps");
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? "";
    const cookie = page.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
    const send = (payload: URLSearchParams) =>
      server.inject({
        method: "POST",
        url: "/connected-apps/login",
        headers: { cookie, "content-type": "application/x-www-form-urlencoded" },
        payload: payload.toString(),
      });
    await createAccount(context, {
      email: "jill@example.com",
      password: "a password of a test",
      confirmed: true,
    });
    const named = await send(new URLSearchParams({ csrf, known_account: "jill@example.com" }));
    expect(named.statusCode).toBe(401);
    const typed = new URLSearchParams({ csrf, email: "jill@example.com", password: "a password of a test" });
    expect((await send(typed)).statusCode).toBe(303);
  });

  it("serves no class of the emulator's pages and none of its scripts", async () => {
    const classes = (text: string) =>
      new Set([...text.matchAll(/\.([a-z][\w-]*)/g)].map(([, name]) => name as string));
    const served = await Promise.all(
      [stylesheet, loginScript].map(async ({ path }) => (await server.inject(path)).body),
    );
    expect(served.map((text) => text.length > 0)).toEqual([true, true]);
    const styles = emulatorAssets.filter(({ path }) => path.endsWith(".css")).map(({ text }) => text);
    const shared = /^(notice|plain|muted|wordmark|top|top-inner|page-card|field|buttons)$/;
    const emulated = [...classes(styles.join("\n"))].filter((name) => !shared.test(name));
    expect(emulated.length).toBeGreaterThan(30);
    const known = classes(served[0] as string);
    expect(emulated.filter((name) => known.has(name))).toEqual([]);
    for (const { text } of emulatorAssets.filter(({ path }) => path.endsWith(".js"))) {
      for (const statement of text.split("\n").filter((line) => line.trim().length > 24))
        expect(served.join("\n")).not.toContain(statement);
    }
  });
});
