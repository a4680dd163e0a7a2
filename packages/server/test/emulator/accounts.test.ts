import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { AccountApi, EventCallbackHelper, EventCallbackRequest } from "@dropbox/sign";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventHash } from "../../src/emulator/outbox/event-hash.js";
import { postEvent } from "../../src/emulator/outbox/post-event.js";
import { retryMilliseconds } from "../../src/emulator/outbox/retry-schedule.js";
import { type SignEmulator, startEmulator } from "../../src/testing/index.js";
import { account, refresh, send } from "./client.js";

const apiKey = "5d1fe7a1c4b2a9036d8e5f70c1b2a3948576869788a9bacbdcedfe0f1a2b3c4d";
const basic = { authorization: `Basic ${Buffer.from(`${apiKey}:`).toString("base64")}` };
const newUser = "newuser@dropboxsign.com";

/** Plays the app's event callback: answers in turn as it is told, then always as it should. */
class Receiver {
  readonly bodies: string[] = [];
  answers: { status: number; text: string }[] = [];
  #server: Server | undefined;
  async start(): Promise<string> {
    this.#server = createServer((request, response) => {
      let body = "";
      request.on("data", (part) => {
        body += part;
      });
      request.on("end", () => {
        this.bodies.push(`${request.headers["content-type"]}\n${body}`);
        const { status, text } = this.answers.shift() ?? { status: 200, text: "Hello API Event Received" };
        response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end(text);
      });
    });
    await new Promise<void>((resolve) => this.#server?.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/events`;
  }
  close(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}

let sign: SignEmulator;
const receiver = new Receiver();
beforeAll(async () => {
  sign = await startEmulator({ clock: "2026-05-01T12:00:00Z" });
});
afterAll(async () => {
  receiver.close();
  await sign.close();
});
let eventUrl: string;
beforeAll(async () => {
  eventUrl = await receiver.start();
});
beforeEach(async () => {
  receiver.bodies.length = 0;
  receiver.answers = [];
  await sign.reset();
  await sign.changeApp({ eventCallbackUrl: eventUrl });
});

const create = (body: object = {}, headers: Record<string, string> = basic) =>
  send(sign, "POST", "/v3/account/create", {
    headers,
    body: {
      email_address: newUser,
      client_id: sign.client.clientId,
      client_secret: sign.client.clientSecret,
      ...body,
    },
  });

describe("POST /v3/account/create", () => {
  it("answers with the account and the app's tokens, in the documented shape", async () => {
    const { status, body } = await create();
    expect(status).toBe(200);
    expect(body.account).toMatchObject({
      account_id: expect.stringMatching(/^[0-9a-f]{40}$/),
      email_address: newUser,
      is_paid_hs: false,
      is_paid_hf: false,
      is_locked: false,
      quotas: { templates_left: 0, api_signature_requests_left: 0, documents_left: 3 },
      callback_url: null,
      role_code: null,
      locale: "en-US",
    });
    expect(body.oauth_data).toEqual({
      access_token: expect.stringMatching(/^.{140}$/),
      token_type: "Bearer",
      refresh_token: expect.stringMatching(/^.{96}$/),
      expires_in: 86_400,
    });
  });

  it("has no oauth_data without client credentials", async () => {
    const { status, body } = await create({ client_id: undefined, client_secret: undefined });
    expect([status, body.oauth_data]).toEqual([200, undefined]);
  });

  it.each([
    ["no API key", {}, {}, 401, undefined],
    ["a wrong secret", { client_secret: "wrong" }, basic, 401, "client_secret"],
    ["a secret without its client", { client_id: undefined }, basic, 400, "client_id"],
    ["no e-mail address", { email_address: undefined }, basic, 400, "email_address"],
    ["what is no e-mail address", { email_address: "jill" }, basic, 400, "email_address"],
    ["an address that is taken", { email_address: "JILL@example.com" }, basic, 400, "email_address"],
    ["a locale that is none", { locale: "English" }, basic, 400, "locale"],
  ])("refuses %s", async (_what, body, headers, status, path) => {
    const answer = await create(body, headers);
    expect([answer.status, answer.body.error.error_path]).toEqual([status, path]);
  });

  it("refuses an app's access to the account until it is confirmed, and then does not", async () => {
    const { body } = await create();
    const { access_token, refresh_token } = body.oauth_data;
    const before = await account(sign, access_token);
    expect(before).toMatchObject({ status: 403, body: { error: { error_name: "forbidden" } } });
    expect((await sign.requests()).at(-1)).toMatchObject({ reason: "account_unconfirmed", account: newUser });
    await sign.confirmAccount(newUser);
    expect((await account(sign, access_token)).body.account.email_address).toBe(newUser);
    expect((await refresh(sign, refresh_token)).status).toBe(200);
  });
});

