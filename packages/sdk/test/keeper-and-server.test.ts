/** What a server and what stands before it does to a keeper: answers that are odd, lost, refused or late. */

import { describe, expect, it } from "vitest";
import { ApiError, MemoryTokenStore, type TokenStore } from "../src/index.js";
import { expired, first, invalidGrant, outcome, scene, success } from "./support/keeper-scene.js";

describe("a refresh that succeeded", () => {
  it.each([
    { scope: ["a", "b"] },
    { state: 5 },
    { token_type: 1 },
    ...[-1, "", "3600 seconds", "2027-01-01T00:00:00Z", 1e308, 0, null, {}].map((expiresIn) => ({
      expires_in: expiresIn,
    })),
  ])("is kept although it holds %j, and the spent token is not sent again", async (odd) => {
    const { keeper, time, sent, open } = scene((token, n) =>
      token === `rt${n - 1}` ? success(n, odd) : invalidGrant(),
    );
    await keeper.save("jill", expired);
    expect(await outcome(time, keeper.accessToken("jill"))).toBe("at1");
    expect(await outcome(time, open().accessToken("jill"))).toBe("at1");
    expect(sent).toEqual(["rt0"]);
    // The default lifetime: refreshed when it ends, not at every call.
    time.jump(3600);
    expect(await outcome(time, keeper.accessToken("jill"))).toBe("at2");
    expect(sent).toEqual(["rt0", "rt1"]);
  });

  it.each([
    ["no access token", JSON.stringify({ refresh_token: "rt 1+" })],
    ["one that no header can carry", JSON.stringify({ access_token: "a b", refresh_token: "rt 1+" })],
    ["half of itself", '{"refresh_token":"rt 1+","access_tok'],
    ["a warning before it", 'Warning: x\n{"access_token":"a","refresh_token":"rt 1\\u002b"}'],
    ["a form", "access_token=a&refresh_token=rt+1%2B&expires_in=1"],
  ])("with %s gives up the spent token for the new one that came with it", async (_, body) => {
    const { keeper, time, sent } = scene((token, n) => {
      if (n === 1) return new Response(body);
      return token === "rt 1+" ? success(2) : invalidGrant();
    });
    await keeper.save("jill", expired);
    expect(await outcome(time, keeper.accessToken("jill"))).toBe("at2");
    expect(sent).toEqual(["rt0", "rt 1+"]);
  });

  it("keeps the new refresh token of an unusable answer in the store, for the next process", async () => {
    const bad = () => Response.json({ refresh_token: "rt1" });
    let broken = true;
    const { keeper, time, sent, open } = scene(() => (broken ? bad() : success(2)));
    await keeper.save("jill", expired);
    expect(await outcome(time, keeper.accessToken("jill"))).toMatchObject({ reason: "server" });
    expect(sent).toEqual(["rt0", "rt1", "rt1", "rt1"]);
    broken = false;
    await time.run(1);
    expect(await outcome(time, open().accessToken("jill"))).toBe("at2");
    expect(sent.at(-1)).toBe("rt1");
  });

  it("keeps that refresh token although the store does not take it at once", async () => {
    const inner = new MemoryTokenStore();
    let faults = 1;
    const store: TokenStore = {
      read: (place) => inner.read(place),
      write: async (place, version, value) => {
        if (value?.includes("rt1") === true && faults-- > 0) throw new Error("down");
        return inner.write(place, version, value);
      },
    };
    const { keeper, time, open, sent } = scene(
      (token) =>
        token === "rt0" ? Response.json({ refresh_token: "rt1" }) : new Response("", { status: 503 }),
      { store },
    );
    await keeper.save("jill", expired);
    await outcome(time, keeper.accessToken("jill"));
    await time.run(40);
    await outcome(time, open().accessToken("jill"));
    expect(sent.filter((token) => token === "rt0")).toHaveLength(1);
  });
});

