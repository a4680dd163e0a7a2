/** `countersign revoke`: the emergency act, from the command line to a server that runs. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  authorize,
  jillsId,
  refreshWith,
  rotating,
  secretsOfTheHouse,
  startHouse,
  tokensFor,
  web,
} from "../standard/house.js";
import { runCommand } from "../support/command.js";
import { jack, type TestServer } from "../support/server.js";
import { account } from "../support/tokens.js";
import { authorizationQuery, UserAgent } from "../support/user-agent.js";

let folder: string;
let config: string;
let server: TestServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "countersign-revoke-"));
  const file = join(folder, "countersign.db");
  config = join(folder, "env");
  writeFileSync(
    config,
    `COUNTERSIGN_PUBLIC_URL=http://127.0.0.1:4010\nCOUNTERSIGN_DATABASE=${file}\nCOUNTERSIGN_SECRETS=${secretsOfTheHouse[0]?.replaceAll(/[ ,]/g, "-")}\n`,
  );
  server = await startHouse({ file });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const revoke = (...args: string[]) => runCommand(["revoke", ...args, "--config", config]);

/** What a signed-in person meets who wants to authorize an app: a page to sign in, a question, or the callback. */
async function nextPage(agent: UserAgent, client = web): Promise<string> {
  const page = await agent.get(`/oauth/authorize?${authorizationQuery(client.clientId)}`);
  if (page.headers.location !== undefined) return "callback";
  return /type="password"/.test(page.text) ? "sign in" : "question";
}

describe("countersign revoke", () => {
  it("--everything ends tokens, sessions and remembered consent at a server that runs, at once", async () => {
    const agent = new UserAgent(server.url);
    await authorize(server, web, {}, agent);
    expect(await nextPage(agent)).toBe("callback");
    const tokens = await tokensFor(server, rotating);
    const done = await revoke("--everything", "--yes");
    expect(done).toEqual({
      code: 0,
      out: "Revoked everything: 2 authorizations and 2 sessions ended.\n",
      err: "",
    });
    expect((await account(server, tokens.access_token)).status).toBe(401);
    expect((await refreshWith(server, rotating, tokens.refresh_token)).json()).toMatchObject({
      error: "invalid_grant",
    });
    expect(await nextPage(agent)).toBe("sign in");
    const again = await tokensFor(server, rotating);
    expect((await account(server, again.access_token)).status).toBe(200);
  });

  it("--account ends what one person has, and spares the others", async () => {
    const [jills, jacks] = [new UserAgent(server.url), new UserAgent(server.url)];
    await authorize(server, web, {}, jills);
    await authorize(server, web, {}, jacks);
    const { code, out } = await revoke("--account", jack.email.toUpperCase(), "--yes", "--json");
    expect([code, JSON.parse(out)]).toEqual([0, { revoked: jack.email, grants: 1, sessions: 2 }]);
    expect(await nextPage(jacks)).toBe("sign in");
  });

  it("--app ends all that one app was given, and leaves people signed in", async () => {
    const agent = new UserAgent(server.url);
    await authorize(server, web, {}, agent);
    await authorize(server, rotating, {}, agent);
    const { code, out } = await revoke("--app", web.clientId, "--yes");
    expect([code, out]).toEqual([0, "Revoked web: 1 authorization and 0 sessions ended.\n"]);
    expect([await nextPage(agent), await nextPage(agent, rotating)]).toEqual(["question", "callback"]);
  });

  it.each([
    ["web", 0, /Revoked web: 1 authorization/, 401],
    ["", 1, /Nothing was done/, 200],
    ["^D", 1, /Nothing was done/, 200],
    ["everything", 1, /Nothing was done/, 200],
  ])("asks at a terminal, and takes %j for an answer with exit %i", async (typed, code, said, status) => {
    const tokens = await tokensFor(server, web);
    const terminal = Object.assign(new PassThrough(), { isTTY: true });
    const own = Object.getOwnPropertyDescriptor(process, "stdin") as PropertyDescriptor;
    Object.defineProperty(process, "stdin", { value: terminal, configurable: true });
    terminal.end(typed === "^D" ? "" : `${typed}\n`);
    const done = await revoke("--app", web.clientId).finally(() =>
      Object.defineProperty(process, "stdin", own),
    );
    expect([done.code, `${done.out}${done.err}`]).toEqual([code, expect.stringMatching(said)]);
    expect((await account(server, tokens.access_token)).status).toBe(status);
  });

  it("is recorded", async () => {
    await revoke("--everything", "--yes");
    await revoke("--app", web.clientId, "--yes");
    await revoke("--account", "jill@example.com", "--yes");
    const events = await server.storage.listAudit({ limit: 3 });
    for (const { data } of events) expect(data).toMatchObject({ actor: expect.stringMatching(/^cli:/) });
    expect(events.map(({ event, clientId, accountId }) => [event, clientId, accountId])).toEqual([
      ["account_revoked", undefined, jillsId],
      ["app_revoked", "web", undefined],
      ["everything_revoked", undefined, undefined],
    ]);
  });

  it.each<[string, string[], number, RegExp]>([
    ["nothing named", ["--yes"], 2, /Name one of --account EMAIL, --app CLIENT_ID and --everything/],
    ["two things named", ["--everything", "--app", "web", "--yes"], 2, /Name one of/],
    ["an account that is not there", ["--account", "x@example.com", "--yes"], 1, /no account x@example.com/],
    ["an app that is not there", ["--app", "x", "--yes"], 1, /no app x/],
    ["nobody to ask", ["--everything"], 2, /add --yes/],
  ])("with %s says so and revokes nothing", async (_, args, code, message) => {
    const tokens = await tokensFor(server, web);
    const refused = await revoke(...args);
    expect([refused.code, refused.err, refused.out]).toEqual([code, expect.stringMatching(message), ""]);
    expect((await account(server, tokens.access_token)).status).toBe(200);
  });
});