describe("the confirmation e-mail", () => {
  async function openLink() {
    const [email] = await sign.outbox.emails({ to: newUser });
    const link = email?.link ?? "";
    const page = await fetch(link);
    const cookie = page.headers
      .getSetCookie()
      .map((one) => one.split(";")[0])
      .join("; ");
    const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? "";
    return { link, cookie, csrf };
  }
  const post = ({ link, cookie }: { link: string; cookie: string }, form: Record<string, string>) =>
    fetch(link, { method: "POST", headers: { cookie }, body: new URLSearchParams(form) });

  it("leads to a page on which the person chooses a password and confirms", async () => {
    const { body } = await create();
    const opened = await openLink();
    expect((await account(sign, body.oauth_data.access_token)).status).toBe(403);
    const short = await post(opened, { csrf: opened.csrf, password: "short" });
    expect(short.status).toBe(400);
    const done = await post(opened, { csrf: opened.csrf, password: "long enough" });
    expect([done.status, await done.text()]).toEqual([
      200,
      expect.stringContaining("Your account is confirmed"),
    ]);
    expect((await account(sign, body.oauth_data.access_token)).status).toBe(200);
    expect((await sign.authorize({ account: newUser })).code).toBeDefined();
  });

  it("confirms nothing from a form that is not of this browser, or by a link that was changed", async () => {
    await create();
    const opened = await openLink();
    expect(
      (await post({ ...opened, cookie: "" }, { csrf: opened.csrf, password: "long enough" })).status,
    ).toBe(403);
    const changed = opened.link
      .replace(/.$/, (last) => (last === "A" ? "B" : "A"))
      .replace("token=", "token=0");
    expect((await fetch(changed)).status).toBe(400);
    expect(await sign.outbox.events()).toEqual([]);
  });

  it("goes to nobody else", async () => {
    await create();
    expect(await sign.outbox.emails({ to: "jill@example.com" })).toEqual([]);
    expect(await sign.outbox.emails()).toMatchObject([{ to: newUser, time: "2026-05-01T12:00:00.000Z" }]);
  });
});

