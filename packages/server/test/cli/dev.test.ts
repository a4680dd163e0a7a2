/** `countersign dev` as a person runs it: a process of its own, from the built package. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { send, sendJson } from "../support/http.js";
import { demo, jack } from "../support/server.js";
import { authorizationQuery, exchangeFields, UserAgent } from "../support/user-agent.js";

const bin = fileURLToPath(new URL("../../bin/countersign.js", import.meta.url));

class Run {
  out = "";
  err = "";
  readonly child: ChildProcess;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  readonly #waiting = new Set<() => void>();

  constructor(args: readonly string[], cwd: string, environment: NodeJS.ProcessEnv) {
    const { PORT: _port, ...inherited } = process.env;
    const env = { ...inherited, ...environment };
    this.child = spawn(process.execPath, [bin, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => this.#heard({ out: text }));
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => this.#heard({ err: text }));
    this.ended = new Promise((resolve) => {
      this.child.on("close", (code, signal) => {
        resolve(code ?? String(signal));
        this.#heard({});
      });
    });
  }

  #heard({ out = "", err = "" }): void {
    this.out += out;
    this.err += err;
    for (const look of this.#waiting) look();
  }

  /** Resolves when the output matches. */
  said(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(this.out);
        if (found === null && this.child.exitCode === null) return;
        this.#waiting.delete(look);
        if (found) resolve(found);
        else reject(new Error(`ended with ${this.child.exitCode}: ${this.out}${this.err}`));
      };
      this.#waiting.add(look);
      look();
    });
  }

  async url(): Promise<string> {
    return (await this.said(/Playground +(http:\S+)\/\n/))[1] as string;
  }

  stop(): Promise<number | string> {
    this.child.kill("SIGTERM");
    return this.ended;
  }
}

let folder: string;
let runs: Run[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "countersign-dev-"));
  runs = [];
});
afterEach(async () => {
  for (const run of runs) run.child.kill("SIGKILL");
  await Promise.all(runs.map(({ ended }) => ended));
  rmSync(folder, { recursive: true });
});

function start(first: string | readonly string[], ...rest: (string | NodeJS.ProcessEnv)[]): Run {
  const args = [first, ...rest].flat().filter((one) => typeof one === "string");
  const environment = rest.find((one) => typeof one === "object") ?? {};
  const run = new Run(args, folder, environment);
  runs.push(run);
  return run;
}
const dev = (...args: string[]) => start("dev", "--port", "0", ...args);

async function tokensFrom(url: string) {
  const callback = await new UserAgent(url).authorize(authorizationQuery(demo.clientId), jack);
  const code = callback.searchParams.get("code") ?? "";
  return (await sendJson(`${url}/oauth/token`, exchangeFields(demo, code))).json();
}
const accountStatus = async (url: string, token: unknown) =>
  (await send(`${url}/v3/account`, { headers: { authorization: `Bearer ${token}` } })).status;

interface State {
  readonly apps: readonly { readonly client_id: string; readonly callback_urls: readonly string[] }[];
  readonly accounts: readonly unknown[];
}
const stateOf = async (url: string) => (await (await fetch(`${url}/_emulator/state`)).json()) as State;

describe("what it tells at start", () => {
  it("is the addresses at their real port, the logins, the app, and a call that works", async () => {
    const run = dev("--memory");
    const url = await run.url();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d+$/);
    for (const words of [
      "profile dropbox-sign",
      `${url}/oauth/authorize`,
      `${url}/v3/oauth/token`,
      "in memory, gone at exit",
      "jill@example.com  /  correct horse battery",
      "jack@example.com  /  purple monkey dishwasher",
      `client_id ${demo.clientId}   client_secret ${demo.clientSecret}`,
    ]) {
      expect(run.out).toContain(words);
    }
    const [, key, address] = (await run.said(/curl -u ([0-9a-f]{64}): (\S+)/)) as unknown as [
      string,
      string,
      string,
    ];
    const basic = `Basic ${Buffer.from(`${key}:`).toString("base64")}`;
    const answer = await send(address, { headers: { authorization: basic } });
    expect(answer.json()).toMatchObject({ account: { email_address: "jill@example.com" } });
    expect(existsSync(join(folder, ".countersign"))).toBe(false);
    expect(await run.stop()).toBe(0);
  });

  it("is followed by a line for each request, without secrets, unless it is to be quiet", async () => {
    const loud = dev("--memory");
    const token = (await tokensFrom(await loud.url())).access_token;
    await loud.said(/\n\d\d:\d\d:\d\d ✓ {2}200 {2}Code exchanged for tokens {2}jack@example\.com\n/);
    expect(loud.out.split("  Try")[1]).not.toContain(String(token));
    expect(loud.out.split("  Try")[1]).not.toContain(demo.clientSecret);
    const quiet = dev("--memory", "--quiet");
    await tokensFrom(await quiet.url());
    await Promise.all([loud.stop(), quiet.stop()]);
    expect(quiet.out).not.toContain("Code exchanged");
  });
});

