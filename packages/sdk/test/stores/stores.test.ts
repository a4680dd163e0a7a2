import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startPostgres } from "../../../../test/support/postgres.js";
import { InvalidArgumentError, MemoryTokenStore } from "../../src/index.js";
import { DecryptionError, EncryptedTokenStore } from "../../src/stores/encrypted.js";
import { FileTokenStore } from "../../src/stores/file.js";
import { PostgresTokenStore } from "../../src/stores/postgres.js";
import { type OpenStore, openStore } from "../support/open-store.js";
import { openSharedPlaces, type SharedPlaces, type StoreAddress } from "../support/shared-stores.js";
import { describeStoreContract } from "./contract.js";

let places: SharedPlaces;
const opened: OpenStore[] = [];
const address = (kind: StoreAddress["kind"]) =>
  places.addresses.find((each) => each.kind === kind) as StoreAddress;
const open = (kind: StoreAddress["kind"]) => {
  const store = openStore(address(kind));
  opened.push(store);
  return store.store;
};

// Long enough for a Redis that has to be installed first.
beforeAll(async () => {
  places = await openSharedPlaces();
}, 300_000);
afterAll(async () => {
  await Promise.all(opened.map((store) => store.close()));
  await places?.close();
});

const key = (id: string, byte: number) => ({ id, key: new Uint8Array(32).fill(byte) });
const pairs = new Map<string, { store: ReturnType<typeof open>; other: ReturnType<typeof open> }>();
const pairOf = async (kind: StoreAddress["kind"]) => {
  const pair = pairs.get(kind) ?? { store: open(kind), other: open(kind) };
  pairs.set(kind, pair);
  return pair;
};

const memory = new MemoryTokenStore();
describeStoreContract("memory", async () => ({ store: memory, other: memory }));
for (const kind of ["file", "sqlite", "postgres", "redis"] as const) {
  describeStoreContract(kind, () => pairOf(kind));
}
const sealed = new MemoryTokenStore();
describeStoreContract("encrypted", async () => ({
  store: new EncryptedTokenStore(sealed, [key("a", 1)]),
  other: new EncryptedTokenStore(sealed, [key("b", 2), key("a", 1)].reverse()),
}));

describe("the PostgreSQL store", () => {
  it("of the example goes on after the database has restarted, and ends no process", async () => {
    const postgres = await startPostgres({ fsync: false });
    const { postgresStore } = await import("../../../../examples/sdk/stores.js");
    const reported = vi.spyOn(console, "error").mockImplementation(() => {});
    try {
      const store = postgresStore(postgres.url);
      expect(await store.write("jill", 0, "a")).toBe(true);
      await postgres.restart("immediate");
      await vi.waitFor(() => expect(reported).toHaveBeenCalled(), 10_000);
      await expect
        .poll(() => store.read("jill").catch(() => undefined), { timeout: 10_000 })
        .toEqual({
          version: 1,
          value: "a",
        });
    } finally {
      reported.mockRestore();
      await postgres.stop();
    }
  });

  it("survives many processes that make its table at once", async () => {
    const stores = Array.from({ length: 8 }, () => open("postgres"));
    await Promise.all(stores.map((store) => store.read("u")));
  });

  it("tries again to make its table after a failure", async () => {
    let failures = 1;
    const query = async () => {
      if (failures-- > 0) throw new Error("connection refused");
      return { rows: [], rowCount: 0 };
    };
    const store = new PostgresTokenStore({ query });
    await expect(store.read("u")).rejects.toThrow("connection refused");
    expect(await store.read("u")).toEqual({ version: 0, value: undefined });
  });

  it("takes no table name that is more than a name", () => {
    for (const table of ["t; DROP TABLE x", 'a"b', "", "a.b.c", "1a"]) {
      expect(() => new PostgresTokenStore({} as never, { table })).toThrow(InvalidArgumentError);
    }
  });
});

