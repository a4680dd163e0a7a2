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

  constructor(args: readonly string[], cwd: string) {
    this.child = spawn(process.execPath, [bin, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
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

function start(...args: string[]): Run {
  const run = new Run(args, folder);
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
    await loud.said(/info +request .*path=\/oauth\/token .*status=200/);
    expect(loud.out.split("  Try")[1]).not.toContain(String(token));
    expect(loud.out.split("  Try")[1]).not.toContain(demo.clientSecret);
    const quiet = dev("--memory", "--quiet");
    await tokensFrom(await quiet.url());
    await Promise.all([loud.stop(), quiet.stop()]);
    expect(quiet.out).not.toContain("path=");
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
      await run.said(/stopping: requests under way are answered first/);
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

describe("called wrongly, it says so in a sentence and ends with 2:", () => {
  it.each([
    [["dev", "--port", "abc"], '--port takes a number from 0 to 65535, not "abc".'],
    [["dev", "--port", "65536"], '--port takes a number from 0 to 65535, not "65536".'],
    [["dev", "--port", ""], '--port takes a number from 0 to 65535, not "".'],
    [["dev", "--port"], "Option '--port <value>' argument missing"],
    [["dev", "--memory", "--data", "x"], "--memory and --data exclude each other."],
    [["dev", "--profile", "live"], '--profile takes dropbox-sign or standard, not "live".'],
    [["dev", "--profile", "constructor"], '--profile takes dropbox-sign or standard, not "constructor".'],
    [["dev", "--sed", "x"], "Unknown option '--sed'"],
    [["dev", "now"], "Unexpected argument 'now'"],
    [["develop"], 'There is no command "develop".'],
    [["constructor"], 'There is no command "constructor".'],
    [["__proto__"], 'There is no command "__proto__".'],
  ])("%j", async (args, sentence) => {
    const run = start(...args);
    expect(await run.ended).toBe(2);
    expect(run.err).toContain(`countersign: ${sentence}`);
    expect(run.err).not.toMatch(/\n +at /);
    expect(run.out).toBe("");
  });

  it("but help is no fault", async () => {
    for (const args of [[], ["help"], ["--help"], ["dev", "--help"], ["dev", "-h"]]) {
      const run = start(...args);
      expect(await run.ended).toBe(0);
      expect(run.out).toMatch(/^Usage: countersign /);
    }
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

  it("the data folder is a file", async () => {
    writeFileSync(join(folder, "kept"), "");
    await fails(dev("--data", "kept"), /kept/);
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

  it("takes the place of the demo, and its logins are named without their passwords", async () => {
    seedFile("profile: standard");
    const run = dev("--memory", "--seed", "seed.yaml");
    const url = await run.url();
    expect(run.out).toContain("profile standard");
    expect(run.out).toContain("ann@example.com");
    expect(run.out).not.toContain("a good password");
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