describe("data", () => {
  it("is kept: after a restart on another port the tokens still work, and so do the logins", async () => {
    const first = dev("--data", "kept");
    const url = await first.url();
    const tokens = await tokensFrom(url);
    expect(await accountStatus(url, tokens.access_token)).toBe(200);
    expect(await first.stop()).toBe(0);

    const second = dev("--data", "kept");
    const again = await second.url();
    expect(await accountStatus(again, tokens.access_token)).toBe(200);
    const refreshed = await sendJson(`${again}/oauth/token?refresh`, { refresh_token: tokens.refresh_token });
    expect(await accountStatus(again, refreshed.json().access_token)).toBe(200);
    expect(await accountStatus(again, (await tokensFrom(again)).access_token)).toBe(200);
    // One user and app have one set of tokens, across restarts.
    expect(await accountStatus(again, tokens.access_token)).toBe(401);
    await second.stop();
  });

  it("is kept in .countersign where nothing else is said, readable by its owner alone", async () => {
    const run = dev();
    await run.url();
    await run.stop();
    expect(run.out).toMatch(/Data +\.countersign\n/);
    expect(statSync(join(folder, ".countersign")).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, ".countersign/secret")).mode & 0o777).toBe(0o600);
    const database = readFileSync(join(folder, ".countersign/countersign.db")).toString("latin1");
    for (const secret of [demo.clientSecret, jack.password]) expect(database).not.toContain(secret);
  });

  it("whose secret is not usable is told in a sentence", async () => {
    const first = dev("--data", "kept");
    await first.url();
    await first.stop();
    writeFileSync(join(folder, "kept/secret"), "short\n");
    const run = dev("--data", "kept");
    expect(await run.ended).toBe(1);
    expect(run.err).toMatch(/^countersign: kept\/secret holds no usable secret\. [^\n]+\n$/);
  });
});

