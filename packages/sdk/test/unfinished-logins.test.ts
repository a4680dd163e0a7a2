/** Logins that are begun and never finished: the browser carries their cookies, and must not choke on them. */
import { describe, expect, it } from "vitest";
import { AuthorizationFlow, cookieState, InvalidArgumentError, isPrefetch } from "../src/index.js";

const secret = "0123456789abcdef0123456789abcdef";

/** A browser's cookies by name, the newest value of each. */
function browser() {
  const jar = new Map<string, string>([["sid", "x".repeat(40)]]);
  return {
    take(setCookie = "") {
      const [pair = ""] = setCookie.split(";");
      jar.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
    },
    get header() {
      return [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    },
  };
}

describe("the cookies of unfinished logins", () => {
  it.each([
    ["without a context", () => ""],
    ["with contexts of 210 characters", () => "/".padEnd(210, "x")],
    ["with the longest contexts", () => "ü".repeat(512)],
    ["with contexts of all lengths", (i: number) => "x".repeat((i * 37) % 1025)],
  ])("stay below half of what a server accepts, %s", async (_, contextOf) => {
    for (const saysCookie of [true, false]) {
      const state = cookieState({ secret });
      const used = browser();
      for (let i = 0; i < 300; i++) {
        const { setCookie } = await state.issue({
          context: contextOf(i),
          binding: saysCookie ? used.header : undefined,
        });
        used.take(setCookie);
        if (saysCookie) expect(used.header.length).toBeLessThan(6500);
      }
      expect(used.header.length).toBeLessThan(saysCookie ? 6500 : 13_000);
    }
  });

  it("let sixteen tabs log in at once, also where all begin before any has its cookie", async () => {
    for (const header of ["", "sid=1; theme=dark"]) {
      const state = cookieState({ secret });
      const client = browser();
      const issued = await Promise.all(Array.from({ length: 16 }, () => state.issue({ binding: header })));
      for (const { setCookie } of issued) client.take(setCookie);
      for (const each of issued) {
        expect((await state.verify(each.state, client.header)).codeVerifier).toBe(each.codeVerifier);
      }
    }
  });

  it("lose the oldest login when there is no place left, and keep the others", async () => {
    let nowMilliseconds = 1_800_000_000_000;
    const client = browser();
    const states: string[] = [];
    for (let i = 0; i < 17; i++) {
      // A process of its own each time: nothing is remembered but what the browser says.
      const state = cookieState({ secret, now: () => nowMilliseconds });
      const { state: value, setCookie } = await state.issue({ binding: client.header });
      client.take(setCookie);
      states.push(value);
      nowMilliseconds += 1000;
    }
    const keeper = cookieState({ secret, now: () => nowMilliseconds });
    const outcomes = await Promise.all(
      states.map((state) =>
        keeper.verify(state, client.header).then(
          () => true,
          () => false,
        ),
      ),
    );
    expect(outcomes).toEqual([false, ...Array(16).fill(true)]);
  });

  it("are removed by the name under which they were set", async () => {
    const state = cookieState({ secret });
    await state.issue();
    const { state: value, setCookie = "" } = await state.issue();
    const [name = ""] = setCookie.split("=");
    const { clearCookie } = await state.verify(value, setCookie.split(";")[0]);
    expect(clearCookie).toMatch(new RegExp(`^${name}=; Max-Age=0;`));
  });

  it("with strange names of others are not repeated in a header", async () => {
    const others = ["a b", "x".repeat(300), "%0d%0a", ""].map(
      (id) => `__Host-oauth-state-${id}=${"v".repeat(5000)}`,
    );
    const { setCookie } = await cookieState({ secret }).issue({ binding: others.join("; ") });
    expect(setCookie).toMatch(/^__Host-oauth-state-\d+=/);
  });

  it("hold no context that a browser would refuse: it is measured in bytes", async () => {
    const state = cookieState({ secret });
    await state.issue({ context: "ü".repeat(512) });
    await expect(state.issue({ context: "ü".repeat(513) })).rejects.toThrow(InvalidArgumentError);
  });

  it("are asked for by a flow that is told the request's cookies", async () => {
    const flow = new AuthorizationFlow({ clientId: "c", clientSecret: "s", state: cookieState({ secret }) });
    const client = browser();
    for (let i = 0; i < 40; i++) client.take((await flow.begin({ binding: client.header })).setCookie);
    expect(client.header.split("oauth-state-").length - 1).toBe(16);
    expect((await flow.begin({ binding: null })).setCookie).toContain("oauth-state-");
  });
});

describe("a prefetch", () => {
  it.each<Record<string, string>>([
    { "sec-purpose": "prefetch" },
    { "sec-purpose": "prefetch;prerender" },
    { purpose: "prefetch" },
    { "x-purpose": "preview" },
    { "x-moz": "prefetch" },
    { "next-router-prefetch": "1", rsc: "1" },
    { "next-router-segment-prefetch": "/_tree" },
  ])("is known by %j, in the headers of Node and of fetch", (headers) => {
    expect(isPrefetch(headers)).toBe(true);
    expect(isPrefetch(new Headers(headers))).toBe(true);
  });

  it("is not what a person clicks", () => {
    for (const headers of [
      {},
      { rsc: "1" },
      { "sec-fetch-dest": "document", "sec-fetch-user": "?1" },
      { get: "x" },
    ]) {
      expect(isPrefetch(headers as Record<string, string>)).toBe(false);
      expect(isPrefetch(new Headers(headers as Record<string, string>))).toBe(false);
    }
  });
});
