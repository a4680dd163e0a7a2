/** What commands are given: a number, a password, a scheme. What is not understood is refused, and changes nothing. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firstLine } from "../../src/cli/account.js";
import { secretsOfTheHouse, startHouse, web } from "../standard/house.js";
import { runCommand } from "../support/command.js";
import { jill, type TestServer } from "../support/server.js";

let folder: string;
let config: string;
let server: TestServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "countersign-input-"));
  const file = join(folder, "countersign.db");
  config = join(folder, "env");
  const secret = secretsOfTheHouse[0]?.replaceAll(/[ ,]/g, "-");
  writeFileSync(
    config,
    `COUNTERSIGN_PUBLIC_URL=http://127.0.0.1:4010\nCOUNTERSIGN_DATABASE=${file}\nCOUNTERSIGN_SECRETS=${secret}\n`,
  );
  server = await startHouse({ file });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => runCommand([...args, "--config", config]);

describe("a number", () => {
  const notHours = ["", " ", "0x10", "1e3", "-1", "Infinity", "NaN", "1,5", "24h", "999999", "1.2345"];
  it.each(notHours)("is no overlap of secrets, and the secret there is stays: %j", async (text) => {
    const { code, err } = await run("app", "rotate-secret", web.clientId, `--overlap=${text}`);
    expect([code, err]).toEqual([2, expect.stringContaining("--overlap takes a number of hours")]);
    expect((await server.storage.findApp(web.clientId))?.secrets).toHaveLength(1);
  });

  it.each(["", " ", "0", "0x10", "1e3", "1.5", "-1", "9999999999"])("is no limit: %j", async (text) => {
    const { code, err } = await run("audit", `--limit=${text}`);
    expect([code, err]).toEqual([2, expect.stringContaining("--limit takes a whole number")]);
  });
});

describe("a password on standard input", () => {
  const line = (text: string, encoding: BufferEncoding = "utf8") => firstLine(Buffer.from(text, encoding));

  it("is its first line, whatever ends it, and without a byte order mark", () => {
    for (const given of [
      "Gr\u00fc\u00dfe 12 ",
      "Gr\u00fc\u00dfe 12 \n",
      "Gr\u00fc\u00dfe 12 \r\nmore",
      "\ufeffGr\u00fc\u00dfe 12 \r\n",
    ])
      expect(line(given)).toBe("Gr\u00fc\u00dfe 12 ");
    expect([line(""), line("\n\nlater")]).toEqual(["", ""]);
  });

  it("is refused where nobody could type it again: other encodings, control characters, what is too long", () => {
    expect(() => line("\ufefflong enough\r\n", "utf16le")).toThrow(/not UTF-8|UTF-16/);
    expect(() => line("long enough\n", "utf16le")).toThrow("UTF-16");
    expect(() => line("Gr\u00fc\u00dfe aus K\u00f6ln", "latin1")).toThrow("not UTF-8");
    expect(() => line("long\tenough")).toThrow("control character");
    expect(line("x".repeat(1024))).toHaveLength(1024);
    expect(() => line("x".repeat(1025))).toThrow("at most 1024 characters");
    expect(() => line("x".repeat(9000))).toThrow("too long");
  });
});

describe("an app on the command line", () => {
  const create = (name: string, ...more: string[]) =>
    run("app", "create", name, "--owner", jill.email, "--scope", "read:docs", ...more);

  it("may have words for its scopes, and a scheme that is allowed by name", async () => {
    const more = ["--describe", "read:docs=Read your documents = all", "--allow-scheme", "cursor"];
    const { code, out } = await create("Editor", "--callback", "cursor://cb/x", ...more);
    expect(code).toBe(0);
    const clientId = /client_id +(\S+)/.exec(out)?.[1] ?? "";
    expect(await server.storage.findApp(clientId)).toMatchObject({
      callbackUrls: ["cursor://cb/x"],
      callbackSchemes: ["cursor"],
      scopeTexts: { "read:docs": "Read your documents = all" },
    });
  });

  it("is made to push its requests and bind its tokens, and let off again; both ways at once are refused", async () => {
    const { code, out } = await create(
      "Strict",
      "--callback",
      "https://x.example/cb",
      "--require-par",
      "--dpop-bound",
    );
    expect(code).toBe(0);
    const clientId = /client_id +(\S+)/.exec(out)?.[1] ?? "";
    const found = () => server.storage.findApp(clientId);
    expect(await found()).toMatchObject({ requirePushedRequests: true, dpopBoundTokens: true });
    const update = (...more: string[]) => run("app", "update", clientId, ...more);
    expect((await update("--no-require-par", "--no-dpop-bound")).code).toBe(0);
    expect(await found()).toMatchObject({ requirePushedRequests: false, dpopBoundTokens: false });
    expect(await update("--dpop-bound", "--no-dpop-bound")).toMatchObject({
      ...{ code: 2, err: expect.stringContaining("--dpop-bound and --no-dpop-bound exclude each other") },
    });
  });

  it("needs no callback where it is allowed a grant that leads to none", async () => {
    const { code, out } = await create("Television", "--public", "--grant", "device_code");
    expect(code).toBe(0);
    const clientId = /client_id +(\S+)/.exec(out)?.[1] ?? "";
    expect(await server.storage.findApp(clientId)).toMatchObject({
      callbackUrls: [],
      grantTypes: ["device_code"],
    });
  });

  it.each<[string, RegExp, ...string[]]>([
    ["no callback", /--callback is missing/],
    ["a scheme nobody allowed", /--callback: cursor:/, "--callback", "cursor://cb/x"],
    [
      "another scheme than the allowed one",
      /--callback: vscode:/,
      "--callback",
      "vscode://x",
      "--allow-scheme",
      "cursor",
    ],
    ["a scheme with a colon", /--allow-scheme: /, "--callback", "cursor://x", "--allow-scheme", "cursor:"],
    ["a scheme in capitals", /--allow-scheme: /, "--callback", "cursor://x", "--allow-scheme", "Cursor"],
    [
      "a scheme that runs something",
      /--allow-scheme: /,
      "--callback",
      "javascript:x",
      "--allow-scheme",
      "javascript",
    ],
    ["plain http by name", /--allow-scheme: /, "--callback", "http://x.example/cb", "--allow-scheme", "http"],
    [
      "words for a scope it has not",
      /--describe write=/,
      "--callback",
      "https://x.example/cb",
      "--describe",
      "write=Write",
    ],
    ["words without a scope", /--describe/, "--callback", "https://x.example/cb", "--describe", "Read"],
    ["no words", /--describe/, "--callback", "https://x.example/cb", "--describe", "read:docs= "],
    [
      "words of two lines",
      /--describe/,
      "--callback",
      "https://x.example/cb",
      "--describe",
      "read:docs=a\nb",
    ],
    [
      "words that turn the line",
      /--describe/,
      "--callback",
      "https://x.example/cb",
      "--describe",
      "read:docs=a\u202eb",
    ],
    [
      "too many words",
      /--describe/,
      "--callback",
      "https://x.example/cb",
      "--describe",
      `read:docs=${"x".repeat(101)}`,
    ],
  ])("is not made with %s", async (title, message, ...more) => {
    const { code, err } = await create(title, ...more);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
    expect((await server.storage.listApps(100)).map(({ name }) => name)).not.toContain(title);
  });
});
