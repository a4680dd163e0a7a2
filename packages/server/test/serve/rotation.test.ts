/** Secrets rotate without an outage: two nodes on one database, of which one reads the file later than the other. */
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApp } from "../../src/apps/create-app.js";
import { rotateSecretsFile } from "../../src/cli/secrets-file.js";
import { KeyRing } from "../../src/crypto/key-ring.js";
import { readSecretsFile } from "../../src/secrets-config.js";
import {
  exchangeCode,
  introspectAs,
  jillsId,
  jwt,
  refreshWith,
  resource,
  startHouse,
  tokensFor,
  web,
} from "../standard/house.js";
import { send } from "../support/http.js";
import { seededRandom } from "../support/random.js";
import { jack, type TestServer } from "../support/server.js";
import { account, tokensOf } from "../support/tokens.js";
import { authorizationQuery, callbackOf, UserAgent } from "../support/user-agent.js";

const minutes = 60_000;
const random = seededRandom("rotation");
const made = () => random(32).toString("base64url");
let folder: string;
let file: string;
let now: number;
beforeEach(() => {
  now = Date.UTC(2030, 0, 1);
  folder = mkdtempSync(join(tmpdir(), "countersign-rotation-"));
  file = join(folder, "secrets.txt");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const rotate = (hasten = false) => rotateSecretsFile(file, made(), now, hasten);

describe("a rotation on two nodes", () => {
  let a: TestServer;
  let b: TestServer;
  beforeEach(async () => {
    rotate();
    const issuer = () => "http://127.0.0.1:4010";
    a = await startHouse({ ring: new KeyRing(readSecretsFile(file)), issuer });
    b = await startHouse({
      ring: new KeyRing(readSecretsFile(file)),
      issuer,
      storage: a.storage,
      clock: a.clock,
    });
  });
  afterEach(async () => {
    await b.close();
    await a.close();
  });

  /** Everything one node makes is used at the other. */
  async function crossed(from: TestServer, to: TestServer): Promise<void> {
    const query = authorizationQuery(jwt.clientId);
    const agent = new UserAgent(from.url);
    const form = await agent.get(`/oauth/authorize?${query}&resource=${resource}`);
    const moved = new UserAgent(to.url);
    for (const [name, value] of agent.cookies) moved.cookies.set(name, value);
    const consent = await moved.logIn(form, jack);
    for (const [name, value] of moved.cookies) agent.cookies.set(name, value);
    const page =
      consent.headers.location === undefined
        ? await agent.submit(consent, "/oauth/authorize?", { decision: "allow" })
        : consent;
    const code = callbackOf(page).searchParams.get("code") ?? "";
    const tokens = tokensOf(await exchangeCode(to, jwt, code));
    const kid = JSON.parse(
      Buffer.from(tokens.access_token.split(".")[0] as string, "base64url").toString(),
    ).kid;
    const { keys } = (await send(`${from.url}/.well-known/jwks.json`)).json() as { keys: { kid: string }[] };
    expect(keys.map((key) => key.kid)).toContain(kid);
    expect(
      await introspectAs(
        from,
        { clientId: "files", clientSecret: "files-secret-f3a91c" },
        tokens.access_token,
      ),
    ).toMatchObject({ active: true });
    const again = tokensOf(await refreshWith(from, jwt, tokens.refresh_token));
    expect((await refreshWith(to, jwt, again.refresh_token)).status).toBe(200);
    const opaque = await tokensFor(from, web);
    expect((await account(to, opaque.access_token)).status).toBe(200);
    expect((await refreshWith(to, web, opaque.refresh_token)).status).toBe(200);
  }

  /** An app that the command line makes now, by the secrets as the file lists them, can be used at once at any node. */
  async function sealedByCommand(...nodes: TestServer[]): Promise<void> {
    const ring = new KeyRing(readSecretsFile(file));
    const wanted = {
      ownerId: jillsId,
      name: "New",
      callbackUrls: ["https://new.example/cb"],
      scopes: ["account_access"],
      resources: [resource],
      approved: true,
    };
    const created = await createApp(
      { storage: a.storage, ring, now: a.clock.now, randomBytes: random },
      wanted,
    );
    const client = { clientId: created?.app.clientId ?? "", clientSecret: created?.clientSecret };
    for (const node of nodes) {
      const asked = await introspectAs(node, client, "x");
      expect(asked).toEqual({ active: false });
    }
  }

  it("refuses nothing at any moment, whichever node reads the file first", async () => {
    const [first, second] = [a, b];
    const load = async () => {
      await Promise.all([crossed(first, second), crossed(second, first), crossed(first, second)]);
      await sealedByCommand(first, second);
    };
    const reload = (node: TestServer) => node.ring.replace(readSecretsFile(file));
    const before = await tokensFor(first, web);
    const steps: (() => unknown)[] = [() => rotate(), () => reload(first), () => reload(second)];
    steps.push(
      () => {
        now += 5 * minutes;
        rotate();
      },
      () => reload(second),
      () => reload(first),
    );
    await load();
    for (const step of steps) {
      step();
      await load();
      expect((await account(second, before.access_token)).status).toBe(200);
    }
    const [signs] = readSecretsFile(file);
    writeFileSync(file, `${signs}\n`);
    reload(first);
    expect((await account(first, before.access_token)).status).toBe(401);
  }, 60_000);
});

describe("the secrets file", () => {
  it("begins with one secret that signs; a new one waits second, and signs five minutes later to the millisecond", () => {
    expect(rotate().step).toBe("first");
    const [old] = readSecretsFile(file);
    expect(rotate().step).toBe("added");
    const [signs, waits] = readSecretsFile(file);
    expect([signs, readSecretsFile(file).length]).toEqual([old, 2]);
    now += 5 * minutes - 1;
    expect(rotate()).toEqual({ step: "early", until: now + 1 });
    expect(readSecretsFile(file)).toEqual([signs, waits]);
    now += 1;
    expect(rotate().step).toBe("signs");
    expect(readSecretsFile(file)).toEqual([waits, signs]);
    expect(rotate().step).toBe("added");
    expect(readSecretsFile(file)).toEqual([waits, expect.any(String), signs]);
  });

  it("lets a new secret sign earlier where that is asked for, and never skips the step before", () => {
    rotate();
    expect(rotate(true).step).toBe("added");
    expect(rotate(true).step).toBe("signs");
  });
});

describe.skipIf(process.platform === "win32")("the secrets file on the disk", () => {
  it("keeps its mode, and is its owner's alone when it is made", () => {
    rotate();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    chmodSync(file, 0o640);
    rotate();
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(["secrets.txt"]);
  });

  it("is not written through what was left at another name, and a link is refused", () => {
    rotate();
    const elsewhere = join(folder, "elsewhere");
    writeFileSync(elsewhere, "");
    symlinkSync(elsewhere, `${file}.next`);
    symlinkSync(elsewhere, `${file}.new`);
    rotate();
    expect([readFileSync(elsewhere, "utf8"), lstatSync(file).isSymbolicLink()]).toEqual(["", false]);
    const link = join(folder, "link");
    symlinkSync(file, link);
    const before = readFileSync(file, "utf8");
    expect(() => rotateSecretsFile(link, made(), now, true)).toThrow(`name the file it leads to`);
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  it("is made for its owner alone whatever the umask is", () => {
    const before = process.umask(0);
    rotate();
    process.umask(before);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("written on another system, without an end of line, or with a mark of its encoding is read as it is meant", () => {
    const secret = made();
    for (const text of [`# a comment\r\n${secret}\r\n`, secret, `\ufeff${secret}\n`, `\n\n  ${secret}  \n`]) {
      writeFileSync(file, text, { mode: 0o600 });
      expect(rotate().step).toBe("added");
      expect(readSecretsFile(file)[0]).toBe(secret);
      rmSync(file);
    }
  });

  it.each([
    ["settings", `COUNTERSIGN_DATABASE=/var/lib/countersign.db\n`, /secret number 1 is a setting/],
    ["a weak secret", `${"x".repeat(40)}\n`, /number 1 has too few different/],
    ["a short line", `${"abcdefghijklmnopqrstuvwxyz0123456789"}\nshort\n`, /number 2 has fewer than 32/],
    ["what is far too much", "a0b1c2d3e4f5".repeat(10_000), /more than 65536 bytes/],
  ])("with %s in it is refused, and left as it was", (_what, text, said) => {
    writeFileSync(file, text, { mode: 0o600 });
    expect(() => rotate()).toThrow(said);
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(readdirSync(folder)).toEqual(["secrets.txt"]);
  });

  it("that is a folder, or in none, is refused by its name", () => {
    expect(() => rotateSecretsFile(folder, made(), now, false)).toThrow(`${folder} is no file.`);
    expect(() => rotateSecretsFile(join(folder, "no/secrets.txt"), made(), now, false)).toThrow(
      `There is no folder ${join(folder, "no")}.`,
    );
  });

  it("that everybody may write is refused", () => {
    rotate();
    chmodSync(file, 0o666);
    expect(() => readSecretsFile(file)).toThrow("chmod 600");
    expect(() => rotate()).toThrow("chmod 600");
  });
});
