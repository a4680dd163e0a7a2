import { AsyncResource } from "node:async_hooks";
import http from "node:http";
import https from "node:https";
import axios from "axios";
import { Agent, getGlobalDispatcher, setGlobalDispatcher, fetch as undiciFetch } from "undici";
import { describe, expect, it } from "vitest";
import {
  connectEmulator,
  emulatedFetch,
  interceptHttp,
  interceptUndici,
  startEmulator,
  toEmulator,
} from "../../src/testing/index.js";
import { account, exchange, failure, tokensFor } from "./client.js";

const owner = "owner@example.com";
const seed = {
  accounts: [{ email: owner }],
  apps: [
    {
      name: "My app",
      owner,
      client_id: "my-app",
      client_secret: "the secret of my app",
      oauth: { callback_url: "http://127.0.0.1:9/callback", scopes: ["account_access"] },
    },
  ],
};

describe("startEmulator", () => {
  it("may run ten times at once, each knowing nothing of the others", async () => {
    await using one = await startEmulator();
    const many = await Promise.all(Array.from({ length: 10 }, () => startEmulator({ seed })));
    const tokens = await Promise.all(many.map((sign) => tokensFor(sign)));
    expect(new Set(many.map(({ url }) => url)).size).toBe(10);
    expect((await account(many[0]!, tokens[0]!.access_token)).status).toBe(200);
    expect((await account(many[1]!, tokens[0]!.access_token)).status).toBe(401);
    expect((await account(one, tokens[0]!.access_token)).status).toBe(401);
    await Promise.all(many.map((sign) => sign.close()));
  });

  it("leaves nothing in the process once it is closed: tests that each start one do not get slower", async () => {
    // Where Node carries each store of an AsyncLocalStorage on every promise and callback (before Node 24), as symbols.
    const carried = () => Object.getOwnPropertySymbols(new AsyncResource("test")).length;
    const before = carried();
    for (let turn = 0; turn < 3; turn += 1) {
      await using sign = await startEmulator();
      await tokensFor(sign);
    }
    expect(carried()).toBe(before);
  });

  it("takes the keys of a seed file as an object, and knows its first app and account", async () => {
    await using sign = await startEmulator({ seed });
    expect([sign.client, sign.account]).toEqual([
      {
        clientId: "my-app",
        clientSecret: "the secret of my app",
        callbackUrl: "http://127.0.0.1:9/callback",
      },
      owner,
    ]);
    const { access_token } = await tokensFor(sign);
    expect((await account(sign, access_token)).body.account.email_address).toBe(owner);
  });

  it("says what is wrong with a seed", async () => {
    const apps = [{ ...seed.apps[0]!, owner: "nobody@example.com" }];
    expect((await failure(startEmulator({ seed: { ...seed, apps } }))).message).toContain(
      "no account in this file has the email address nobody@example.com",
    );
    expect((await failure(startEmulator({ clock: "noon" }))).message).toContain("clock must be a Date");
  });

  it("speaks either profile", async () => {
    await using live = await startEmulator();
    await using standard = await startEmulator({ profile: "standard" });
    const metadata = (url: string) => fetch(`${url}/.well-known/oauth-authorization-server`);
    expect([(await metadata(live.url)).status, (await metadata(standard.url)).status]).toEqual([404, 200]);
  });

  it("is gone when it was closed, also by leaving its scope, and closing twice is as once", async () => {
    let url: string;
    {
      await using sign = await startEmulator();
      url = sign.url;
      expect((await fetch(`${url}/health`)).status).toBe(200);
      await sign.close();
    }
    await failure(fetch(`${url}/health`));
  });

  it("ends a wait for a request that nobody will send", async () => {
    const sign = await startEmulator();
    const waiting = failure(sign.waitForRequest({}, { timeout: "1m" }));
    await sign.requests();
    await sign.close();
    expect((await waiting).message).toMatch(/No such request arrived|No emulator answers/);
  });
});

describe("connectEmulator", () => {
  it("has the same interface over HTTP", async () => {
    await using local = await startEmulator();
    await using sign = await connectEmulator(`${local.url}/`);
    expect(sign.client).toEqual(local.client);
    const { code } = await sign.authorize({ state: "s" });
    await sign.clock.advance("2h");
    expect((await exchange(sign, code)).status).toBe(400);
    expect(await sign.requests({ reason: "code_expired" })).toEqual(
      await local.requests({ reason: "code_expired" }),
    );
    await sign.close();
    expect((await fetch(`${local.url}/health`)).status).toBe(200);
  });

  it("says where it looked when nobody answers, and which app there is not", async () => {
    expect((await failure(connectEmulator("http://127.0.0.1:1"))).message).toContain(
      "No emulator answers at http://127.0.0.1:1",
    );
    await using local = await startEmulator();
    const client = { clientId: "nobody", clientSecret: "" };
    expect((await failure(connectEmulator(local.url, { client }))).message).toContain("has no app nobody");
  });
});

