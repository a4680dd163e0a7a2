/** The operators' commands, in this process, on a SQLite file. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { main } from "../../src/cli/main.js";
import { openSqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";
import { newAccount } from "../storage/contract/fixtures.js";

const folder = mkdtempSync(join(tmpdir(), "countersign-operators-"));
const config = join(folder, "env");
const database = join(folder, "countersign.db");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const owner = newAccount({ email: "owner@example.com" });
beforeAll(async () => {
  const secrets = "Zb1xK7Qm2vTn9LrP4sWd8HfYc3GjU6Ae";
  const settings = { PUBLIC_URL: "http://127.0.0.1:4010", SECRETS: secrets, DATABASE: database };
  const lines = Object.entries(settings).map(([key, value]) => `COUNTERSIGN_${key}=${value}\n`);
  writeFileSync(config, lines.join(""));
  const storage = openSqliteStorage(database);
  await storage.createAccount(owner);
  await storage.close();
});

interface Said {
  readonly code: number;
  readonly out: string[];
  readonly err: string;
}

async function run(...args: string[]): Promise<Said> {
  const [out, err]: string[][] = [[], []];
  const spies = [
    vi.spyOn(console, "log").mockImplementation((line) => void out?.push(String(line))),
    vi.spyOn(console, "error").mockImplementation((line) => void err?.push(String(line))),
  ];
  process.exitCode = undefined;
  await main([...args, "--config", config]);
  const code = Number(process.exitCode ?? 0);
  process.exitCode = undefined;
  for (const spy of spies) spy.mockRestore();
  return { code, out: out ?? [], err: (err ?? []).join("\n") };
}

const json = async (...args: string[]) => (await run(...args, "--json")).out.map((line) => JSON.parse(line));

const create = [
  "app",
  "create",
  "Mill",
  "--owner",
  owner.email,
  "--callback",
  "https://mill.example.com/back",
];

describe("countersign app", () => {
  it("creates, shows, changes, stops and deletes an app, each act in the audit log", async () => {
    const [made] = await json(...create, "--scope", "read", "--describe", "read=Read all of it");
    const id = made.client_id;
    expect(made).toMatchObject({ client_secret: expect.stringMatching(/^[0-9a-f]{32}$/), approved: false });
    const change = ["--name", "Water mill", "--scope", "read", "--scope", "write", "--rotate", "--jwt"];
    expect((await run("app", "update", id, ...change, "--resource", "https://r.example/")).code).toBe(0);
    await run("app", "approve", id);
    await run("app", "disable", id);
    expect((await json("app", "show", id))[0]).toMatchObject({
      ...{ name: "Water mill", scopes: ["read", "write"], refresh_tokens: "rotate", access_tokens: "jwt" },
      ...{ resources: ["https://r.example/"], approved: true, disabled: true },
      scope_texts: { read: "Read all of it" },
    });
    expect((await run("app", "list")).out).toEqual([`${id}  "Water mill"  read write  disabled`]);
    await run("app", "enable", id);
    await run("app", "unapprove", id);
    await run("app", "update", id, "--resource", "");
    expect((await json("app", "show", id))[0]).toMatchObject({
      approved: false,
      disabled: false,
      resources: [],
    });
    await run("app", "rotate-secret", id);
    expect((await run("app", "expire-old-secret", id)).out).toEqual([`1 old secrets of ${id} have ended.`]);
    const unsure = await run("app", "delete", id);
    expect([unsure.code, unsure.err]).toEqual([
      2,
      expect.stringMatching(/cannot be undone.* add --yes to do it/),
    ]);
    expect((await run("app", "delete", id, "--yes")).code).toBe(0);
    expect((await run("app", "show", id)).err).toBe(`countersign: There is no app ${id}.`);
    const events = await json("audit", "--client", id, "--all");
    expect(events.map(({ event }) => event).reverse()).toEqual([
      ...["app_created", ...Array(6).fill("app_changed")],
      ...["client_secret_rotated", "client_secrets_expired", "app_deleted"],
    ]);
    expect(events.every(({ actor }) => /^cli:.+/.test(actor))).toBe(true);
  });

  it("imports apps with the credentials they had, and gives keys and secrets each other's place", async () => {
    const app = { owner: owner.email, scopes: ["read"], callback_urls: ["https://a.example/back"] };
    const file = join(folder, "apps.json");
    const credentials = { client_id: "from-elsewhere", client_secret: "the-secret-it-always-had" };
    writeFileSync(
      file,
      JSON.stringify([
        { name: "One", ...app, ...credentials },
        { name: "Two", ...app },
      ]),
    );
    const made = await json("app", "import", file);
    expect(made.map(({ name }) => name)).toEqual(["One", "Two"]);
    expect(made[0]).toMatchObject(credentials);
    expect((await run("app", "import", file)).err).toBe("countersign: The client id is taken.");
    const jwk = {
      kty: "OKP",
      crv: "Ed25519",
      x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
      kid: "a",
      alg: "EdDSA",
    };
    writeFileSync(join(folder, "jwks.json"), JSON.stringify({ keys: [jwk] }));
    await run("app", "update", "from-elsewhere", "--jwks", join(folder, "jwks.json"));
    expect((await json("app", "show", "from-elsewhere"))[0]).toMatchObject({
      jwks: { keys: [jwk] },
      secrets: [],
    });
    const [back] = await json("app", "update", "from-elsewhere", "--no-jwks");
    expect(back).toMatchObject({ jwks: null, client_secret: expect.stringMatching(/^[0-9a-f]{32}$/) });
  });

  it.each([
    [["app", "update", "from-elsewhere"], "Nothing is to be changed"],
    [["app", "update", "from-elsewhere", "--jwt", "--opaque"], "--jwt and --opaque exclude each other"],
    [["app", "update", "from-elsewhere", "--callback", "x"], "--callback: x: it is not an absolute URL"],
    [["app", "update", "from-elsewhere", "--scope", ""], "--scope: an app needs at least one scope"],
    [["app", "list", "--limit", "0"], "--limit takes a whole number of at least 1"],
    [["app", "list", "--after", "x"], "--after: must be what `next`"],
    [["audit", "--event", "nosuch"], "event: must be one of account_created, account_deleted"],
    [["audit", "--until", "x"], "--until takes a time"],
    [["audit", "--all", "--limit", "3"], "exclude each other"],
    [["grant", "revoke", "--account", "owner@example.com"], "--account and --client"],
    [["session", "list"], "Name an account"],
    [["family", "revoke"], "Name the family"],
  ])("%j is refused with what to do", async (args, said) => {
    const { code, err } = await run(...args);
    expect([code, err]).toEqual([2, expect.stringContaining(said)]);
  });
});

describe("lists", () => {
  it("go to the end however long they are, and say where a part of one ends", async () => {
    const storage = openSqliteStorage(database);
    await Promise.all(Array.from({ length: 2500 }, () => storage.createAccount(newAccount())));
    await storage.close();
    expect((await run("account", "list")).out.length).toBe(2501);
    const part = await run("account", "list", "--limit", "1200");
    expect(part.out.length).toBe(1200);
    const place = /--after (\S+)$/.exec(part.err)?.[1] as string;
    expect((await run("account", "list", "--after", place)).out.length).toBe(1301);
  });
});

describe("countersign account", () => {
  it("keys are made, listed by their beginnings and revoked one by one", async () => {
    const [{ key }] = await json("account", "api-key", owner.email);
    expect(await json("account", "keys", owner.email)).toEqual([
      { beginning: key.slice(0, 6), primary: true },
    ]);
    expect((await run("account", "revoke-key", owner.email, "0000zzzz")).code).toBe(1);
    expect((await run("account", "revoke-key", owner.email, key.slice(0, 6))).code).toBe(0);
    expect(await json("account", "keys", owner.email)).toEqual([]);
  });

  it("export has all that is stored, and delete refuses while it owns apps", async () => {
    const [all] = await json("account", "export", owner.email);
    expect(Object.keys(all)).toEqual(["account", "api_keys", "grants", "families", "sessions", "audit"]);
    expect(JSON.stringify(all)).not.toContain("argon2");
    expect((await run("account", "delete", owner.email, "--yes")).err).toMatch(
      /owns 2 apps: give each another owner/,
    );
    const leaver = newAccount();
    const storage = openSqliteStorage(database);
    await storage.createAccount(leaver);
    await storage.close();
    expect((await run("account", "delete", leaver.id, "--yes")).code).toBe(0);
    expect((await run("account", "show", leaver.id)).code).toBe(1);
  });
});

describe("status and doctor", () => {
  it("say version, schema, clock and settings, and no secret", async () => {
    const [status] = await json("status");
    expect(status.schema.database).toBe(status.schema.build);
    expect(status.settings).toMatchObject({ publicUrl: "http://127.0.0.1:4010", database });
    expect(JSON.stringify(status)).not.toContain("Zb1xK7Qm2vTn9");
  });

  it("find what is sealed under a secret that is not there any more", async () => {
    expect((await json("doctor"))[0]).toMatchObject({ unopened: 0, wrong: [] });
    writeFileSync(
      config,
      `COUNTERSIGN_PUBLIC_URL=http://127.0.0.1:4010\nCOUNTERSIGN_DATABASE=${database}\nCOUNTERSIGN_SECRETS=another-secret-that-is-long-enough-0123\n`,
    );
    const { code, out } = await run("doctor");
    expect([code, out.join()]).toEqual([
      1,
      expect.stringContaining("2 client secrets or API keys are sealed"),
    ]);
  });
});