describe("a refusal after an answer that was lost", () => {
  it.each([
    ["a broken connection", () => new TypeError("terminated")],
    ["silence", () => "never" as const],
    ["a gateway's 502", () => new Response("", { status: 502 })],
    ["half an answer", () => new Response('{"access_to')],
  ])("is refresh_lost in the same process: %s", async (_, lost) => {
    const { keeper, time } = scene((__, n) => (n === 1 ? lost() : invalidGrant()));
    await keeper.save("jill", expired);
    expect(await outcome(time, keeper.accessToken("jill"))).toMatchObject({ reason: "refresh_lost" });
  });

  it("is refresh_lost in a later flight of another process too", async () => {
    let down = true;
    const { keeper, time, open } = scene(() => (down ? new TypeError("terminated") : invalidGrant()));
    await keeper.save("jill", expired);
    expect(await outcome(time, keeper.accessToken("jill"))).toMatchObject({ reason: "server" });
    down = false;
    await time.run(1);
    expect(await outcome(time, open().accessToken("jill"))).toMatchObject({ reason: "refresh_lost" });
  });

  it.each([
    ["nobody listened", () => new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } })],
    ["the server was too busy", () => new Response("", { status: 503 })],
    ["a firewall said no", () => new Response("<html>", { status: 403 })],
  ])("is grant_refused where nothing can have been lost: %s", async (_, fault) => {
    const { keeper, time } = scene((__, n) => (n === 1 ? fault() : invalidGrant()));
    await keeper.save("jill", expired);
    expect(await outcome(time, keeper.accessToken("jill"))).toMatchObject({ reason: "grant_refused" });
  });
});

describe("what is refused in a 200", () => {
  it.each([
    { error: "invalid_grant" },
    { error: "bad_refresh_token" },
    { ok: false, error: "invalid_refresh_token" },
  ])("ends the session when it is the grant: %j", async (body) => {
    const { keeper, time, sent } = scene(() => Response.json(body));
    await keeper.save("jill", expired);
    expect(await outcome(time, keeper.accessToken("jill"))).toMatchObject({ reason: "grant_refused" });
    expect(sent).toHaveLength(1);
    expect(await keeper.status("jill")).toBe("revoked");
  });

  it("is the app's when it is the app", async () => {
    const { keeper, time } = scene(() => Response.json({ error: "invalid_client" }));
    await keeper.save("jill", expired);
    expect(await outcome(time, keeper.accessToken("jill"))).toEqual({ name: "ClientRejected" });
  });
});

describe("a refusal that no OAuth server wrote", () => {
  const refusals: [string, () => Response][] = [
    ...[400, 401, 403, 404, 405, 421, 451].map((status): [string, () => Response] => [
      `HTML ${status}`,
      () => new Response("<html>no</html>", { status }),
    ]),
    ["an empty 400", () => new Response("", { status: 400 })],
    [
      "400 temporarily_unavailable",
      () => Response.json({ error: "temporarily_unavailable" }, { status: 400 }),
    ],
    ["403 exceeded_rate", () => Response.json({ error: { error_name: "exceeded_rate" } }, { status: 403 })],
    ["a gateway's JSON", () => Response.json({ error: "Forbidden", message: "x" }, { status: 403 })],
    ["a framework's JSON", () => Response.json({ status: 404, error: "Not Found" }, { status: 404 })],
    ["an error that is nothing", () => Response.json({ error: null }, { status: 400 })],
  ];
  it.each(refusals)("passes: %s", async (_, answer) => {
    const { keeper, time, sent } = scene((__, n) => (n === 1 ? answer() : success(1)));
    await keeper.save("jill", expired);
    expect(await outcome(time, keeper.accessToken("jill"))).toBe("at1");
    expect(sent).toHaveLength(2);
  });

  it.each([
    ...refusals,
    ["invalid_client", () => Response.json({ error: "invalid_client" }, { status: 401 })] as const,
  ])("costs no token that is still good: %s", async (_, answer) => {
    const { keeper, time, events, open } = scene(() => answer());
    await keeper.save("jill", first);
    await time.run(3400);
    // In a process that had nothing in memory, and in one that had.
    expect(await outcome(time, open().accessToken("jill"))).toBe("at0");
    expect(await outcome(time, keeper.accessToken("jill"))).toBe("at0");
    expect(events.at(-1)?.type).toMatch(/^(unavailable|client_rejected)$/);
  });

  it("is not mixed up with the server's clear word about the app", async () => {
    const { keeper, time } = scene(() => Response.json({ error: "invalid_client" }, { status: 401 }));
    await keeper.save("jill", first);
    await time.run(3400);
    expect(await outcome(time, keeper.accessToken("jill"))).toBe("at0");
    await time.run(200);
    expect(await outcome(time, keeper.accessToken("jill"))).toEqual({ name: "ClientRejected" });
    expect(await keeper.status("jill")).toBe("active");
  });
});

