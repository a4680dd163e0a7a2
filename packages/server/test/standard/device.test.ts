/** The device grant (RFC 8628): a device that has no browser, and a person who has one elsewhere. */

import * as openid from "openid-client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApp } from "../../src/apps/create-app.js";
import { postProven, prover } from "../fapi2/proofs.js";
import type { Answer } from "../support/http.js";
import { seededRandom } from "../support/random.js";
import { Clock, jack, jill, type TestServer } from "../support/server.js";
import { account, tokensOf } from "../support/tokens.js";
import { formOf, UserAgent } from "../support/user-agent.js";
import {
  auditOf,
  type Credentials,
  exchangeCode,
  inBody,
  jacksId,
  jillsId,
  post,
  refreshWith,
  refusalOf,
  resource,
  startHouse,
  web,
} from "./house.js";

const television = { clientId: "television", clientSecret: undefined };
const scopes = ["account_access", "template_access"];
const grantType = "urn:ietf:params:oauth:grant-type:device_code";

/** The clients of others look at the real clock, and so must the server. */
class RealClock extends Clock {
  override readonly now = (): number => Date.now();
}

async function openHouse(clock = new Clock()): Promise<TestServer> {
  const house = await startHouse({ clock });
  const deps = { ...house, now: clock.now, randomBytes: seededRandom("devices") };
  const made = { ownerId: jillsId, callbackUrls: [], scopes, grantTypes: ["device_code"] as const };
  await createApp(deps, {
    ...made,
    ...television,
    name: "Television",
    public: true,
    approved: true,
    resources: [resource],
  });
  await createApp(deps, { ...made, clientId: "radio", name: "Radio", public: true, approved: true });
  await createApp(deps, { ...made, clientId: "prototype", name: "Prototype", public: true });
  return house;
}

let server: TestServer;
beforeEach(async () => {
  server = await openHouse();
});
afterEach(() => server.close());

interface Started {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri_complete: string;
}

const start = (client: Credentials = television, more: Record<string, string> = {}) =>
  post(server, "/oauth/device_authorization", { ...inBody(client), ...more });
const started = async (...asked: Parameters<typeof start>) =>
  (await start(...asked)).json() as unknown as Started;
const poll = (device: Started, client: Credentials = television) =>
  post(server, "/oauth/token", { grant_type: grantType, device_code: device.device_code, ...inBody(client) });

async function signedIn(who = jack, path = "/device"): Promise<{ agent: UserAgent; page: Answer }> {
  const agent = new UserAgent(server.url);
  const login = await agent.get(path);
  const page = await agent.follow(await agent.submit(login, "/device/login", who));
  return { agent, page };
}

/** Sends the form that a code is typed into: its action begins as those of the page's other forms do. */
const typeCode = (agent: UserAgent, page: Answer, fields: { user_code: string }) =>
  agent.post("/device", { ...formOf(page, "/device/switch").hidden, ...fields });

/** A person types the code and answers; returns the last page. */
async function answer(device: Started, decision: "allow" | "deny", who = jack): Promise<Answer> {
  const { agent, page } = await signedIn(who);
  const consent = await typeCode(agent, page, { user_code: device.user_code.toLowerCase() });
  return agent.submit(consent, "/device/decide", { decision });
}