describe("account_confirmed", () => {
  it("is posted as multipart with the one field json, in the documented shape, with the owner's hash", async () => {
    const { body } = await create();
    await sign.confirmAccount(newUser);
    expect(receiver.bodies).toHaveLength(1);
    expect(receiver.bodies[0]).toMatch(/^multipart\/form-data; boundary=/);
    const parts = (receiver.bodies[0] as string).split(/Content-Disposition: form-data; name="json"\r\n\r\n/);
    const event = JSON.parse((parts[1] as string).split("\r\n")[0] as string);
    expect(parts).toHaveLength(2);
    const time = String(Date.UTC(2026, 4, 1, 12) / 1000);
    expect(event.event).toEqual({
      event_time: time,
      event_type: "account_confirmed",
      event_hash: createHmac("sha256", apiKey).update(`${time}account_confirmed`).digest("hex"),
      event_metadata: {
        related_signature_id: null,
        reported_for_account_id: null,
        reported_for_app_id: sign.client.clientId,
      },
    });
    expect(event.account).toMatchObject({ account_id: body.account.account_id, email_address: newUser });
    expect(await sign.outbox.events()).toMatchObject([{ state: "received", attempts: [{ status: 200 }] }]);
  });

  it("has the hash of the official SDKs' own fixture", () => {
    const key = "324e3b0840f065eb51f3fd63231d0d33daa35d4ed10d27718839e81737065782";
    expect(eventHash(key, "1348177752", "account_confirmed")).toBe(
      "6dc5b7aad93cf54915e0089d6c31d61b3833f66f51459171c69f8fa211308848",
    );
  });

  it("is part of the story that the account's making began", async () => {
    await create();
    await sign.confirmAccount(newUser);
    const [made, event] = await sign.requests();
    expect(event).toMatchObject({ direction: "out", operation: "event:account_confirmed", flow: made?.flow });
  });

  it.each([
    ["another text", { status: 200, text: "OK" }],
    ["the text within another", { status: 200, text: "<p>Hello API Event Received</p>" }],
    ["another status", { status: 500, text: "Hello API Event Received" }],
    ["a redirect", { status: 302, text: "" }],
  ])("is not received where %s comes back, and comes again", async (_what, answer) => {
    receiver.answers = [answer];
    await create();
    await sign.confirmAccount(newUser);
    expect(await sign.outbox.events()).toMatchObject([
      { state: "pending", attempts: [{ status: answer.status }] },
    ]);
    await sign.clock.advance((retryMilliseconds[0] as number) - 1);
    expect(receiver.bodies).toHaveLength(1);
    await sign.clock.advance(1);
    expect(receiver.bodies).toHaveLength(2);
    expect(await sign.outbox.events()).toMatchObject([
      { state: "received", attempts: [{}, { status: 200 }] },
    ]);
  });

  it("is tried for three emulated days with growing waits, then given up", async () => {
    receiver.answers = Array.from({ length: 100 }, () => ({ status: 500, text: "" }));
    await create();
    await sign.confirmAccount(newUser);
    await sign.clock.advance("30d");
    const [event] = await sign.outbox.events();
    expect(event).toMatchObject({ state: "given_up" });
    const times = (event?.attempts ?? []).map(({ time }) => Date.parse(time));
    const waits = times.slice(1).map((time, index) => time - (times[index] as number));
    expect(waits).toEqual(retryMilliseconds);
    expect((times.at(-1) as number) - (times[0] as number)).toBe(3 * 86_400_000);
    expect(waits.every((wait, index) => index === 0 || wait > (waits[index - 1] as number))).toBe(true);
  });

  it("goes on after a snapshot was restored", async () => {
    receiver.answers = [{ status: 500, text: "" }];
    await create();
    await sign.confirmAccount(newUser);
    const pending = await sign.snapshot();
    await sign.clock.advance("1d");
    await sign.restore(pending);
    await sign.clock.advance("5m");
    expect(receiver.bodies).toHaveLength(3);
  });

  it("is not sent, and says why, where the app has no callback or its owner no API key", async () => {
    const owner = "owner@example.com";
    const app = {
      name: "App",
      owner,
      client_id: "abc",
      client_secret: "a secret of the app",
      oauth: { callback_url: "http://127.0.0.1:9/", scopes: ["account_access"] },
    };
    for (const [more, why] of [
      [{}, "the app has no event callback URL"],
      [{ event_callback_url: eventUrl }, "the app's owner has no API key"],
    ] as const) {
      const accounts = [{ email: owner }, { email: "caller@example.com", api_keys: [apiKey] }];
      await using one = await startEmulator({ seed: { accounts, apps: [{ ...app, ...more }] } });
      const body = { email_address: newUser, client_id: "abc", client_secret: "a secret of the app" };
      expect((await send(one, "POST", "/v3/account/create", { headers: basic, body })).status).toBe(200);
      await one.confirmAccount(newUser);
      expect(await one.outbox.events()).toMatchObject([
        { state: "not_sent", problem: expect.stringContaining(why) },
      ]);
    }
    expect(receiver.bodies).toEqual([]);
  });

  it("is posted once however often the account is confirmed", async () => {
    await create();
    expect([await sign.confirmAccount(newUser), await sign.confirmAccount(newUser)]).toEqual([true, false]);
    expect(receiver.bodies).toHaveLength(1);
  });

  it("says what is wrong where nobody listens or the URL is none", async () => {
    const refused = await postEvent("http://127.0.0.1:1/", {}, "key");
    expect(refused).toMatchObject({ outcome: "not_received", status: undefined });
    expect(await postEvent("nowhere", {}, "key")).toMatchObject({
      outcome: "not_received",
      why: expect.stringContaining("URL"),
    });
  });
});