describe("the file store", () => {
  it("keeps nothing that others may read, and no superseded token", async () => {
    const folder = mkdtempSync(join(tmpdir(), "countersign-file-"));
    const store = new FileTokenStore(join(folder, "tokens"));
    for (let version = 0; version < 70; version++) await store.write("jill", version, `secret ${version}`);
    const [user = ""] = readdirSync(join(folder, "tokens"));
    const path = join(folder, "tokens", user);
    const files = readdirSync(path);
    expect(user).not.toContain("jill");
    expect(files.filter((file) => file.endsWith(".tmp"))).toEqual([]);
    expect(files.length).toBeLessThanOrEqual(65);
    const texts = files.map((file) => readFileSync(join(path, file), "utf8"));
    expect(texts.filter((text) => text !== "")).toEqual(["=secret 69\n"]);
    for (const file of files) expect(statSync(join(path, file)).mode & 0o777).toBe(0o600);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    rmSync(folder, { recursive: true });
  });

  it("sweeps away what a killed writer left, and is not stopped by it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "countersign-file-"));
    const store = new FileTokenStore(folder);
    await store.write("jill", 0, "a");
    const [user = ""] = readdirSync(folder);
    writeFileSync(join(folder, user, "2.killed.tmp"), "=half");
    expect(await store.write("jill", 1, "b")).toBe(true);
    expect(readdirSync(join(folder, user)).sort()).toEqual(["1", "2"]);
    rmSync(folder, { recursive: true });
  });

  it("leaves alone what a link in the place of an old version leads to, and removes the link", async () => {
    const folder = mkdtempSync(join(tmpdir(), "countersign-file-"));
    const store = new FileTokenStore(join(folder, "tokens"));
    await store.write("jill", 0, "a");
    const path = join(folder, "tokens", readdirSync(join(folder, "tokens"))[0] ?? "");
    writeFileSync(join(folder, "precious"), "keep");
    rmSync(join(path, "1"));
    symlinkSync(join(folder, "precious"), join(path, "1"));
    await expect(store.read("jill")).rejects.toThrow();
    expect(await store.write("jill", 1, "b")).toBe(true);
    expect(readFileSync(join(folder, "precious"), "utf8")).toBe("keep");
    expect(readdirSync(path)).toEqual(["2"]);
    rmSync(folder, { recursive: true });
  });

  it.each<[string, (path: string, folder: string) => void, RegExp]>([
    [
      "that others can write to",
      (path) => chmodSync(path, 0o777),
      /others can write to .*tokens.*chmod go-w/,
    ],
    ["that its group can write to", (path) => chmodSync(path, 0o770), /others can write to .*tokens/],
    [
      "that is a link",
      (path, folder) => {
        renameSync(path, join(folder, "elsewhere"));
        symlinkSync(join(folder, "elsewhere"), path);
      },
      /is a link/,
    ],
    ...(process.geteuid?.() === 0
      ? [["of another user", (path: string) => chownSync(path, 1234, 1234), /another user/] as const]
      : []),
  ] as [string, (path: string, folder: string) => void, RegExp][])(
    "neither reads nor writes in a folder %s",
    async (_, change, why) => {
      const folder = mkdtempSync(join(tmpdir(), "countersign-file-"));
      const store = new FileTokenStore(join(folder, "tokens"));
      await store.write("jill", 0, "a");
      const path = join(folder, "tokens", readdirSync(join(folder, "tokens"))[0] ?? "");
      change(path, folder);
      await expect(store.read("jill")).rejects.toThrow(why);
      await expect(store.write("jill", 1, "b")).rejects.toThrow(why);
      rmSync(folder, { recursive: true });
    },
  );

  it("says that a file is damaged rather than that there is no token", async () => {
    const folder = mkdtempSync(join(tmpdir(), "countersign-file-"));
    const store = new FileTokenStore(folder);
    await store.write("jill", 0, "a");
    execFileSync("truncate", ["-s", "0", join(folder, readdirSync(folder)[0] ?? "", "1")]);
    await expect(store.read("jill")).rejects.toThrow("damaged");
    rmSync(folder, { recursive: true });
  });
});

describe("the encrypted store", () => {
  it("stores nothing readable, and never the same text twice", async () => {
    const inner = new MemoryTokenStore();
    const store = new EncryptedTokenStore(inner, [key("k1", 1)]);
    await store.write("jill", 0, "secret");
    const first = (await inner.read("jill")).value;
    await store.write("jill", 1, "secret");
    const second = (await inner.read("jill")).value;
    expect(first).toMatch(/^a256gcm\.k1\./);
    expect(first).not.toContain("secret");
    expect(second).not.toBe(first);
  });

  it("reads what an older key of the ring wrote, and writes with the newest", async () => {
    const inner = new MemoryTokenStore();
    await new EncryptedTokenStore(inner, [key("old", 1)]).write("jill", 0, "secret");
    const rotated = new EncryptedTokenStore(inner, [key("new", 2), key("old", 1)]);
    expect(await rotated.read("jill")).toEqual({ version: 1, value: "secret" });
    await rotated.write("jill", 1, "secret");
    expect((await inner.read("jill")).value).toMatch(/^a256gcm\.new\./);
  });

  it("refuses a value that was changed, moved to another user, played back, or whose key is gone", async () => {
    const inner = new MemoryTokenStore();
    const store = new EncryptedTokenStore(inner, [key("k", 1)]);
    await store.write("jill", 0, "secret");
    const { value = "" } = await inner.read("jill");
    await inner.write("jack", 0, value);
    await expect(store.read("jack")).rejects.toBeInstanceOf(DecryptionError);
    await inner.write("jill", 1, value);
    await expect(store.read("jill")).rejects.toBeInstanceOf(DecryptionError);
    for (const broken of [`${value.slice(0, -2)}AA`, "plain", "a256gcm.k", "a256gcm.k.!.!", ""]) {
      await inner.write("jim", (await inner.read("jim")).version, broken);
      await expect(store.read("jim")).rejects.toBeInstanceOf(DecryptionError);
    }
    const other = new EncryptedTokenStore(inner, [key("other", 1)]);
    await expect(other.read("jack")).rejects.toBeInstanceOf(DecryptionError);
  });

  it("refuses an unusable key ring by name", () => {
    const wrong = [[], [key("a", 1), key("a", 2)], [key("a.b", 1)], [{ id: "a", key: new Uint8Array(16) }]];
    for (const ring of wrong) {
      expect(() => new EncryptedTokenStore(memory, ring)).toThrow(InvalidArgumentError);
    }
  });
});
