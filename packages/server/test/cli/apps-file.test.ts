/** Apps declared in a file: planned without a write, brought about whole or not at all, and twice without a change. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { declareApps, sayPlan } from "../../src/cli/apps-file.js";
import { openConfigured } from "../../src/cli/open.js";
import { silentLog } from "../../src/log.js";
import { newAccount } from "../storage/contract/fixtures.js";

const folder = mkdtempSync(join(tmpdir(), "countersign-apps-"));
const file = join(folder, "apps.yaml");
let config: string;
let count = 0;
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

beforeEach(async () => {
  config = join(folder, `env-${++count}`);
  const database = join(folder, `${count}.db`);
  const secret = "Zb1xK7Qm2vTn9LrP4sWd8HfYc3GjU6Ae";
  writeFileSync(
    config,
    `COUNTERSIGN_PUBLIC_URL=http://127.0.0.1:1\nCOUNTERSIGN_SECRETS=${secret}\nCOUNTERSIGN_DATABASE=${database}\n`,
  );
  const { storage } = await openConfigured(config);
  await storage.createAccount(newAccount({ email: "owner@example.com" }));
  await storage.close();
});

const apps = (more = "") => `
apps:
  - client_id: web
    client_secret: \${WEB_SECRET}
    name: Web
    owner: owner@example.com
    approved: true
    scopes: [read]
    callback_urls: [https://web.example.com/back]
${more}`;

async function declare(text: string): Promise<void> {
  writeFileSync(file, text);
  const opened = await openConfigured(config);
  await declareApps(opened, file, silentLog);
  await opened.storage.close();
}

async function planned(text: string): Promise<string[]> {
  writeFileSync(file, text);
  const lines: string[] = [];
  const spy = vi.spyOn(console, "log").mockImplementation((line) => void lines.push(line));
  await sayPlan(config, file).finally(() => spy.mockRestore());
  return lines;
}

async function stored() {
  const { storage } = await openConfigured(config);
  const [all, events] = [await storage.listApps(100), await storage.listAudit({ limit: 100 })];
  await storage.close();
  return { apps: all, events: events.map(({ event, data }) => [event, data.actor]).reverse() };
}

describe("a file of apps", () => {
  beforeEach(() => vi.stubEnv("WEB_SECRET", "a-secret-of-the-deployment"));

  it("makes what is missing, once", async () => {
    expect(await planned(apps())).toEqual(["create  web"]);
    expect((await stored()).apps).toEqual([]);
    await declare(apps());
    await declare(apps());
    expect(await planned(apps())).toEqual(["keep    web"]);
    const { apps: made, events } = await stored();
    expect(made).toMatchObject([{ clientId: "web", approved: true, disabled: false }]);
    expect(events).toEqual([["app_created", "apps-file"]]);
  });

  it("says of an app that it pushes its requests and binds its tokens", async () => {
    await declare(apps());
    const strict = apps(
      "    require_pushed_authorization_requests: true\n    dpop_bound_access_tokens: true\n",
    );
    expect(await planned(strict)).toEqual([
      "change  web  require_pushed_authorization_requests dpop_bound_access_tokens",
    ]);
    await declare(strict);
    expect(await planned(strict)).toEqual(["keep    web"]);
    expect((await stored()).apps).toMatchObject([{ requirePushedRequests: true, dpopBoundTokens: true }]);
  });

  it("changes what differs, its secret with an overlap, and leaves alone what it does not name", async () => {
    await declare(apps());
    vi.stubEnv("WEB_SECRET", "another-secret-of-it");
    const changed = apps("    disabled: true\n").replace("name: Web", "name: World");
    expect(await planned(changed)).toEqual(["change  web  name disabled client_secret"]);
    await declare(changed);
    const { apps: made } = await stored();
    expect(made).toMatchObject([{ name: "World", disabled: true }]);
    expect(made[0]?.secrets.map(({ expiresAt }) => expiresAt === undefined)).toEqual([true, false]);
    await declare("apps: []");
    expect((await stored()).apps.length).toBe(1);
  });

  it("is named where it cannot be read or is no YAML", async () => {
    const opened = await openConfigured(config);
    await expect(declareApps(opened, folder, silentLog)).rejects.toThrow(`${folder}: EISDIR`);
    await expect(sayPlan(config, folder)).rejects.toThrow(`${folder}: EISDIR`);
    for (const text of ["apps: []\napps: []", "apps: [", "a: &a [1]\nb: *c"])
      await expect(planned(text)).rejects.toThrow(`${file}: `);
    const secret = "client_secret: a-secret-in-clear\nclient_secret: another";
    const { message } = (await planned(secret).catch((error) => error)) as Error;
    expect(message).toMatch(/Map keys must be unique at line 2, column 1$/);
  });

  it.each([
    [apps("  - name: Nameless\n"), "apps[1]: client_id: is missing"],
    [
      apps(
        "  - { client_id: b, name: B, owner: owner@example.com, scopes: [r], callback_urls: [https://b.example/] }\n",
      ),
      "apps[1]: client_secret: is missing",
    ],
    [
      apps("  - { client_id: b, client_secret: long-enough-to-be-one, owner: owner@example.com }\n"),
      "apps[1]: name",
    ],
    [apps("    colour: red\n"), "apps[0]: There is no key colour"],
    [apps().replace("owner@", "nobody@"), "apps[0]: There is no account nobody@example.com"],
    [apps().replace("https://web.example.com/back", "web"), "apps[0]: callback_urls: web: it is not"],
    [apps(apps().replace("\napps:\n", "")), "web is listed twice"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the file writes variables so
    [apps().replace("WEB_SECRET", "NOT_SET"), "${NOT_SET} is not in the environment"],
    ["- a list", "must hold `apps:`"],
  ])("is refused whole where a part is wrong: %#", async (text, said) => {
    await expect(planned(text)).rejects.toThrow(said);
    await expect(declare(text)).rejects.toThrow(said);
    expect((await stored()).apps).toEqual([]);
  });
});
