/** The procedures of docs/storage.md for bad days, run as they are written there, on a server that runs. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { authorize, type Credentials, introspectAs, refreshWith, tokensFor } from "../standard/house.js";
import { jack, type TestServer } from "../support/server.js";
import { account, type Tokens } from "../support/tokens.js";
import { authorizationQuery, UserAgent } from "../support/user-agent.js";

const root = new URL("../../../../", import.meta.url);

/** Returns every `countersign` line of a document's shell examples, without what it says of it. */
function commandsIn(document: string): string[] {
  const text = readFileSync(new URL(document, root), "utf8");
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
    .flatMap(([, block = ""]) => block.split("\n"))
    .filter((line) => line.startsWith("countersign "))
    .map((line) => line.replace(/ +#.*/, ""));
}
const bin = fileURLToPath(new URL("packages/server/bin/countersign.js", root));

/** Returns the commands that the document gives for a case. */
function procedure(name: string): string {
  const document = readFileSync(new URL("docs/storage.md", root), "utf8");
  const found = new RegExp(`^\`\`\`sh ${name}\\n([^]*?)^\`\`\`$`, "m").exec(document);
  if (found === null) throw new Error(`docs/storage.md has no procedure ${name}`);
  return found[1] as string;
}

let folder: string;
let server: { readonly url: string; readonly child: ReturnType<typeof spawn> };
let app: Credentials;
let environment: NodeJS.ProcessEnv;

/** Runs commands as an operator does who has the package on the path. */
function shell(script: string, input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      "sh",
      ["-e", "-c", script],
      { cwd: folder, env: environment },
      (error, out, err) => (error ? reject(new Error(`${error.message}\n${err}`)) : resolve(out)),
    );
    child.stdin?.end(input);
  });
}

async function serve(): Promise<typeof server> {
  const child = spawn("sh", ["-c", "exec countersign serve"], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const { msg, address } = JSON.parse(line);
    if (msg !== "ready") continue;
    child.stdout?.resume();
    environment.SERVER = String(child.pid);
    return { url: address, child };
  }
  throw new Error("serve ended before it was ready");
}

const at = () => server as unknown as TestServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "countersign-procedures-"));
  writeFileSync(join(folder, "countersign"), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`);
  chmodSync(join(folder, "countersign"), 0o755);
  environment = {
    PATH: `${folder}:${process.env.PATH}`,
    COUNTERSIGN_PUBLIC_URL: "http://127.0.0.1:4010",
    COUNTERSIGN_PORT: "0",
    COUNTERSIGN_SECRETS_FILE: "secrets.txt",
    COUNTERSIGN_ACCESS_LOG: "failures",
  };
  await shell("countersign key rotate secrets.txt");
  await shell(`countersign account create ${jack.email}`, `${jack.password}\n`);
  const made = await shell(
    `countersign app create Web --owner ${jack.email} --callback https://web.example.com/callback --scope account_access --rotate --approved`,
  );
  const word = (name: string) => new RegExp(`${name} +(\\S+)`).exec(made)?.[1] ?? "";
  app = { clientId: word("client_id"), clientSecret: word("client_secret") };
  server = await serve();
});
afterEach(() => {
  server.child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** Whether a signed-in person is asked nothing. */
async function isRemembered(agent: UserAgent): Promise<boolean> {
  const page = await agent.get(`/oauth/authorize?${authorizationQuery(app.clientId)}`);
  return page.headers.location !== undefined;
}

async function statuses({ access_token, refresh_token }: Tokens): Promise<number[]> {
  return [(await account(at(), access_token)).status, (await refreshWith(at(), app, refresh_token)).status];
}

describe.skipIf(process.platform === "win32")("docs/storage.md", () => {
  it("ends what a leaked secret could have made, and leaves apps and people able to begin anew", async () => {
    const agent = new UserAgent(server.url);
    await authorize(at(), app, {}, agent);
    const tokens = await tokensFor(at(), app);
    expect(await isRemembered(agent)).toBe(true);
    await shell(procedure("leak"));
    expect(await statuses(tokens)).toEqual([401, 400]);
    expect(await isRemembered(agent)).toBe(false);
    expect(readFileSync(join(folder, "secrets.txt"), "utf8").trim().split("\n")).toHaveLength(1);
    expect(await introspectAs(at(), app, "x")).toEqual({ active: false });
    const again = await tokensFor(at(), app);
    expect(await statuses(again)).toEqual([200, 200]);
  });

  it("restores a backup without bringing back what had ended since", async () => {
    const agent = new UserAgent(server.url);
    await authorize(at(), app, {}, agent);
    const revoked = await tokensFor(at(), app);
    await shell("countersign backup copy.db");
    const later = await tokensFor(at(), app);
    await shell(`countersign revoke --account ${jack.email} --yes`);
    const ended = once(server.child, "exit");
    await shell(procedure("restore"));
    await ended;
    expect(existsSync(join(folder, "replaced/countersign.db"))).toBe(true);
    server = await serve();
    for (const tokens of [revoked, later]) expect(await statuses(tokens)).toEqual([401, 400]);
    const moved = new UserAgent(server.url);
    for (const [name, value] of agent.cookies) moved.cookies.set(name, value);
    expect(await isRemembered(moved)).toBe(false);
    expect(await statuses(await tokensFor(at(), app))).toEqual([200, 200]);
  });
});

describe.skipIf(process.platform === "win32")("docs/operating.md", () => {
  it("has no command that does not do as it is written", async () => {
    const leaver = "leaver@example.com";
    await shell(`countersign account create ${leaver}`, `${jack.password}\n`);
    const given = commandsIn("docs/operating.md");
    expect(given.length).toBeGreaterThanOrEqual(20);
    // What is deleted is deleted last; each revocation finds something to revoke.
    const isLast = (line: string) => Number(/ delete /.test(line)) + Number(/account delete/.test(line));
    const failed: string[] = [];
    for (const line of given.sort((a, b) => isLast(a) - isLast(b))) {
      if (/grant revoke/.test(line)) await tokensFor(at(), app);
      const email = /account delete/.test(line) ? leaver : jack.email;
      const command = line.replaceAll("CLIENT_ID", app.clientId).replaceAll("EMAIL", email);
      const enabled = /app (disable|unapprove)/.test(line)
        ? `countersign app enable ${app.clientId}; countersign app approve ${app.clientId}`
        : "true";
      await shell(`${command}\n${enabled}`).catch((error) => failed.push(`${line}: ${error.message}`));
    }
    expect(failed).toEqual([]);
  }, 60_000);
});
