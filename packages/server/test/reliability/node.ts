/** A production server as a child process, and a browser's worth of HTTP to get codes from it. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const bin = fileURLToPath(new URL("../../bin/countersign.js", import.meta.url));
const run = promisify(execFile);
const password = "correct horse battery staple";
const email = "owner@example.com";

/** A folder with secrets, settings, an account and an app; its nodes share one database. */
export class Deployment {
  readonly folder = mkdtempSync(join(tmpdir(), "countersign-node-"));
  clientId = "";
  clientSecret = "";
  readonly #children = new Set<ChildProcess>();

  constructor(database?: string, more: Readonly<Record<string, string>> = {}) {
    const settings = {
      COUNTERSIGN_PUBLIC_URL: "http://127.0.0.1:4010",
      COUNTERSIGN_PORT: "0",
      COUNTERSIGN_SECRETS_FILE: join(this.folder, "secrets.txt"),
      COUNTERSIGN_DATABASE: database ?? join(this.folder, "countersign.db"),
      COUNTERSIGN_ACCESS_LOG: "failures",
      COUNTERSIGN_RATE_LIMIT_ADDRESS: "off",
      COUNTERSIGN_RATE_LIMIT_CLIENT: "off",
      ...more,
    };
    const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
    writeFileSync(join(this.folder, "env"), lines.join(""));
  }

  async prepare(): Promise<void> {
    await this.#command(["key", "rotate", "secrets.txt"], "");
    await this.#command(["account", "create", email, "--config", "env"], `${password}\n`);
    const app = ["app", "create", "Crash app", "--owner", email, "--approved", "--rotate", "--config", "env"];
    const out = await this.#command(
      [...app, "--callback", "http://127.0.0.1:1/cb", "--scope", "basic_account_info"],
      "",
    );
    this.clientId = /client_id +(\S+)/.exec(out)?.[1] as string;
    this.clientSecret = /client_secret +(\S+)/.exec(out)?.[1] as string;
  }

  async #command(args: string[], input: string): Promise<string> {
    const child = run(process.execPath, [bin, ...args], { cwd: this.folder });
    child.child.stdin?.end(input);
    return (await child).stdout;
  }

  /** @param clockAhead how far the node's clock is ahead, in milliseconds. */
  async start(clockAhead = 0): Promise<Node> {
    const clock = `const now = Date.now; Date.now = () => now() + ${clockAhead};`;
    const shifted = `--import=data:text/javascript,${encodeURIComponent(clock)}`;
    const child = spawn(process.execPath, [bin, "serve", "--config", "env"], {
      cwd: this.folder,
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...(clockAhead !== 0 && { NODE_OPTIONS: shifted }) },
    });
    this.#children.add(child);
    const log: string[] = [];
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    return new Promise((resolve, reject) => {
      lines.on("line", (line) => {
        const { msg, address } = JSON.parse(line);
        log.push(msg);
        if (msg === "ready") resolve(new Node(this, address, child, log));
      });
      child.once("exit", () => reject(new Error("the node ended before it was ready")));
    });
  }

  killAll(): void {
    for (const child of this.#children) child.kill("SIGKILL");
  }
}

export class Node {
  #cookies = new Map<string, string>();

  constructor(
    private readonly deployment: Deployment,
    readonly url: string,
    readonly child: ChildProcess,
    /** What the log says, line by line, without its fields. */
    readonly log: readonly string[] = [],
  ) {}

  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await ended;
  }

  /** Logs in and consents once; afterwards a code is one request. */
  async logIn(): Promise<void> {
    const path = `/oauth/authorize?response_type=code&client_id=${this.deployment.clientId}`;
    const form = async (page: Response, fields: Record<string, string>, to: string) => {
      const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())?.[1] as string;
      return this.#request(to, { method: "POST", body: new URLSearchParams({ ...fields, csrf }) });
    };
    await form(
      await this.#request(path),
      { email, password },
      path.replace("authorize?", "authorize/login?"),
    );
    const next = await this.#request(path);
    if (next.status === 200) await form(next, { decision: "allow" }, path);
  }

  async code(): Promise<string> {
    const path = `/oauth/authorize?response_type=code&client_id=${this.deployment.clientId}`;
    const { status, headers } = await this.#request(path);
    const location = headers.get("location");
    if (location === null) throw new Error(`no code: ${status}`);
    return new URL(location).searchParams.get("code") as string;
  }

  exchange(code: string): Promise<Response> {
    return this.#token({ grant_type: "authorization_code", code });
  }

  refresh(refreshToken: string): Promise<Response> {
    return this.#token({ grant_type: "refresh_token", refresh_token: refreshToken });
  }

  revoke(token: string): Promise<Response> {
    return this.#token({ token }, "/oauth/revoke");
  }

  async introspect(token: string): Promise<{ readonly active: boolean; readonly iat?: number }> {
    return (await this.#token({ token }, "/oauth/introspect")).json() as never;
  }

  /** Returns whether the API lets the token in. @throws {Error} for an answer that is neither yes nor no. */
  async opens(accessToken: string): Promise<boolean> {
    const answer = await fetch(`${this.url}/v3/account`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    const text = await answer.text();
    if (answer.status !== 200 && answer.status !== 401) throw new Error(`${answer.status} ${text}`);
    return answer.status === 200;
  }

  #token(fields: Record<string, string>, path = "/oauth/token"): Promise<Response> {
    const { clientId, clientSecret } = this.deployment;
    const body = new URLSearchParams({ ...fields, client_id: clientId, client_secret: clientSecret });
    return fetch(this.url + path, { method: "POST", body });
  }

  async #request(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(this.url + path, { ...init, headers: { cookie }, redirect: "manual" });
    for (const set of response.headers.getSetCookie()) {
      const [pair] = set.split(";");
      const [name, value] = (pair as string).split("=");
      this.#cookies.set(name as string, value as string);
    }
    return response;
  }
}
