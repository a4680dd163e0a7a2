import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createCountersign } from "../../src/app.js";
import { KeyRing } from "../../src/crypto/key-ring.js";
import { silentLog } from "../../src/log.js";
import { profiles } from "../../src/oauth/profile/profile.js";
import { openSqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";
import { startEmulator } from "../../src/testing/index.js";

const source = resolve(dirname(fileURLToPath(import.meta.url)), "../../src");

/** Every source file that loading one file loads. */
function loadedBy(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(file, "utf8");
  for (const [, type, name] of text.matchAll(/^(?:import|export)( type)?[^;]*?from "(\.[^"]+)"/gms)) {
    if (!type) loadedBy(join(dirname(file), (name as string).replace(/\.js$/, ".ts")), seen);
  }
  return seen;
}

describe("a production server has nothing of the emulator", () => {
  it("loads no file of it", () => {
    const inEmulator = (file: string) => file.includes("/emulator/") || file.includes("/testing/");
    expect([...loadedBy(join(source, "cli/serve.ts"))].filter(inEmulator)).toEqual([]);
    expect([...loadedBy(join(source, "cli/dev.ts"))].filter(inEmulator).length).toBeGreaterThan(20);
  });

  it("answers 404 where an emulator answers", async () => {
    const storage = openSqliteStorage(":memory:");
    const { server } = createCountersign({
      profile: profiles["dropbox-sign"],
      storage,
      ring: new KeyRing(["a secret of the tests, long enough to be one: 0123456789"]),
      log: silentLog,
      now: Date.now,
      randomBytes,
      issuer: () => "http://127.0.0.1:4010",
    });
    await using sign = await startEmulator();
    const paths = [
      ["POST", "/_emulator/authorize"],
      ["POST", "/_emulator/reset"],
      ["GET", "/_emulator/state"],
      ["GET", "/_emulator"],
      ["POST", "/v3/account/create"],
      ["POST", "/v3/account/verify"],
      ["GET", "/account/confirm"],
    ] as const;
    for (const [method, url] of paths) {
      expect([url, (await server.inject({ method, url })).statusCode]).toEqual([url, 404]);
      expect([url, (await fetch(sign.url + url, { method })).status]).not.toEqual([url, 404]);
    }
    await server.close();
    await storage.close();
  });
});
