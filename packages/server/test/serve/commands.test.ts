import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";

const bin = fileURLToPath(new URL("../../bin/countersign.js", import.meta.url));
const children: ReturnType<typeof spawn>[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

class Installation {
  readonly folder = mkdtempSync(join(tmpdir(), "countersign-serve-"));

  constructor() {
    const settings = {
      COUNTERSIGN_PUBLIC_URL: "http://127.0.0.1:4010",
      COUNTERSIGN_PORT: "0",
      COUNTERSIGN_SECRETS_FILE: join(this.folder, "secrets.txt"),
      COUNTERSIGN_DATABASE: join(this.folder, "countersign.db"),
    };
    const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
    writeFileSync(join(this.folder, "env"), lines.join(""));
  }

  run(args: string[], input = ""): Promise<Outcome> {
    return new Promise((resolve) => {
      const child = execFile(process.execPath, [bin, ...args], { cwd: this.folder }, (error, out, err) =>
        resolve({ code: error ? Number(error.code) : 0, out, err }),
      );
      child.stdin?.end(input);
    });
  }

  configured(args: string[], input?: string): Promise<Outcome> {
    return this.run([...args, "--config", "env"], input);
  }

  async serve(): Promise<{ url: string; child: ReturnType<typeof spawn> }> {
    const child = spawn(process.execPath, [bin, "serve", "--config", "env"], {
      cwd: this.folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      const { msg, address } = JSON.parse(line);
      if (msg === "ready") return { url: address, child };
    }
    throw new Error("serve ended before it was ready");
  }
}

async function installed(): Promise<{ place: Installation; clientId: string; clientSecret: string }> {
  const place = new Installation();
  await place.run(["key", "rotate", "secrets.txt"]);
  await place.configured(["account", "create", "owner@example.com"], "correct horse battery staple\n");
  const app = ["app", "create", "My app", "--owner", "owner@example.com", "--approved"];
  const { out } = await place.configured([
    ...app,
    "--callback",
    "https://app.example.com/callback",
    "--scope",
    "basic_account_info",
  ]);
  const [clientId, clientSecret] = [/client_id +(\S+)/.exec(out)?.[1], /client_secret +(\S+)/.exec(out)?.[1]];
  return { place, clientId: clientId as string, clientSecret: clientSecret as string };
}

function introspect(url: string, clientId: string, clientSecret: string): Promise<Response> {
  return fetch(`${url}/oauth/introspect`, {
    method: "POST",
    body: new URLSearchParams({ client_id: clientId, client_secret: clientSecret, token: "x" }),
  });
}

describe("the commands beside serve", () => {
  it("make what a server needs, and it serves until told to stop", async () => {
    const { place, clientId, clientSecret } = await installed();
    const { url, child } = await place.serve();
    expect((await fetch(`${url}/ready`)).status).toBe(200);
    expect(await (await fetch(url)).text()).toContain("Authorization server");
    expect((await introspect(url, clientId, clientSecret)).status).toBe(200);
    expect((await introspect(url, clientId, "wrong")).status).toBe(401);
    expect((await fetch(`${url}/_emulator/clock`)).status).toBe(404);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
  });

  it("rotate a client secret with an overlap in which both work", async () => {
    const { place, clientId, clientSecret } = await installed();
    const { out } = await place.configured(["app", "rotate-secret", clientId, "--overlap", "1"]);
    const next = /client_secret (\S+)/.exec(out)?.[1] as string;
    const { url } = await place.serve();
    expect((await introspect(url, clientId, clientSecret)).status).toBe(200);
    expect((await introspect(url, clientId, next)).status).toBe(200);
    await place.configured(["app", "rotate-secret", clientId, "--overlap", "0"]);
    expect((await introspect(url, clientId, next)).status).toBe(401);
  });

  it("reseal what is stored, so that an old secret can be removed", async () => {
    const { place, clientId, clientSecret } = await installed();
    await place.configured(["account", "api-key", "owner@example.com"]);
    for (const _step of ["adds", "signs"]) await place.run(["key", "rotate", "secrets.txt", "--now"]);
    expect((await place.configured(["key", "reseal"])).out).toContain("1 API keys and 1 client secrets");
    expect((await place.configured(["key", "reseal"])).out).toContain("0 API keys and 0 client secrets");
    const file = join(place.folder, "secrets.txt");
    const newest = readFileSync(file, "utf8").split("\n")[1] as string;
    writeFileSync(file, `${newest}\n`);
    const { url } = await place.serve();
    expect((await introspect(url, clientId, clientSecret)).status).toBe(200);
  });

  it("read the secrets again at SIGHUP", async () => {
    const { place, clientId, clientSecret } = await installed();
    const { url, child } = await place.serve();
    const before = (await (await fetch(`${url}/.well-known/jwks.json`)).json()) as { keys: unknown[] };
    await place.run(["key", "rotate", "secrets.txt"]);
    const log = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    child.kill("SIGHUP");
    for await (const line of log) if (JSON.parse(line).msg.startsWith("SIGHUP")) break;
    const after = (await (await fetch(`${url}/.well-known/jwks.json`)).json()) as { keys: unknown[] };
    // Three of each secret: ES256, RS256, and the Ed25519 of before.
    expect([before.keys.length, after.keys.length]).toEqual([3, 6]);
    expect(after.keys[0]).toEqual(before.keys[0]);
    expect((await introspect(url, clientId, clientSecret)).status).toBe(200);
  });

  it("back up a database in use, overwrite nothing, and restore it", async () => {
    const { place, clientId, clientSecret } = await installed();
    const first = await place.serve();
    expect((await place.configured(["backup", "copy.db"])).code).toBe(0);
    const again = await place.configured(["backup", "copy.db"]);
    expect([again.code, again.err]).toEqual([1, expect.stringContaining("copy.db")]);
    first.child.kill("SIGKILL");
    const env = readFileSync(join(place.folder, "env"), "utf8");
    writeFileSync(join(place.folder, "env"), env.replace("countersign.db", "copy.db"));
    const { url } = await place.serve();
    expect((await introspect(url, clientId, clientSecret)).status).toBe(200);
  });

  it("say what is wrong in one message and exit 2 for a wrong call, 1 for a fault", async () => {
    const place = new Installation();
    const noSecrets = await place.configured(["serve"]);
    expect([noSecrets.code, noSecrets.err]).toEqual([1, expect.stringContaining("COUNTERSIGN_SECRETS_FILE")]);
    expect((await place.run(["nonsense"])).code).toBe(2);
    expect((await place.run(["serve", "--nonsense"])).code).toBe(2);
    for (const command of ["account", "app"]) {
      expect((await place.configured([command, "constructor", "x"])).err).toContain(
        `There is no \`countersign ${command} constructor\`.`,
      );
    }
    await place.run(["key", "rotate", "secrets.txt"]);
    const short = await place.configured(["account", "create", "a@example.com"], "short\n");
    expect([short.code, short.err]).toEqual([2, expect.stringContaining("at least 8 characters")]);
    const noOwner = await place.configured([
      "app",
      "create",
      "X",
      "--owner",
      "nobody@example.com",
      "--callback",
      "https://x.example",
      "--scope",
      "read",
    ]);
    expect([noOwner.code, noOwner.err]).toEqual([
      2,
      expect.stringContaining("there is no account nobody@example.com"),
    ]);
  });
});
