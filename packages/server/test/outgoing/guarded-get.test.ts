/** What may be called where a stranger chose the address: the public internet, once, briefly, and little of it. */

import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faultInDocumentId } from "../../src/oauth/open-clients/document.js";
import { guardedGet, type Outgoing, publicInternet } from "../../src/outgoing/guarded-get.js";
import { isPublicAddress } from "../../src/outgoing/public-address.js";
import { type DocumentHost, startDocumentHost } from "../support/document-host.js";

let host: DocumentHost;
beforeAll(async () => {
  host = await startDocumentHost();
});
afterAll(() => host.close());

const get = (path: string, more: Partial<Outgoing> = {}) =>
  guardedGet(new URL(host.origin + path), { ...host.outgoing, ...more });

let paths = 0;
function answering(answer: (response: ServerResponse) => void): string {
  const path = `/${++paths}`;
  host.publish(path, (_request, response) => answer(response));
  return path;
}
const json = { "content-type": "application/json" };

describe("an address", () => {
  it.each([
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:a00:1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::8.8.8.8",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a00:1::",
    "2620:4f:8000::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00::1",
    "fd12:3456:789a::1",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "fec0::1",
    "ff02::1",
    "localhost",
    "0x7f000001",
    "2130706433",
    "127.1",
    "010.0.0.1",
    "8.8.8.8.8",
    "",
  ])("%s is not public", (address) => expect(isPublicAddress(address)).toBe(false));

  it.each([
    "8.8.8.8",
    "1.1.1.1",
    "100.63.255.255",
    "172.32.0.1",
    "192.0.1.1",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450:4001::1",
    "2001:4860:4860::8888",
  ])("%s is public", (address) => expect(isPublicAddress(address)).toBe(true));
});

describe("a client_id as the address of a document", () => {
  it.each([
    "http://client.example.com/a",
    "HTTPS://client.example.com/a",
    "https://Client.example.com/a",
    "https://client.example.com",
    "https://client.example.com/",
    "https://client.example.com:443/a",
    "https://client.example.com/a/../b",
    "https://client.example.com/./a",
    "https://client.example.com/%2e%2e/a",
    "https://client.example.com/a?b",
    "https://client.example.com/a#b",
    "https://client.example.com/a#",
    "https://user@client.example.com/a",
    "https://user:secret@client.example.com/a",
    "https://client.example.com\\@evil.example/a",
    "https://cl\u0456ent.example.com/a",
    "https://localhost/a",
    "https://a.localhost/a",
    "https://intranet/a",
    "https://printer.local/a",
    "https://metadata.google.internal/a",
    "https://127.0.0.1/a",
    "https://0x7f000001/a",
    "https://2130706433/a",
    "https://[::1]/a",
    "https://[::ffff:127.0.0.1]/a",
    "https://169.254.169.254/a",
    "https://client.example.com./a",
    "https://client.example.com/a b",
    "https://client.example.com/\u0000",
    `https://client.example.com/${"a".repeat(500)}`,
    "https://",
    "https:client.example.com/a",
  ])("is refused: %s", (id) => expect(faultInDocumentId(id)).toEqual(expect.any(String)));

  it.each([
    "https://client.example.com/a",
    "https://xn--80ak6aa92e.com/client.json",
    "https://client.example.com:8443/a/b.json",
  ])("is taken: %s", (id) => expect(faultInDocumentId(id)).toBeUndefined());
});

