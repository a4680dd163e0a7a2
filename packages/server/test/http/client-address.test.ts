/** Whom a request is counted for: what a trusted proxy says in any of its spellings, and nobody else's word. */

import { afterEach, describe, expect, it } from "vitest";
import { inBody, post, startHouse, web } from "../standard/house.js";
import type { TestServer } from "../support/server.js";

const limit = { capacity: 3, periodSeconds: 60 };
const rateLimits = { client: undefined, address: limit, account: undefined };
const servers: TestServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function start(trustProxy: readonly string[]): Promise<TestServer> {
  const server = await startHouse({ rateLimits, trustProxy });
  servers.push(server);
  return server;
}

/** How many of the forwarded addresses were let through, one request each. */
async function letThrough(server: TestServer, forwarded: readonly string[]): Promise<number> {
  let count = 0;
  for (const address of forwarded) {
    const answer = await post(
      server,
      "/oauth/introspect",
      { token: "x", ...inBody(web) },
      { "x-forwarded-for": address },
    );
    if (answer.status !== 429) count += 1;
  }
  return count;
}

describe("a limit for each address behind a trusted proxy", () => {
  const many = (make: (index: number) => string) => Array.from({ length: 8 }, (_, index) => make(index));

  it("holds when the proxy writes a port beside the address", async () => {
    const server = await start(["loopback"]);
    expect(
      await letThrough(
        server,
        many((index) => `203.0.113.10:${40_001 + index}`),
      ),
    ).toBe(3);
    expect(
      await letThrough(
        server,
        many((index) => `[2001:db8::1]:${40_001 + index}`),
      ),
    ).toBe(3);
    expect(
      await letThrough(
        server,
        many((index) => `2001:db8:5::${index}%eth${index}`),
      ),
    ).toBe(3);
  });

  it("holds for one address in other spellings, and leaves the next address alone", async () => {
    const server = await start(["127.0.0.1"]);
    const spellings = [
      "203.0.113.10",
      "::ffff:203.0.113.10",
      "[::ffff:cb00:710a]:1",
      '"203.0.113.10:9"',
      " 203.0.113.10 ",
    ];
    expect(await letThrough(server, spellings)).toBe(3);
    expect(await letThrough(server, ["203.0.113.11"])).toBe(1);
  });

  it("holds where a list has empty elements, which count for nothing", async () => {
    const server = await start(["127.0.0.1"]);
    const spellings = ["203.0.113.10,", "203.0.113.10, ,", ",203.0.113.10", "192.0.2.7,,203.0.113.10, "];
    expect(await letThrough(server, spellings)).toBe(3);
    expect(await letThrough(server, ["203.0.113.11,"])).toBe(1);
  });

  it("gives what is no address no limit of its own: it counts for the proxy, and the log says so once", async () => {
    const server = await start(["loopback"]);
    expect(
      await letThrough(
        server,
        many((index) => `made-up-${index}`),
      ),
    ).toBe(3);
    expect(server.logLines.filter((line) => line.includes("is not an IP address"))).toHaveLength(2);
  });

  it("believes no more of the list than trusted proxies have added, ports and all", async () => {
    const server = await start(["loopback", "10.0.0.0/8"]);
    expect(
      await letThrough(
        server,
        many((index) => `192.0.2.${index}, 203.0.113.10:1, 10.0.0.${index}:2`),
      ),
    ).toBe(3);
  });

  it("is not avoided by naming oneself where no proxy is trusted, and the log says once an hour that one may be forgotten", async () => {
    const server = await start([]);
    expect(
      await letThrough(
        server,
        many((index) => `203.0.113.${index}`),
      ),
    ).toBe(3);
    const reminders = () =>
      server.logLines.filter((line) => line.includes("COUNTERSIGN_TRUST_PROXY does not list"));
    // A line for a terminal and one for a collector: the tests' log writes both.
    expect(reminders()).toHaveLength(2);
    expect(reminders()[0]).toContain("127.0.0.1");
    server.clock.advance(3_600_000);
    await letThrough(server, ["203.0.113.1"]);
    expect(reminders()).toHaveLength(4);
  });
});