describe("PUT /v3/account and POST /v3/account/verify", () => {
  const put = (body: object, headers: Record<string, string> = basic) =>
    send(sign, "PUT", "/v3/account", { headers, body });

  it("changes callback URL and locale, and answers with the account", async () => {
    const changes = { callback_url: "https://www.example.com/callback", locale: "fr-FR" };
    const { status, body } = await put(changes);
    expect([status, body.account]).toEqual([200, expect.objectContaining(changes)]);
    const again = await send(sign, "GET", "/v3/account", { headers: basic });
    expect(again.body.account).toMatchObject(changes);
  });

  it.each([
    ["a callback URL that is none", { callback_url: "nowhere" }, 400, "callback_url"],
    ["a callback URL that runs something", { callback_url: "javascript:alert(1)" }, 400, "callback_url"],
    ["a locale that is none", { locale: "xx" }, 400, "locale"],
    ["another account's id", { account_id: "b".repeat(40) }, 404, undefined],
  ])("refuses %s", async (_what, body, status, path) => {
    const answer = await put(body);
    expect([answer.status, answer.body.error.error_path]).toEqual([status, path]);
  });

  it("needs the scope account_access", async () => {
    const token = async (scopes: string[]) => {
      await sign.changeApp({ scopes });
      const { code } = await sign.authorize();
      const { clientId, clientSecret } = sign.client;
      const { body } = await send(sign, "POST", "/oauth/token", {
        body: { client_id: clientId, client_secret: clientSecret, code },
      });
      return { authorization: `Bearer ${body.access_token}` };
    };
    expect((await put({ locale: "de-DE" }, await token(["basic_account_info"]))).status).toBe(403);
    expect((await put({ locale: "de-DE" }, await token(["account_access"]))).status).toBe(200);
  });

  it("verifies an address that has an account, and answers an empty object for one that has none", async () => {
    const verify = (emailAddress: string) =>
      send(sign, "POST", "/v3/account/verify", { headers: basic, body: { email_address: emailAddress } });
    expect((await verify("JACK@example.com")).body).toEqual({
      account: { email_address: "jack@example.com" },
    });
    expect(await verify("some_user@dropboxsign.com")).toMatchObject({ status: 200, body: {} });
    expect((await verify("")).status).toBe(400);
  });
});

describe("the official Node SDK", () => {
  const api = () => {
    const made = new AccountApi(`${sign.url}/v3`);
    made.username = apiKey;
    return made;
  };

  it("makes an account with the documented request and reads oauth_data", async () => {
    const { clientId, clientSecret } = sign.client;
    const { body } = await api().accountCreate({ emailAddress: newUser, clientId, clientSecret });
    expect(body.account.emailAddress).toBe(newUser);
    expect(body.oauthData).toMatchObject({ tokenType: "Bearer", expiresIn: 86_400 });
    const acting = new AccountApi(`${sign.url}/v3`);
    acting.accessToken = body.oauthData?.accessToken as string;
    await expect(acting.accountGet()).rejects.toMatchObject({ statusCode: 403 });
    await sign.confirmAccount(newUser);
    expect((await acting.accountGet()).body.account.emailAddress).toBe(newUser);
  });

  it("verifies and changes an account with the documented requests", async () => {
    const found = await api().accountVerify({ emailAddress: "jack@example.com" });
    expect(found.body.account?.emailAddress).toBe("jack@example.com");
    const nobody = await api().accountVerify({ emailAddress: "some_user@dropboxsign.com" });
    expect(nobody.body.account).toBeUndefined();
    const callbackUrl = "https://www.example.com/callback";
    const changed = await api().accountUpdate({ callbackUrl, locale: "en-US" });
    expect(changed.body.account).toMatchObject({ callbackUrl, locale: "en-US" });
  });

  it("holds the posted event for genuine, and one that was changed for forged", async () => {
    await create();
    await sign.confirmAccount(newUser);
    const json = /name="json"\r\n\r\n(.*?)\r\n--/s.exec(receiver.bodies[0] ?? "")?.[1] ?? "";
    const event = EventCallbackRequest.init(JSON.parse(json));
    expect(EventCallbackHelper.isValid(apiKey, event)).toBe(true);
    event.event.eventTime = "1348177752";
    expect(EventCallbackHelper.isValid(apiKey, event)).toBe(false);
  });
});