const live = "https://app.hellosign.com/oauth/token";
const body = JSON.stringify({ grant_type: "authorization_code" });
const post = { method: "POST", headers: { "content-type": "application/json" }, body };
const missing = "Parameter code is missing";

/** What tells that the emulator answered. */
async function answered(response: { status: number; json(): Promise<unknown> }): Promise<unknown> {
  return [response.status, ((await response.json()) as { error: { error_msg: string } }).error.error_msg];
}

describe("answering for the live hosts", () => {
  it("a fetch that is handed to the code under test", async () => {
    await using sign = await startEmulator();
    const elsewhere: string[] = [];
    const base: typeof fetch = async (input, init) => {
      elsewhere.push(input instanceof Request ? input.url : String(input));
      return fetch(input, init);
    };
    const wrapped = emulatedFetch(sign, base);
    expect(await answered(await wrapped(live, post))).toEqual([400, missing]);
    expect(await answered(await wrapped(new Request(live, post)))).toEqual([400, missing]);
    expect((await wrapped("https://api.hellosign.com/v3/account")).status).toBe(401);
    expect((await wrapped(`${sign.url}/health`)).status).toBe(200);
    expect(elsewhere).toEqual([
      `${sign.url}/oauth/token`,
      `${sign.url}/oauth/token`,
      `${sign.url}/v3/account`,
      `${sign.url}/health`,
    ]);
  });

  it("Node's own fetch and undici's, by the global dispatcher, until it is put back", async () => {
    await using sign = await startEmulator();
    const before = getGlobalDispatcher();
    const restore = await interceptUndici(sign);
    expect(await answered(await fetch(live, post))).toEqual([400, missing]);
    expect(await answered(await undiciFetch(live, post))).toEqual([400, missing]);
    expect((await fetch(`${sign.url}/health`)).status).toBe(200);
    restore();
    expect(getGlobalDispatcher()).toBe(before);
  });

  it("one dispatcher that is composed by hand", async () => {
    await using sign = await startEmulator();
    const dispatcher = new Agent().compose(toEmulator(sign.url));
    expect(await answered(await undiciFetch(live, { ...post, dispatcher }))).toEqual([400, missing]);
    await dispatcher.close();
    setGlobalDispatcher(getGlobalDispatcher());
  });

  it("node:https and node:http, in each way they are called, until it is put back", async () => {
    await using sign = await startEmulator();
    const status = (start: (done: (response: http.IncomingMessage) => void) => http.ClientRequest) =>
      new Promise((resolve, reject) => {
        start((response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on("error", reject)
          .end();
      });
    const original = https.request;
    {
      using _intercepted = interceptHttp(sign);
      const account = "https://api.hellosign.com/v3/account";
      expect(await status((done) => https.get(account, done))).toBe(401);
      expect(await status((done) => https.request(new URL(account), { method: "DELETE" }, done))).toBe(405);
      const options = {
        hostname: "api.hellosign.com",
        path: "/v3/account",
        headers: { Host: "api.hellosign.com" },
      };
      expect(await status((done) => https.request(options, done))).toBe(401);
      expect(await status((done) => http.request({ ...options, host: "api.hellosign.com:443" }, done))).toBe(
        401,
      );
      expect(await status((done) => http.get(`${sign.url}/health`, done))).toBe(200);
    }
    expect(https.request).toBe(original);
  });

  it("axios, which the official SDK calls with", async () => {
    await using sign = await startEmulator();
    using _intercepted = interceptHttp(sign.url);
    const response = await axios.post(live, body, { headers: post.headers, validateStatus: () => true });
    expect([response.status, response.data.error.error_msg]).toEqual([400, missing]);
    const { OAuthApi } = await import("@dropbox/sign");
    const { code } = await sign.authorize({ state: "900e06e2" });
    const { clientId, clientSecret } = sign.client;
    const tokens = await new OAuthApi().oauthTokenGenerate({
      clientId,
      clientSecret,
      code: code!,
      grantType: "authorization_code",
      state: "900e06e2",
    });
    expect(tokens.body.expiresIn).toBe(86_400);
  });

  it("leaves the controls of a test alone", async () => {
    await using local = await startEmulator();
    await using remote = await connectEmulator(local.url);
    await local.faults.next({ kind: "drop", count: "always" });
    using _intercepted = interceptHttp("http://127.0.0.1:1");
    expect((await remote.state()).url).toBe(local.url);
    expect((await local.state()).url).toBe(local.url);
  });
});
