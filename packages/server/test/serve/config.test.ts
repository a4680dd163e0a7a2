import { chmodSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
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

  it("takes password, query and a path of odd characters in the public URL for the mistakes they are", () => {
    for (const wrong of [
      "https://:pw@sign.example.com",
      "https://u@sign.example.com",
      "https://sign.example.com/a//b",
      "https://sign.example.com/:id",
      "https://sign.example.com/*",
      "https://sign.example.com/auth?x",
    ])
      expect(faultsOf({ ...good, COUNTERSIGN_PUBLIC_URL: wrong })[0]).toContain("without query and user");
  });

  it("takes a path in the public URL, without the slash at its end", () => {
    const urlOf = (CountersignPublicUrl: string) =>
      loadConfig({ ...good, COUNTERSIGN_PUBLIC_URL: CountersignPublicUrl }).publicUrl;
    expect(urlOf("https://sign.example.com/")).toBe("https://sign.example.com");
    expect(urlOf("https://sign.example.com/auth/")).toBe("https://sign.example.com/auth");
    expect(urlOf("https://sign.example.com/a/b-2")).toBe("https://sign.example.com/a/b-2");
  });

  it("requires PKCE of every app where it is told to, and of a profile that reads none never", () => {
    const required = { ...good, COUNTERSIGN_REQUIRE_PKCE: "true" };
    expect(loadConfig(required).profile.pkceRequiredOf).toBe("all");
    expect(loadConfig(good).profile.pkceRequiredOf).toBe("public");
    expect(faultsOf({ ...required, COUNTERSIGN_PROFILE: "dropbox-sign" })[0]).toContain("does not read PKCE");
  });

  it("names the key of a proxy that is no address, with all other faults", () => {
    const wrong = [
      "1",
      "nginx",
      "10.0.0.0/33",
      "10.0.0.0/x",
      "10.0.0.0/8/8",
      "0.0.0.0/0",
      "::/0",
      "[::1]",
      "2001:db8::/129",
    ];
    for (const item of [...wrong, "127.0.0.1, nginx", "none 10.0.0.1"]) {
      const faults = faultsOf({ ...good, COUNTERSIGN_TRUST_PROXY: item, COUNTERSIGN_PORT: "x" });
      expect([item, faults.length, faults.join()]).toEqual([
        item,
        2,
        expect.stringContaining("COUNTERSIGN_TRUST_PROXY lists"),
      ]);
    }
    const right = "127.0.0.1 ::1,10.0.0.0/8, 2001:db8::/32 loopback";
    expect(loadConfig({ ...good, COUNTERSIGN_TRUST_PROXY: right }).trustProxy).toHaveLength(5);
    expect(loadConfig({ ...good, COUNTERSIGN_TRUST_PROXY: "none" }).trustProxy).toEqual([]);
  });

  it("warns where a TLS proxy is needed and none is trusted, unless that is said on purpose", () => {
    const warnings = (more: Record<string, string>) => loadConfig({ ...good, ...more }).warnings;
    expect(warnings({})).toEqual([expect.stringContaining("COUNTERSIGN_TRUST_PROXY is empty")]);
    expect(warnings({ COUNTERSIGN_HOST: "0.0.0.0", COUNTERSIGN_TLS_PROXY: "true" })).toHaveLength(1);
    expect(warnings({ COUNTERSIGN_TRUST_PROXY: "none" })).toEqual([]);
    expect(warnings({ COUNTERSIGN_TRUST_PROXY: "10.0.0.1" })).toEqual([]);
    expect(warnings({ COUNTERSIGN_PUBLIC_URL: "http://127.0.0.1:4010" })).toEqual([]);
  });

  it("refuses a database of another kind instead of making a file of that name", () => {
    for (const url of ["mysql://h/db", "postgress://h/db", "sqlite://x.db", "file:///x.db"])
      expect(faultsOf({ ...good, COUNTERSIGN_DATABASE: url })[0]).toContain("COUNTERSIGN_DATABASE must be");
    for (const database of ["postgres://h/db", "postgresql://h/db", "/var/lib/x.db", "pa#ss.db"])
      expect(loadConfig({ ...good, COUNTERSIGN_DATABASE: database }).database).toBe(database);
  });

  const inFile = (content: string | Uint8Array) => {
    const file = join(mkdtempSync(join(tmpdir(), "countersign-config-")), "env");
    writeFileSync(file, content);
    return file;
  };

  it("reads a file with a byte order mark, in any line ending, with comments, quotes and # in values", () => {
    const lines = [
      "COUNTERSIGN_PUBLIC_URL=https://sign.example.com",
      `export COUNTERSIGN_SECRETS = "${secret}" # the newest`,
      "COUNTERSIGN_DATABASE=pa#ss.db",
      "COUNTERSIGN_HOST='localhost'",
      "COUNTERSIGN_PORT=5000 # a comment",
      "COUNTERSIGN_PROFILE= # none",
      "  # a comment",
      "",
    ];
    for (const text of [lines.join("\n"), `\ufeff${lines.join("\r\n")}`, lines.join("\r")]) {
      const config = loadConfig({}, inFile(text));
      const { publicUrl, database, host, port, profile } = config;
      expect([publicUrl, database, host, port, profile.name]).toEqual([
        ...["https://sign.example.com", "pa#ss.db", "localhost", 5000, "standard"],
      ]);
    }
  });

  it("refuses lines of the file that it does not understand, by their number, and says no value", () => {
    const text =
      'COUNTERSIGN_PORT\nCOUNTERSIGN_HOST="a" b\nPORT=4010\nCOUNTERSIGN_SECRETS="hunter2\nCOUNTERSIGN_DATABASE=a\nCOUNTERSIGN_DATABASE=b';
    const faults = faultsOf(good, inFile(text)).join("\n");
    for (const part of ["line 1: it is neither", "line 2: COUNTERSIGN_HOST goes on", "PORT is not a key"])
      expect(faults).toContain(part);
    expect(faults).toContain("line 4: COUNTERSIGN_SECRETS has an opening");
    expect(faults).toContain("line 6: COUNTERSIGN_DATABASE is set twice");
    expect(faults).not.toContain("hunter2");
    const utf16 = Buffer.from("\ufeffCOUNTERSIGN_PORT=1", "utf16le");
    expect(faultsOf(good, inFile(utf16))[0]).toContain("it is UTF-16");
    expect(faultsOf(good, inFile(Uint8Array.of(0x41, 0x3d, 0xff)))[0]).toContain("it is not UTF-8");
  });

  it.each([
    ["a disk image", (file: string) => writeFileSync(file, Buffer.alloc(1_100_000, "x\n"))],
    ["a device without an end", (file: string) => symlinkSync("/dev/zero", file)],
  ])("reads no more of %s than a configuration may have", (_what, make) => {
    const file = join(mkdtempSync(join(tmpdir(), "countersign-config-")), "env");
    make(file);
    const wrong = [
      faultsOf(good, file),
      faultsOf({ ...good, COUNTERSIGN_SECRETS: "", COUNTERSIGN_SECRETS_FILE: file }),
      faultsOf({ ...good, COUNTERSIGN_ADMIN_PORT: "0", COUNTERSIGN_ADMIN_TOKEN_FILE: file }),
    ];
    for (const faults of wrong)
      expect(faults.join()).toMatch(/ has more than \d+ bytes$|is writable by everyone/);
  });

  it("tells the first lines of a file that is something else, and how many there are", () => {
    const file = join(mkdtempSync(join(tmpdir(), "countersign-config-")), "env");
    writeFileSync(file, "not a configuration\n".repeat(25));
    const faults = faultsOf(good, file);
    expect(faults).toHaveLength(21);
    expect(faults[19]).toContain("line 20");
    expect(faults[20]).toContain("has 5 more lines like these");
  });

  it("keeps the file's value where a variable is set to nothing, as compose does", () => {
    const file = inFile("COUNTERSIGN_DATABASE=postgres://db/x\nCOUNTERSIGN_PROFILE=dropbox-sign\n");
    const empty = { COUNTERSIGN_DATABASE: "", COUNTERSIGN_PROFILE: " ", COUNTERSIGN_PORT: "" };
    const config = loadConfig({ ...good, ...empty }, file);
    expect([config.database, config.profile.name, config.port]).toEqual([
      "postgres://db/x",
      "dropbox-sign",
      4010,
    ]);
  });

  it("lets the environment win over the file", () => {
    const file = inFile("COUNTERSIGN_PORT=5000\nCOUNTERSIGN_HOST=localhost\n");
    const config = loadConfig({ ...good, COUNTERSIGN_PORT: "6000" }, file);
    expect([config.port, config.host]).toEqual([6000, "localhost"]);
    expect(faultsOf(good, `${file}.gone`)[0]).toContain("cannot read the configuration file");
  });

  it("keeps a secret out of its faults", () => {
    const faults = faultsOf({ ...good, COUNTERSIGN_SECRETS: "hunter2-hunter2" }).join();
    expect(faults).not.toContain("hunter2");
  });

  it("has every key explained in .env.example, and no other", () => {
    const text = readFileSync(new URL("../../.env.example", import.meta.url), "utf8");
    const shown = [
      ...Object.keys(parseEnv(text)),
      ...[...text.matchAll(/^# (COUNTERSIGN_\w+)=/gm)].map((m) => m[1]),
    ];
    expect(shown.sort()).toEqual([...configKeys].sort());
  });
});

describe.skipIf(process.platform === "win32")("the secrets file", () => {
  const withMode = (mode: number) => {
    const file = join(mkdtempSync(join(tmpdir(), "countersign-secrets-")), "secrets.txt");
    writeFileSync(file, `${secret}\n`);
    chmodSync(file, mode);
    return { COUNTERSIGN_PUBLIC_URL: "http://127.0.0.1:4010", COUNTERSIGN_SECRETS_FILE: file };
  };

  it.each([0o600, 0o400, 0o640])(
    "is taken without a word where it is kept to its owner (mode %i)",
    (mode) => {
      expect(loadConfig(withMode(mode)).warnings).toEqual([]);
    },
  );

  it.each([0o644, 0o660, 0o620])("is warned of where others can read or change it (mode %i)", (mode) => {
    expect(loadConfig(withMode(mode)).warnings).toEqual([expect.stringContaining("chmod 600")]);
  });

  it.each([0o666, 0o602])("is refused where everybody can change it (mode %i)", (mode) => {
    expect(faultsOf(withMode(mode))).toEqual([expect.stringContaining("is writable by everyone")]);
  });
});
