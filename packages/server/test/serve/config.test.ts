import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { describe, expect, it } from "vitest";
import { ConfigFault, configKeys, loadConfig } from "../../src/config.js";

const secret = "Zb1xK7Qm2vTn9LrP4sWd8HfYc3GjU6Ae";
const good = { COUNTERSIGN_PUBLIC_URL: "https://sign.example.com", COUNTERSIGN_SECRETS: secret };

function faultsOf(environment: Record<string, string>, file?: string): readonly string[] {
  try {
    loadConfig(environment, file);
  } catch (error) {
    if (error instanceof ConfigFault) return error.faults;
    throw error;
  }
  return [];
}

describe("configuration", () => {
  it("needs no more than a public URL and a secret", () => {
    const config = loadConfig(good);
    expect(config.publicUrl).toBe("https://sign.example.com");
    expect(config.profile.name).toBe("standard");
    expect(config.host).toBe("127.0.0.1");
    expect(config.database).toBe("countersign.db");
    expect(Object.isFrozen(config)).toBe(true);
  });

  it("reports every fault together, each by its key", () => {
    const faults = faultsOf({
      COUNTERSIGN_PUBLIC_URL: "sign.example.com",
      COUNTERSIGN_PORT: "99999",
      COUNTERSIGN_PROFILE: "strict",
      COUNTERSIGN_POOL_SIZE: "many",
      COUNTERSIGN_RATE_LIMIT_CLIENT: "10 per minute",
      COUNTERSIGN_TYPO: "1",
    });
    const keys = faults.map((fault) => fault.split(" ")[0]);
    expect(keys.sort()).toEqual([
      "COUNTERSIGN_POOL_SIZE",
      "COUNTERSIGN_PORT",
      "COUNTERSIGN_PROFILE",
      "COUNTERSIGN_PUBLIC_URL",
      "COUNTERSIGN_RATE_LIMIT_CLIENT",
      "COUNTERSIGN_SECRETS",
      "COUNTERSIGN_TYPO",
    ]);
  });

  it("refuses to start without a strong secret", () => {
    const { COUNTERSIGN_SECRETS: _absent, ...without } = good;
    expect(faultsOf(without)[0]).toContain("COUNTERSIGN_SECRETS is missing");
    expect(faultsOf({ ...good, COUNTERSIGN_SECRETS: "short" })[0]).toContain("fewer than 32 characters");
    expect(faultsOf({ ...good, COUNTERSIGN_SECRETS: "a".repeat(64) })[0]).toContain("too few different");
    expect(faultsOf({ ...good, COUNTERSIGN_SECRETS: `${secret},weak` })[0]).toContain("number 2");
    expect(faultsOf(good)).toEqual([]);
  });

  it("refuses http for a public host, and plain HTTP beyond loopback unless a proxy terminates TLS", () => {
    expect(faultsOf({ ...good, COUNTERSIGN_PUBLIC_URL: "http://sign.example.com" })[0]).toContain(
      "use https",
    );
    expect(faultsOf({ ...good, COUNTERSIGN_PUBLIC_URL: "http://127.0.0.1:4010" })).toEqual([]);
    expect(faultsOf({ ...good, COUNTERSIGN_HOST: "0.0.0.0" })[0]).toContain("COUNTERSIGN_TLS_PROXY=true");
    expect(faultsOf({ ...good, COUNTERSIGN_HOST: "0.0.0.0", COUNTERSIGN_TLS_PROXY: "true" })).toEqual([]);
  });

  it("lets the environment win over the file", () => {
    const file = join(mkdtempSync(join(tmpdir(), "countersign-config-")), "env");
    writeFileSync(file, `COUNTERSIGN_PORT=5000\nCOUNTERSIGN_HOST=localhost\n`);
    const config = loadConfig({ ...good, COUNTERSIGN_PORT: "6000" }, file);
    expect([config.port, config.host]).toEqual([6000, "localhost"]);
    expect(faultsOf(good, `${file}.gone`)[0]).toContain("cannot read the configuration file");
  });

  it("keeps a secret out of its faults", () => {
    const faults = faultsOf({ ...good, COUNTERSIGN_SECRETS: "hunter2-hunter2" }).join();
    expect(faults).not.toContain("hunter2");
  });

  it("has every key explained in .env.example, and no other", () => {
    const text = readFileSync(new URL("../../../../.env.example", import.meta.url), "utf8");
    const shown = [
      ...Object.keys(parseEnv(text)),
      ...[...text.matchAll(/^# (COUNTERSIGN_\w+)=/gm)].map((m) => m[1]),
    ];
    expect(shown.sort()).toEqual([...configKeys].sort());
  });
});