describe("a guarded GET", () => {
  it("returns the body, and sends nothing that identifies anybody", async () => {
    let headers: unknown;
    host.publish("/whole", (request, response) => {
      headers = request.headers;
      response.writeHead(200, { ...json, "cache-control": "public, max-age=60" }).end('{"a":1}');
    });
    const got = await get("/whole");
    expect([got.body.toString(), got.maxAgeSeconds]).toEqual(['{"a":1}', 60]);
    expect(headers).toEqual({
      accept: "application/json",
      "accept-encoding": "identity",
      "user-agent": "Countersign",
      host: new URL(host.origin).host,
      connection: "close",
    });
  });

  it("calls nobody where one of the host's addresses is not public", async () => {
    const { mayCall } = publicInternet;
    const before = host.asked.length;
    for (const addresses of [
      ["127.0.0.1"],
      ["8.8.8.8", "10.0.0.1"],
      ["2606:4700::1111", "::1"],
      ["::ffff:7f00:1"],
    ])
      await expect(get("/whole", { mayCall, resolve: async () => addresses })).rejects.toThrow(
        "the host is not on the public internet",
      );
    expect(host.asked.length).toBe(before);
    await expect(get("/whole", { resolve: async () => [] })).rejects.toThrow("the host has no address");
  });

  it("asks for the addresses once: a second answer of the name server leads nowhere", async () => {
    let asked = 0;
    // The first answer is allowed, any later one would be the attacker's.
    const resolve = async () => (++asked === 1 ? ["127.0.0.1"] : ["169.254.169.254"]);
    const called: string[] = [];
    const mayCall = (address: string) => called.push(address) > 0;
    await get("/whole", { resolve, mayCall });
    expect([asked, called]).toEqual([1, ["127.0.0.1"]]);
  });

  it("calls port 443 alone on the public internet", async () => {
    await expect(get("/whole", { mayUsePort: publicInternet.mayUsePort })).rejects.toThrow(
      /^port \d+ is not called$/,
    );
    expect(publicInternet.mayUsePort(443)).toBe(true);
  });

  it("trusts no certificate of another name or authority", async () => {
    const { port } = new URL(host.origin);
    const resolve = async () => ["127.0.0.1"];
    const other = guardedGet(new URL(`https://other.example.com:${port}/whole`), {
      ...host.outgoing,
      resolve,
    });
    await expect(other).rejects.toThrow("the host cannot be reached");
    await expect(get("/whole", { ca: undefined })).rejects.toThrow("the host cannot be reached");
  });

  it.each<[string, (response: ServerResponse) => void, string]>([
    [
      "a redirect",
      (r) => r.writeHead(302, { location: "https://169.254.169.254/" }).end(),
      "answered with 302",
    ],
    [
      "a permanent redirect to itself",
      (r) => r.writeHead(308, { location: host.origin }).end(),
      "answered with 308",
    ],
    ["not found", (r) => r.writeHead(404, json).end("{}"), "answered with 404"],
    ["no content", (r) => r.writeHead(204).end(), "answered with 204"],
    ["a page", (r) => r.writeHead(200, { "content-type": "text/html" }).end("{}"), "Content-Type is not"],
    ["no type", (r) => r.writeHead(200).end("{}"), "Content-Type is not"],
    [
      "a compressed answer",
      (r) => r.writeHead(200, { ...json, "content-encoding": "gzip" }).end("{}"),
      "is compressed",
    ],
    ["one byte too many", (r) => r.writeHead(200, json).end("a".repeat(8193)), "more than 8192 bytes"],
    [
      "endless headers",
      (r) => r.writeHead(200, { ...json, "x-a": "a".repeat(9000) }).end("{}"),
      "cannot be reached",
    ],
    [
      "half of an answer",
      (r) => r.writeHead(200, { ...json, "content-length": "9" }).write("{", () => r.destroy()),
      "cannot be reached",
    ],
    ["no answer at all", (r) => r.destroy(), "cannot be reached"],
  ])("refuses %s", async (_what, answer, words) => {
    await expect(get(answering(answer))).rejects.toThrow(words);
  });

  it("takes 8192 bytes", async () => {
    const body = "a".repeat(8192);
    expect((await get(answering((r) => r.writeHead(200, json).end(body)))).body.length).toBe(8192);
  });

  it("ends after its time, whatever is slow: the name server, the first byte, or each byte", async () => {
    const timeoutMilliseconds = 60;
    const drip = (response: ServerResponse) => {
      response.writeHead(200, json);
      const dripping = setInterval(() => response.write(" "), 10);
      response.on("close", () => clearInterval(dripping));
    };
    const late = { timeoutMilliseconds };
    await expect(get("/whole", { ...late, resolve: () => new Promise(() => {}) })).rejects.toThrow(
      "no answer within",
    );
    await expect(
      get(
        answering(() => {}),
        late,
      ),
    ).rejects.toThrow("no answer within");
    await expect(get(answering(drip), late)).rejects.toThrow("no answer within");
  });

  it("stops reading an answer that never ends, and hangs up", async () => {
    let closed = () => {};
    const hungUp = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const path = answering((response) => {
      response.writeHead(200, json).on("close", closed);
      const more = () => response.write("a".repeat(4096), () => !response.closed && setImmediate(more));
      more();
    });
    await expect(get(path)).rejects.toThrow("more than 8192 bytes");
    await hungUp;
  });
});
