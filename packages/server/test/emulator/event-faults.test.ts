/** Events that go wrong on their way, as a test asks for it: late, twice, out of order, never; and the test of a callback. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { demoApiKey } from "../../src/emulator/seed/demo.js";
import { type SignEmulator, startEmulator } from "../../src/testing/index.js";
import { account, failure, send, tokensFor } from "./client.js";

const basic = { authorization: `Basic ${Buffer.from(`${demoApiKey}:`).toString("base64")}` };
let receiver: Server;
let sign: SignEmulator;
let callback: string;
/** Types of the events received, in order, without their common beginning. */
let received: string[] = [];
let answer = "Hello API Event Received";

beforeAll(async () => {
  sign = await startEmulator({ clock: "2026-05-01T12:00:00Z" });
  receiver = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      received.push(/"event_type":"(?:signature_request_)?(\w+)"/.exec(body)?.[1] ?? body);
      response.end(answer);
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  callback = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/events`;
});
afterAll(async () => {
  await sign.close();
  receiver.close();
});
beforeEach(async () => {
  await sign.reset();
  await sign.changeApp({ eventCallbackUrl: callback });
  received = [];
  answer = "Hello API Event Received";
});

/** Sends a request and signs it: six events. */
async function signed(): Promise<void> {
  const { access_token } = await tokensFor(sign);
  const made = await send(sign, "POST", "/v3/signature_request/send", {
    headers: { authorization: `Bearer ${access_token}` },
    body: {
      title: "NDA",
      signers: [{ name: "Jack", email_address: "jack@example.com" }],
      file_urls: ["https://example.com/nda.pdf"],
    },
  });
  await sign.documents.complete(made.body.signature_request.signature_request_id);
}

describe("an event", () => {
  it("is lost: the others come, and the outbox says why it did not", async () => {
    await sign.faults.next({ kind: "event_lost", event: "signature_request_signed" });
    await signed();
    expect(received).toEqual(["sent", "prepared", "all_signed", "downloadable"]);
    const [lost] = await sign.outbox.events({ type: "signature_request_signed" });
    expect(lost).toMatchObject({
      state: "not_sent",
      problem: "a fault kept it from being posted",
      attempts: [],
    });
  });

  it("comes twice", async () => {
    await sign.faults.next({ kind: "event_twice", event: "signature_request_signed" });
    await signed();
    expect(received).toEqual(["sent", "prepared", "signed", "signed", "all_signed", "downloadable"]);
  });

  it("comes after the one that followed it", async () => {
    await sign.faults.next({ kind: "event_out_of_order", event: "signature_request_signed" });
    await signed();
    expect(received).toEqual(["sent", "prepared", "all_signed", "signed", "downloadable"]);
  });

  it("comes late, by the emulator's clock", async () => {
    await sign.faults.next({ kind: "event_late", event: "signature_request_signed", delay: "10m" });
    await signed();
    expect(received).not.toContain("signed");
    await sign.clock.advance("9m59s");
    expect(received).not.toContain("signed");
    await sign.clock.advance("1s");
    expect(received.at(-1)).toBe("signed");
  });

  it("that is late is in a snapshot, and comes after it was restored", async () => {
    await sign.faults.next({ kind: "event_late", event: "signature_request_signed", delay: "10m" });
    await signed();
    const snapshot = await sign.snapshot();
    await sign.clock.advance("10m");
    await sign.restore(snapshot);
    await sign.clock.advance("10m");
    expect(received.filter((type) => type === "signed")).toHaveLength(2);
  });

  it("that is not acknowledged comes again after 5, 15 and 45 minutes", async () => {
    answer = "OK";
    await sign.faults.next({ kind: "event_lost", count: "always", event: "signature_request_prepared" });
    await signed();
    const sent = () => received.filter((type) => type === "sent").length;
    const counts = [];
    for (const minutes of [4, 1, 14, 1, 44, 1]) {
      await sign.clock.advance(`${minutes}m`);
      counts.push(sent());
    }
    expect(counts).toEqual([1, 2, 2, 3, 3, 4]);
  });

  it("strikes events alone: a request of the same time is answered", async () => {
    await sign.faults.next({ kind: "event_lost" });
    expect((await account(sign, (await tokensFor(sign)).access_token)).status).toBe(200);
    expect(await sign.faults.list()).toMatchObject([{ kind: "event_lost", struck: 0 }]);
  });

  it.each([
    ["a type there is not", { kind: "event_lost", event: "signed" }, "event"],
    ["a request beside it", { kind: "event_lost", operation: "accountGet" }, "operation means nothing"],
    ["no delay where it is late", { kind: "event_late" }, "delay is missing"],
    ["an event for a fault of requests", { kind: "drop", event: "callback_test" }, "event means nothing"],
  ])("is refused with %s", async (_what, order, text) => {
    expect((await failure(sign.faults.next(order as never))).message).toContain(text);
  });
});

describe("callback_test", () => {
  const seen = async () =>
    (await sign.outbox.events({ type: "callback_test" })).map(({ url, state }) => [url, state]);

  it("is posted to the callback that an app is given by API", async () => {
    const { clientId } = sign.client;
    await send(sign, "PUT", `/v3/api_app/${clientId}`, { headers: basic, body: { callback_url: callback } });
    await expect.poll(seen).toEqual([[callback, "received"]]);
    await send(sign, "PUT", `/v3/api_app/${clientId}`, { headers: basic, body: { name: "Renamed" } });
    expect(received).toEqual(["callback_test"]);
  });

  it("is posted to the callback that an account is given", async () => {
    await send(sign, "PUT", "/v3/account", { headers: basic, body: { callback_url: callback } });
    await expect.poll(seen).toEqual([[callback, "received"]]);
  });
});

describe("limits of the live service", () => {
  const limits = async (method: string, path: string, body?: object) => {
    const { headers } = await send(sign, method, path, { headers: basic, ...(body && { body }) });
    return [headers.get("x-ratelimit-limit"), headers.get("x-ratelimit-limit-remaining")];
  };

  it("are told by tier: 100 a minute, 25 for what is costly, 10 in test mode", async () => {
    const request = {
      signers: [{ name: "J", email_address: "j@example.com" }],
      file_urls: ["https://a.com/a.pdf"],
    };
    await sign.clock.advance("1h");
    const sendPath = "/v3/signature_request/send";
    expect(await limits("GET", "/v3/account")).toEqual(["100", "99"]);
    expect(await limits("POST", sendPath, request)).toEqual(["25", "24"]);
    expect(await limits("POST", sendPath, request)).toEqual(["25", "23"]);
    expect(await limits("POST", sendPath, { ...request, test_mode: true })).toEqual(["10", "9"]);
    expect(await limits("GET", "/v3/signature_request/list")).toEqual(["100", "98"]);
  });

  it("strike when a test asks for it: 429 with the tier's limit, 402 when the quota is spent, without effect", async () => {
    await sign.faults.next({ kind: "rate_limit", operation: "signatureRequestSend" });
    await sign.faults.next({ kind: "quota", operation: "signatureRequestSend" });
    const call = () => send(sign, "POST", "/v3/signature_request/send", { headers: basic, body: {} });
    const limited = await call();
    expect([limited.status, limited.headers.get("x-ratelimit-limit")]).toEqual([429, "25"]);
    const spent = await call();
    expect([spent.status, spent.body.error.error_name]).toEqual([402, "payment_required"]);
    expect(spent.body.error.error_msg).toContain("test_mode=1");
    expect(await sign.documents.list()).toEqual([]);
  });
});