describe("told to stop", () => {
  const open = async (url: string): Promise<Socket> => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on("error", () => {});
    await new Promise((resolve) => socket.once("connect", resolve));
    return socket;
  };
  const heard = (socket: Socket, pattern: RegExp) =>
    new Promise<string>((resolve) => {
      let text = "";
      socket.on("data", (part) => {
        text += part;
        if (pattern.test(text)) resolve(text);
      });
      socket.on("close", () => resolve(text));
    });

  it.each(["SIGTERM", "SIGINT"] as const)(
    "by %s it answers the request under way and ends with 0",
    async (signal) => {
      const run = dev("--memory");
      const socket = await open(await run.url());
      const body = JSON.stringify(exchangeFields(demo, "0123456789abcdef"));
      const head = `POST /oauth/token HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
      // The server says "continue" when it has begun with the request.
      const began = heard(socket, /100 Continue/);
      socket.write(head + body.slice(0, 10));
      expect(await began).toContain("100 Continue");
      run.child.kill(signal);
      await run.said(/stopping: requests in progress are finished first/);
      const answer = heard(socket, /}}$/);
      socket.write(body.slice(10));
      expect(await answer).toMatch(/HTTP\/1\.1 400 .*more than 1 hour after the inital grant/s);
      expect(await run.ended).toBe(0);
      expect(run.out).toMatch(/info +stopped\n$/);
    },
  );

  it("it does not wait for connections without a request: kept alive, or never used", async () => {
    const run = dev("--memory");
    const url = await run.url();
    const [used] = [await open(url), await open(url)];
    const answer = heard(used as Socket, /"ok"/);
    (used as Socket).write("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
    await answer;
    const since = performance.now();
    expect(await run.stop()).toBe(0);
    expect(performance.now() - since).toBeLessThan(4000);
  });

  it("twice, it ends at once", async () => {
    const run = dev("--memory");
    const socket = await open(await run.url());
    const began = heard(socket, /100 Continue/);
    socket.write(
      "POST /oauth/token HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n",
    );
    await began;
    run.child.kill("SIGTERM");
    await run.said(/stopping/);
    run.child.kill("SIGTERM");
    expect(await run.ended).toBe(1);
  });
});

describe("unable to start, it says why in a sentence and ends with 1:", () => {
  const fails = async (run: Run, sentence: string | RegExp) => {
    expect(await run.ended).toBe(1);
    expect(run.err).toMatch(/^countersign: [^\n]+\n$/);
    expect(run.err).toMatch(sentence);
    expect(run.out).toBe("");
  };

  it("the port is in use", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    const run = start("dev", "--memory", "--port", String(port));
    await fails(run, `Port ${port} on 127.0.0.1 is in use. Choose another with --port.`);
    await new Promise((resolve) => other.close(resolve));
  });

  it("the address is not of this machine", async () => {
    await fails(dev("--memory", "--host", "192.0.2.1"), "192.0.2.1 is not an address of this machine.");
  });

  it("the seed file is not there", async () => {
    await fails(
      dev("--memory", "--seed", "none.yaml"),
      "Cannot read the seed file none.yaml: there is no such file.",
    );
  });

  it("the seed file has a fault, told with its line", async () => {
    writeFileSync(join(folder, "seed.yaml"), "accounts:\n  - email: jill@example.com\n    pasword: x\n");
    await fails(
      dev("--memory", "--seed", "seed.yaml"),
      'seed.yaml:3: accounts[0] has no key "pasword"; its keys are email, password, api_keys',
    );
  });

  it("the data folder is a file, or cannot be made", async () => {
    writeFileSync(join(folder, "kept"), "");
    await fails(dev("--data", "kept"), `--data kept: ${join(folder, "kept")} is a file, not a folder.`);
    await fails(dev("--data", "kept/in"), `--data kept/in: ${join(folder, "kept")} is a file, not a folder.`);
    await fails(
      dev("--data", "/proc/none/of/these"),
      "--data /proc/none/of/these: the folder cannot be made: ",
    );
  });

  it("the host is no name, or the port of the environment no port", async () => {
    await fails(dev("--memory", "--host", "nosuch.invalid"), "nosuch.invalid is not a name that resolves");
    const run = start(["dev", "--memory"], { PORT: "http" });
    expect(await run.ended).toBe(2);
    expect(run.err).toContain('the environment variable PORT takes a number from 0 to 65535, not "http".');
  });

  it("the seed file is not UTF-8", async () => {
    writeFileSync(join(folder, "seed.yaml"), Buffer.from("accounts: []\n", "utf16le"));
    await fails(dev("--memory", "--seed", "seed.yaml"), "The seed file seed.yaml is not UTF-8.");
  });

  it("it has changed nothing: neither a folder that was not there, nor the data of one", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as { port: number };
    await fails(start("dev", "--port", String(port)), "is in use");
    expect(existsSync(join(folder, ".countersign"))).toBe(false);
    const first = dev("--callback", "http://127.0.0.1:9/mine");
    await first.url();
    await first.stop();
    await fails(start("dev", "--port", String(port), "--callback", "http://127.0.0.1:9/other"), "is in use");
    await new Promise((resolve) => taken.close(resolve));
    // Started without a word of callbacks, it has the one it was given last.
    const again = dev();
    await again.url();
    expect(again.out).toContain("callback  http://127.0.0.1:9/mine");
    await again.stop();
  });

  it("another emulator uses the folder, which goes on as it was", async () => {
    const first = dev("--callback", "http://127.0.0.1:9/mine");
    const url = await first.url();
    await fails(
      dev("--callback", "http://127.0.0.1:9/other"),
      `Another emulator uses .countersign: ${url}, process ${first.child.pid}.`,
    );
    const state = await stateOf(url);
    expect(state.apps[0]?.callback_urls).toEqual(["http://127.0.0.1:9/mine"]);
    // However it ends, the folder is free again.
    first.child.kill("SIGKILL");
    await first.ended;
    const next = dev();
    await next.url();
    await next.stop();
  });
});

describe("your own app", () => {
  it("is called back where --callback says; the playground plays an app of its own", async () => {
    const run = dev("--memory", "--callback", "http://localhost:9/callback");
    const url = await run.url();
    expect(run.out).toContain("callback  http://localhost:9/callback");
    const callback = await new UserAgent(url).authorize(authorizationQuery(demo.clientId), jack);
    expect(callback.origin + callback.pathname).toBe("http://localhost:9/callback");
    const page = await (await fetch(url)).text();
    expect(page).toContain("countersign-playground");
    await run.stop();
  });

  it("begins with init, whose file dev finds by itself, and which is never written over", async () => {
    const init = start("init", "--callback", "http://localhost:9/cb?x='\"");
    expect(await init.ended).toBe(0);
    const clientId = /CLIENT_ID=([0-9a-f]{32})\n/.exec(init.out)?.[1];
    expect(statSync(join(folder, "countersign.yaml")).mode & 0o077).toBe(0);
    const again = start("init");
    expect(await again.ended).toBe(1);
    expect(again.err).toContain("countersign.yaml already exists and was left unchanged.");
    const run = dev("--memory");
    const url = await run.url();
    expect(run.out).toMatch(/Seed +countersign\.yaml\n/);
    const { apps } = await stateOf(url);
    expect(apps[0]).toMatchObject({ client_id: clientId, callback_urls: ["http://localhost:9/cb?x='\""] });
    await run.stop();
    const demoRun = dev("--memory", "--demo");
    await demoRun.url();
    expect(demoRun.out).toContain(demo.clientId);
    await demoRun.stop();
  });

  it.skipIf(process.platform !== "linux")("is opened in the browser by --open", async () => {
    const opened = join(folder, "opened");
    writeFileSync(join(folder, "xdg-open"), `#!/bin/sh\nprintf %s "$1" > "${opened}"\n`, { mode: 0o755 });
    const run = start("dev", "--port", "0", "--memory", "--open", { PATH: `${folder}:${process.env.PATH}` });
    const url = await run.url();
    await expect.poll(() => existsSync(opened) && readFileSync(opened, "utf8")).toBe(`${url}/`);
  });

  it("is named where no browser can be opened, and runs on", async () => {
    const run = start("dev", "--port", "0", "--memory", "--open", { PATH: folder });
    const url = await run.url();
    await run.said(new RegExp(`No browser could be opened\\. Open ${url}/ yourself`));
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it("listens where PORT says, and tells programs in lines of JSON", async () => {
    const run = start(["dev", "--memory", "--json"], { PORT: "0" });
    const [line] = await run.said(/^\{"event":"ready".*\n/);
    const { url, apps, accounts, pid } = JSON.parse(line);
    expect(pid).toBe(run.child.pid);
    expect(apps[0]).toMatchObject({ client_id: demo.clientId, client_secret: demo.clientSecret });
    expect(accounts[0]).toEqual({ email: "jill@example.com", password: "correct horse battery" });
    await fetch(`${url}/v3/account`);
    await run.said(/^\{"event":"request".*"reason":"access_token_missing".*\n/m);
    await run.stop();
    for (const one of run.out.trim().split("\n")) expect(() => JSON.parse(one)).not.toThrow();
  });
});

describe("what an earlier run kept", () => {
  const seedOf = (email: string, clientId: string) =>
    `accounts: [{ email: ${email}, password: p }]
apps: [{ name: A, owner: ${email}, client_id: ${clientId}, client_secret: s, oauth: { callback_url: "http://127.0.0.1:9/", scopes: [account_access] } }]
`;

  it("is named where a seed does not name it, and dropped by --fresh", async () => {
    writeFileSync(join(folder, "a.yaml"), seedOf("a@example.com", "a"));
    writeFileSync(join(folder, "b.yaml"), seedOf("b@example.com", "b"));
    for (const [args, kept] of [
      [["--seed", "a.yaml"], undefined],
      [["--seed", "b.yaml"], "1 account and 1 app of earlier runs; --fresh starts without them"],
      [["--seed", "b.yaml", "--fresh"], undefined],
    ] as const) {
      const run = dev(...args);
      const url = await run.url();
      if (kept === undefined) expect(run.out).not.toContain("Kept");
      else expect(run.out).toContain(kept);
      const { accounts } = await stateOf(url);
      expect(accounts).toHaveLength(kept === undefined ? 1 : 2);
      await run.stop();
    }
  });

  it("is kept out of git, in a folder of its own alone", async () => {
    const run = dev();
    await run.url();
    await run.stop();
    expect(readFileSync(join(folder, ".countersign/.gitignore"), "utf8")).toBe("*\n");
    const here = dev("--data", ".");
    await here.url();
    await here.stop();
    expect(existsSync(join(folder, ".gitignore"))).toBe(false);
  });
});

describe("a terminal", () => {
  it("that others can reach says so, with the addresses", async () => {
    const run = dev("--memory", "--host", "0.0.0.0");
    await run.url();
    expect(run.out).toContain("Open to the network: whoever reaches it can sign in with the logins below");
    await run.stop();
  });

  it("has a line for a refusal with reason and advice, and none for pages, assets and polls", async () => {
    const run = dev("--memory");
    const url = await run.url();
    for (const path of ["/", "/_emulator", "/_emulator/state", "/health"]) await fetch(url + path);
    await sendJson(`${url}/oauth/token`, exchangeFields(demo, "0123456789abcdef"));
    await run.said(/✗ {2}400 {2}Code refused {2}[^\n]+\n +→ A code works once, on the server that issued it/);
    expect(run.out.split("  Try")[1]?.match(/^.*\S.*$/gm)).toHaveLength(3);
    expect(run.out).not.toContain("\x1b[");
    await run.stop();
  });
});

describe("started by npm", () => {
  it("it ends when npm ends, though npm passes no signal on", async () => {
    // What npm does: a shell that runs the command, and goes when it is signalled.
    const command = `"${process.execPath}" "${bin}" dev --memory --port 0 & echo started $!; wait`;
    const npm = spawn("sh", ["-c", command], {
      cwd: folder,
      env: { ...process.env, npm_execpath: "npm", PORT: "0" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    const closed = new Promise((resolve) => npm.stdout.on("close", resolve));
    const ready = new Promise<void>((resolve) => {
      npm.stdout.setEncoding("utf8").on("data", (text) => {
        out += text;
        if (out.includes("Playground") && out.includes("Try")) resolve();
      });
    });
    await ready;
    npm.kill("SIGKILL");
    // Its output ends with the last process that holds it.
    await closed;
    expect(out).toContain("npm, which started this, has ended");
    expect(out).toMatch(/stopped\n$/);
  });
});

describe("a seed file", () => {
  const seedFile = (profile: string) => {
    const text = `${profile}
accounts:
  - { email: ann@example.com, password: a good password, api_keys: [${"ab".repeat(32)}] }
apps:
  - name: Own app
    owner: ann@example.com
    client_id: own
    client_secret: own-secret
    oauth: { callback_url: "http://127.0.0.1:9/cb", scopes: [account_access] }
`;
    writeFileSync(join(folder, "seed.yaml"), text);
  };

  it("takes the place of the demo, with the same help: its logins, its app", async () => {
    seedFile("profile: standard");
    const run = dev("--memory", "--seed", "seed.yaml");
    const url = await run.url();
    expect(run.out).toContain("profile standard");
    expect(run.out).toContain("ann@example.com  /  a good password");
    expect(run.out).toContain(
      "client_id own   client_secret own-secret\n    callback  http://127.0.0.1:9/cb\n",
    );
    expect(run.out).toContain(`curl -u ${"ab".repeat(32)}: ${url}/v3/account`);
    expect((await send(`${url}/.well-known/oauth-authorization-server`)).status).toBe(200);
    const who = { email: "ann@example.com", password: "a good password" };
    const callback = await new UserAgent(url).authorize(authorizationQuery("own"), who);
    const own = { clientId: "own", clientSecret: "own-secret" };
    const fields = exchangeFields(own, callback.searchParams.get("code") ?? "");
    expect((await sendJson(`${url}/oauth/token`, fields)).status).toBe(200);
    const demoApp = await send(`${url}/oauth/authorize?${authorizationQuery(demo.clientId)}`);
    expect(demoApp.status).toBe(400);
    await run.stop();
  });

  it("may be applied again and again, and --profile has the last word", async () => {
    seedFile("profile: standard");
    for (let round = 0; round < 2; round++) {
      const run = dev("--data", "kept", "--seed", "seed.yaml", "--profile", "dropbox-sign");
      await run.url();
      expect(run.out).toContain("profile dropbox-sign");
      expect(await run.stop()).toBe(0);
    }
  });
});