describe("a device", () => {
  it("gets a code for itself, one for a person, and where to type it", async () => {
    const answered = await start();
    expect([answered.status, answered.headers["cache-control"]]).toEqual([200, "no-store"]);
    const code = answered.json().user_code as string;
    expect(code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    expect(answered.json()).toEqual({
      device_code: expect.stringMatching(/^cs_dc_/),
      user_code: code,
      verification_uri: `${server.url}/device`,
      verification_uri_complete: `${server.url}/device?user_code=${code}`,
      expires_in: 600,
      interval: 5,
    });
  });

  it("waits, and gets its tokens once when a person has allowed it", async () => {
    const device = await started(television, { scope: "template_access" });
    expect(refusalOf(await poll(device))).toEqual([400, "authorization_pending"]);
    const page = await answer(device, "allow");
    expect(page.text).toContain("Your device is connected");
    const answered = await poll(device);
    const tokens = tokensOf(answered);
    expect(tokens.scope).toBe("template_access");
    expect(tokensOf(await refreshWith(server, television, tokens.refresh_token)).scope).toBe(
      "template_access",
    );
    expect(await auditOf(server, "consent_given")).toHaveLength(1);
  });

  it("whose code is used a second time loses what the first use gave", async () => {
    const device = await started();
    await answer(device, "allow");
    const tokens = tokensOf(await poll(device));
    expect((await account(server, tokens.access_token)).status).toBe(200);
    expect(refusalOf(await poll(device))).toEqual([400, "invalid_grant"]);
    expect((await account(server, tokens.access_token)).status).toBe(401);
  });

  it("may prove a key, and its tokens are bound to it (RFC 9449)", async () => {
    const device = await started();
    await answer(device, "allow");
    const [mine, thiefs] = await Promise.all([prover(), prover()]);
    const fields = { grant_type: grantType, device_code: device.device_code, ...inBody(television) };
    const answered = await postProven(server, "/oauth/token", async () => fields, mine);
    const { refresh_token } = tokensOf(answered);
    expect(answered.json().token_type).toBe("DPoP");
    const again = { grant_type: "refresh_token", refresh_token, ...inBody(television) };
    const stolen = await postProven(server, "/oauth/token", async () => again, thiefs);
    expect(refusalOf(stolen)[0]).toBe(400);
    tokensOf(await postProven(server, "/oauth/token", async () => again, mine));
  });

  it("that asks too often is told to slow down, by five seconds more each time", async () => {
    const device = await started();
    await poll(device);
    server.clock.advance(4000);
    expect(refusalOf(await poll(device))).toEqual([400, "slow_down"]);
    server.clock.advance(5000);
    expect(refusalOf(await poll(device))).toEqual([400, "slow_down"]);
    server.clock.advance(15_000);
    expect(refusalOf(await poll(device))).toEqual([400, "authorization_pending"]);
  });

  it("that a person denies is told so", async () => {
    const device = await started();
    expect((await answer(device, "deny")).text).toContain("not connected");
    expect(refusalOf(await poll(device))).toEqual([400, "access_denied"]);
  });

  it("that nobody answers for ten minutes is told that its code has ended, also long after", async () => {
    const device = await started();
    server.clock.advance(599_999);
    expect(refusalOf(await poll(device))).toEqual([400, "authorization_pending"]);
    server.clock.advance(1);
    expect(refusalOf(await poll(device))).toEqual([400, "expired_token"]);
    await server.storage.purge({ now: server.clock.now(), limit: 100 });
    expect(refusalOf(await poll(device))).toEqual([400, "expired_token"]);
  });

  it("gets nothing by another's code, by one that was changed, or at another grant", async () => {
    const device = await started();
    await answer(device, "allow");
    const changed = { ...device, device_code: `${device.device_code.slice(0, -4)}AAAA` };
    expect(refusalOf(await poll(changed))).toEqual([400, "invalid_grant"]);
    for (const clientId of ["radio", "prototype"]) {
      const other = { clientId, clientSecret: undefined };
      expect(refusalOf(await poll(device, other))).toEqual([400, "invalid_grant"]);
    }
    expect(refusalOf(await poll(device, web))).toEqual([400, "unauthorized_client"]);
    const asCode = await exchangeCode(server, television, device.device_code);
    expect(refusalOf(asCode)).toEqual([400, "invalid_grant"]);
    tokensOf(await poll(device));
  });

  it("gets nothing for an account that was locked after it allowed", async () => {
    const device = await started();
    await answer(device, "allow");
    await server.storage.updateAccount(jacksId, { locked: true });
    expect(refusalOf(await poll(device))).toEqual([400, "invalid_grant"]);
    await server.storage.updateAccount(jacksId, { locked: false });
    tokensOf(await poll(device));
  });

  it.each([
    ["of an app that is not allowed the grant", web, {}, 400, "unauthorized_client"],
    ["with a scope that the app does not have", television, { scope: "x" }, 400, "invalid_scope"],
    [
      "for a resource that is not the app's",
      television,
      { resource: "https://x.example" },
      400,
      "invalid_target",
    ],
    ["of nobody", { clientId: "nobody", clientSecret: undefined }, {}, 401, "invalid_client"],
  ])("%s is refused", async (_, client, more, status, error) => {
    expect(refusalOf(await start(client, more as Record<string, string>))).toEqual([status, error]);
  });
});

describe("starts", () => {
  it("are 300 from an address in ten minutes", async () => {
    const answers = await Promise.all(Array.from({ length: 301 }, () => start()));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(300);
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
    server.clock.advance(600_000);
    expect((await start()).status).toBe(200);
  });
});

describe("the page for a device's code", () => {
  it("asks who is there before it looks at a code, and shows one that came with the link", async () => {
    const device = await started();
    const path = new URL(device.verification_uri_complete);
    const agent = new UserAgent(server.url);
    const login = await agent.get(path.pathname + path.search);
    expect(login.text).toContain("Sign in");
    const page = await agent.follow(await agent.submit(login, "/device/login", jack));
    expect(page.text).toContain(`value="${device.user_code}"`);
    expect(page.text).toContain("only if your device shows this code");
  });

  it("asks for consent each time, and says that it is for a device", async () => {
    for (const device of [await started(), await started()]) {
      const { agent, page } = await signedIn();
      const consent = await typeCode(agent, page, { user_code: device.user_code });
      expect(consent.text).toContain("Television");
      expect(consent.text).toContain(device.user_code);
      expect(consent.text).toContain("in front of you");
      await agent.submit(consent, "/device/decide", { decision: "allow" });
    }
  });

  it("takes no answer without the form of this person's own session", async () => {
    const device = await started();
    const { agent } = await signedIn();
    const forged = { user_code: device.user_code, decision: "allow", csrf: "x" };
    expect((await agent.post("/device/decide", forged)).status).toBe(403);
    const stranger = await new UserAgent(server.url).post("/device/decide", forged);
    expect(stranger.text).toContain("Sign in");
    expect(refusalOf(await poll(device))).toEqual([400, "authorization_pending"]);
  });

  it("lets a person try twenty codes in ten minutes, and then none, also the right one", async () => {
    const device = await started();
    const { agent, page } = await signedIn();
    for (let n = 0; n < 20; n++)
      expect((await typeCode(agent, page, { user_code: "BBBB-BBBB" })).status).toBe(400);
    const right = await typeCode(agent, page, { user_code: device.user_code });
    expect([right.status, right.text.includes("Television")]).toEqual([429, false]);
  });

  it("shows a wrong code again, to be corrected, and no more of it than a code is long", async () => {
    const { agent, page } = await signedIn();
    const wrong = await typeCode(agent, page, { user_code: 'bcdf-ghj"' });
    expect(wrong.text).toContain("This code is wrong or has expired");
    expect(wrong.text).toContain('value="bcdf-ghj&#34;"');
    const long = await typeCode(agent, page, { user_code: "x".repeat(41) });
    expect(long.text).toContain(`value="${"x".repeat(40)}"`);
  });

  it("does not know a code any more once its app has lost a scope that it asked for", async () => {
    const device = await started();
    const { agent, page } = await signedIn();
    const changes = { scopes: ["account_access"] };
    await server.storage.updateApp(television.clientId, changes, server.clock.now());
    const answered = await typeCode(agent, page, { user_code: device.user_code });
    expect([answered.status, answered.text.includes("This code is wrong or has expired")]).toEqual([
      400,
      true,
    ]);
    expect(refusalOf(await poll(device))).toEqual([400, "authorization_pending"]);
  });

  it("lets nobody but its owner allow an app that is not approved", async () => {
    const prototype = { clientId: "prototype", clientSecret: undefined };
    const device = await started(prototype);
    expect((await answer(device, "allow")).text).toContain("not connected");
    expect(refusalOf(await poll(device, prototype))).toEqual([400, "access_denied"]);
    const next = await started(prototype);
    await answer(next, "allow", jill);
    tokensOf(await poll(next, prototype));
  });
});

it("is driven by openid-client, from discovery to the tokens", async () => {
  await server.close();
  server = await openHouse(new RealClock());
  const config = await openid.discovery(new URL(server.url), "television", undefined, openid.None(), {
    execute: [openid.allowInsecureRequests],
  });
  const device = await openid.initiateDeviceAuthorization(config, { scope: "account_access" });
  await answer(device as unknown as Started, "allow");
  const quick = { ...device, interval: 0.01 };
  const tokens = await openid.pollDeviceAuthorizationGrant(config, quick);
  expect(tokens.scope).toBe("account_access");
});
