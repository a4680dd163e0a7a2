// The integration under test, unchanged: calls to the live hosts are answered by an emulator in this process.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, beforeEach, describe, test } from "node:test";
import { interceptHttp, startEmulator } from "@countersign/server/testing";
import { createApp } from "./app.js";

const apiKey = "5d1fe7a1c4b2a9036d8e5f70c1b2a3948576869788a9bacbdcedfe0f1a2b3c4d";
const seed = {
  accounts: [{ email: "owner@example.com", api_keys: [apiKey] }, { email: "jill@example.com" }],
  apps: [
    {
      name: "My app",
      owner: "owner@example.com",
      client_id: "cc91c61d00f8bb2ece1428035716b",
      client_secret: "1d14434088507ffa390e6f5528465",
      oauth: {
        callback_url: "https://my-app.example.com/callback",
        scopes: ["account_access", "signature_request_access"],
      },
    },
  ],
};

let sign;
let intercepted;
let server;
let url;
let time;

before(async () => {
  sign = await startEmulator({ seed });
  intercepted = interceptHttp(sign);
  const { clientId, clientSecret } = sign.client;
  server = createApp({ clientId, clientSecret, apiKey, now: () => time }).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${server.address().port}`;
});
after(async () => {
  intercepted.restore();
  server.close();
  server.closeAllConnections();
  await sign.close();
});
beforeEach(async () => {
  await sign.reset();
  time = (await sign.clock.freeze("2026-05-01T12:00:00Z").then(() => sign.clock.now())).getTime();
});

/** Lets time pass for both sides. */
async function pass(milliseconds) {
  await sign.clock.advance(milliseconds);
  time += milliseconds;
}

/** A person's browser. */
function browser() {
  let cookie = "";
  const get = async (path) => {
    const response = await fetch(url + path, { headers: { cookie }, redirect: "manual" });
    cookie = response.headers.get("set-cookie")?.split(";")[0] ?? cookie;
    return response;
  };
  /** Follows the app to the service, decides there, and comes back with the answer. */
  const answer = async (decision = "allow") => {
    const location = new URL((await get("/connect")).headers.get("location"));
    assert.equal(location.origin + location.pathname, "https://app.hellosign.com/oauth/authorize");
    const state = location.searchParams.get("state");
    const { callbackUrl } = await sign.authorize({ account: "jill@example.com", state, decision });
    return callbackUrl.replace("https://my-app.example.com", "");
  };
  const post = (path, body) =>
    fetch(url + path, {
      method: "POST",
      headers: { cookie, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  return { get, post, answer, connect: async () => get(await answer()) };
}

describe("consent", () => {
  test("connects, and the app acts for the person", async () => {
    const jill = browser();
    const connected = await jill.connect();
    assert.equal(connected.headers.get("location"), "/me");
    assert.deepEqual(await (await jill.get("/me")).json(), { email: "jill@example.com" });
  });

  test("of another person's browser is not taken: the state is not its own", async () => {
    const [jill, mallory] = [browser(), browser()];
    await jill.get("/connect");
    assert.equal((await jill.get(await mallory.answer())).status, 400);
    assert.equal((await jill.get("/me")).status, 401);
  });
});

describe("denial", () => {
  test("is told to the person, and the app has no access", async () => {
    const jill = browser();
    const denied = await jill.get(await jill.answer("deny"));
    assert.match(await denied.text(), /You did not give access/);
    assert.equal((await jill.get("/me")).status, 401);
  });
});

describe("expiry", () => {
  test("of the code: the person is asked to connect again", async () => {
    const jill = browser();
    const callback = await jill.answer();
    await pass(3_612_000);
    assert.equal((await jill.get(callback)).status, 502);
    const [refused] = await sign.requests({ reason: "code_expired" });
    assert.equal(refused.detail, "the code expired 12 s ago");
  });

  test("of the access token, known beforehand: it is refreshed in time", async () => {
    const jill = browser();
    await jill.connect();
    await pass(86_400_000 - 60_000);
    assert.equal((await jill.get("/me")).status, 200);
    assert.equal((await sign.requests({ operation: "oauthTokenRefresh", status: 200 })).length, 1);
    assert.equal((await sign.requests({ operation: "accountGet", status: 401 })).length, 0);
  });
});

describe("refresh", () => {
  test("happens when the service says that the token is over, and the call is repeated", async () => {
    const jill = browser();
    await jill.connect();
    await sign.expireTokens({ account: "jill@example.com" });
    assert.equal((await jill.get("/me")).status, 200);
    const calls = (await sign.requests()).slice(-3).map(({ operation, status }) => `${operation} ${status}`);
    assert.deepEqual(calls, ["accountGet 401", "oauthTokenRefresh 200", "accountGet 200"]);
  });

  test("happens once for calls that come at the same time", async () => {
    const jill = browser();
    await jill.connect();
    await pass(86_400_000);
    const all = await Promise.all(Array.from({ length: 5 }, () => jill.get("/me")));
    assert.deepEqual(new Set(all.map(({ status }) => status)), new Set([200]));
    assert.equal((await sign.requests({ operation: "oauthTokenRefresh" })).length, 1);
  });

  test("whose answer is lost is tried again, and nobody is sent to connect", async () => {
    const jill = browser();
    await jill.connect();
    await pass(86_400_000);
    await sign.faults.next({ operation: "oauthTokenRefresh", kind: "lose_response" });
    assert.equal((await jill.get("/me")).status, 200);
    const statuses = (await sign.requests({ operation: "oauthTokenRefresh" })).map(({ status }) => status);
    assert.deepEqual(statuses, [undefined, 200]);
  });
});

describe("revocation", () => {
  test("by the person: the app forgets the tokens and asks to connect", async () => {
    const jill = browser();
    await jill.connect();
    await sign.revokeGrant({ account: "jill@example.com" });
    assert.deepEqual(await (await jill.get("/me")).json(), { connect: "/connect" });
    await jill.connect();
    assert.equal((await jill.get("/me")).status, 200);
  });
});

describe("a rate limit", () => {
  test("is handed on with the time to wait, and the tokens stay", async () => {
    const jill = browser();
    await jill.connect();
    await sign.faults.next({ operation: "accountGet", kind: "rate_limit", retryAfterSeconds: 7 });
    const limited = await jill.get("/me");
    assert.deepEqual([limited.status, limited.headers.get("retry-after")], [503, "7"]);
    assert.equal((await jill.get("/me")).status, 200);
  });
});

describe("a contract", () => {
  const sent = async (person) => {
    await sign.changeApp({ eventCallbackUrl: `${url}/events` });
    await person.connect();
    const answer = await person.post("/contracts", {
      title: "Lease",
      name: "Ann",
      email: "ann@example.com",
    });
    return (await answer.json()).id;
  };
  const statusOf = async (person, id) => (await (await person.get(`/contracts/${id}`)).json()).status;

  test("is sent, signed and downloaded, as events tell the app", async () => {
    const jill = browser();
    const id = await sent(jill);
    assert.equal(await statusOf(jill, id), "sent");
    assert.equal((await jill.get(`/contracts/${id}/document`)).status, 409);
    await sign.documents.complete(id);
    assert.equal(await statusOf(jill, id), "complete");
    const document = await jill.get(`/contracts/${id}/document`);
    assert.equal(document.headers.get("content-type"), "application/pdf");
    assert.equal((await document.text()).slice(0, 5), "%PDF-");
  });

  test("is complete also where events come twice and out of order", async () => {
    const jill = browser();
    const id = await sent(jill);
    await sign.faults.next({ kind: "event_out_of_order", event: "signature_request_signed" });
    await sign.faults.next({ kind: "event_twice", event: "signature_request_downloadable" });
    await sign.documents.complete(id);
    assert.equal(await statusOf(jill, id), "complete");
  });

  test("of one person is nobody else's, and the service's reason is told when it refuses one", async () => {
    const [jill, mallory] = [browser(), browser()];
    const id = await sent(jill);
    assert.equal((await mallory.get(`/contracts/${id}`)).status, 404);
    const refused = await jill.post("/contracts", { title: "Lease", name: "Ann", email: "nobody" });
    assert.equal(refused.status, 400);
    assert.match((await refused.json()).error, /email_address/);
  });
});

describe("the event account_confirmed", () => {
  const create = () =>
    fetch(`${sign.url}/v3/account/create`, {
      method: "POST",
      headers: {
        authorization: `Basic ${Buffer.from(`${apiKey}:`).toString("base64")}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({
        email_address: "new@example.com",
        client_id: sign.client.clientId,
        client_secret: sign.client.clientSecret,
      }),
    });
  const confirmed = async () => (await fetch(`${url}/confirmed`)).json();

  test("reaches the app when the person opens the link of the e-mail", async () => {
    await sign.changeApp({ eventCallbackUrl: `${url}/events` });
    await create();
    assert.deepEqual(await confirmed(), []);
    await sign.confirmAccount("new@example.com");
    assert.deepEqual(await confirmed(), ["new@example.com"]);
  });

  test("of somebody who does not know the API key is refused", async () => {
    const event = { event_time: "1348177752", event_type: "account_confirmed", event_hash: "00" };
    const form = new FormData();
    form.set("json", JSON.stringify({ event }));
    assert.equal((await fetch(`${url}/events`, { method: "POST", body: form })).status, 403);
  });
});