describe("a server that fails", () => {
  /** Asks ten times a second, from two processes. */
  async function storm(kept: ReturnType<typeof scene>, seconds: number): Promise<number> {
    const { time, open, sent } = kept;
    const keepers = [open(), open()];
    const before = sent.length;
    for (let call = 0; call < seconds * 10; call++) {
      for (const keeper of keepers) keeper.accessToken("jill").catch(() => {});
      await time.run(0.1);
    }
    return sent.length - before;
  }

  it("is not asked before the time of its Retry-After, by no process, and the error says when", async () => {
    const kept = scene(() => new Response("", { status: 429, headers: { "Retry-After": "60" } }));
    await kept.keeper.save("jill", expired);
    expect(await storm(kept, 4)).toBe(1);
    expect(await outcome(kept.time, kept.open().accessToken("jill"), 0)).toEqual({
      ...{ name: "TemporarilyUnavailable", reason: "server", retryAfterSeconds: 56 },
    });
    expect(await storm(kept, 55.5)).toBe(0);
    expect(await storm(kept, 1)).toBe(1);
  });

  it("is believed when its Retry-After is a date, by the keeper's own clock", async () => {
    const kept = scene(() => {
      const date = new Date(kept.time.now() + 60_000).toUTCString();
      return new Response("", { status: 503, headers: { "Retry-After": date } });
    });
    await kept.keeper.save("jill", expired);
    expect(await storm(kept, 59)).toBe(1);
    expect(await storm(kept, 2)).toBe(1);
  });

  it.each([
    ["with Retry-After: 0", () => new Response("", { status: 429, headers: { "Retry-After": "0" } })],
    ["without one", () => new Response("", { status: 500 })],
    ["with nonsense", () => new Response("", { status: 500, headers: { "Retry-After": "-1" } })],
    ["with the app's fault", () => Response.json({ error: "invalid_client" }, { status: 401 })],
    ["with a broken connection", () => new TypeError("fetch failed")],
  ])("is asked ever more seldom %s", async (_, answer) => {
    const kept = scene(answer);
    await kept.keeper.save("jill", expired);
    // Four in the first flight, then one after 1, 2, 4, 8, 16 and each 30 seconds.
    expect(await storm(kept, 4)).toBeLessThanOrEqual(6);
    expect(await storm(kept, 56)).toBeLessThanOrEqual(4);
    expect(await storm(kept, 60)).toBeLessThanOrEqual(2);
  });

  it("is asked again a second later when it has just come back", async () => {
    let down = true;
    const { keeper, time } = scene(() => (down ? new Response("", { status: 503 }) : success(1)));
    await keeper.save("jill", expired);
    const error = { name: "TemporarilyUnavailable", reason: "server", retryAfterSeconds: 1 };
    expect(await outcome(time, keeper.accessToken("jill"))).toEqual(error);
    down = false;
    expect(await outcome(time, keeper.accessToken("jill"))).toEqual(error);
    await time.run(1);
    expect(await outcome(time, keeper.accessToken("jill"))).toBe("at1");
  });

  it("says in every process why, although only one has asked", async () => {
    const { keeper, time, open } = scene(() => new Response("", { status: 500 }));
    await keeper.save("jill", expired);
    await outcome(time, keeper.accessToken("jill"));
    const error = await open()
      .accessToken("jill")
      .catch((reason: Error) => reason);
    expect(error).toMatchObject({
      reason: "server",
      cause: { message: expect.stringContaining("HTTP 500") },
    });
  });

  it("that never answers and heeds no abort is given up after attemptTimeoutMs", async () => {
    const { keeper, time } = scene(() => "never");
    await keeper.save("jill", expired);
    expect(await outcome(time, keeper.accessToken("jill"), 30)).toMatchObject({ reason: "server" });
  });

  it("is not asked over a login that is newer than its failure", async () => {
    const { keeper, time } = scene((token) =>
      token === "rt0" ? new Response("", { status: 500 }) : success(9),
    );
    await keeper.save("jill", expired);
    await outcome(time, keeper.accessToken("jill"));
    await keeper.save("jill", { ...expired, refreshToken: "other" });
    expect(await outcome(time, keeper.accessToken("jill"))).toBe("at9");
  });
});

it("an error of the server keeps its number of seconds where it has one", async () => {
  const { keeper, time } = scene(() => new Response("", { status: 503, headers: { "Retry-After": "90" } }));
  await keeper.save("jill", expired);
  await outcome(
    time,
    keeper.accessToken("jill").catch((error: { cause: unknown }) => {
      expect(error.cause).toBeInstanceOf(ApiError);
      expect(error.cause).toMatchObject({ retryAfterSeconds: 90 });
    }),
  );
});
