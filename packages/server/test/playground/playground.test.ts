import { afterEach, describe, expect, it, vi } from "vitest";
import { Sessions } from "../../src/emulator/playground/sessions.js";
import { demoClient as client, type Demo, startDemo } from "./demo.js";
import { Visitor } from "./visitor.js";

const demos: Demo[] = [];
async function begin(changes?: Parameters<typeof startDemo>[0]): Promise<{ demo: Demo; visitor: Visitor }> {
  const demo = await startDemo(changes);
  demos.push(demo);
  const visitor = new Visitor(demo.base);
  await visitor.open("/");
  return { demo, visitor };
}
afterEach(async () => {
  await Promise.all(demos.splice(0).map(({ server }) => server.close()));
});

/** The fetch of a demo app whose server gives this answer to every call. */
const answering = (body: string, init?: ResponseInit) => async () => new Response(body, init);

describe("the way through the playground", () => {
  it("leads from the first page over code and tokens to the account and a refreshed token", async () => {
    const { demo, visitor } = await begin();
    expect(visitor.last.text).toContain("Start the flow");
    expect(visitor.last.text).toContain("correct horse battery");
    await visitor.press("start");
    expect(visitor.last.text).toContain("The state is the one the app sent");
    await visitor.press("exchange");
    expect(visitor.last.text).toContain("The app has access for 1 day");
    await visitor.press("account");
    expect(visitor.last.text).toContain("The app acts for jill@example.com");
    await visitor.press("refresh");
    expect(visitor.last.text).toContain("The refresh token stays the same");
    expect(demo.received.map(({ grant_type }) => grant_type)).toEqual([
      "authorization_code",
      "refresh_token",
    ]);
    expect(demo.received[0]).toMatchObject({
      client_id: client.clientId,
      client_secret: client.clientSecret,
    });
  });

  it("shows requests and responses with every secret shortened", async () => {
    const { visitor } = await begin();
    for (const step of ["start", "exchange", "account", "refresh"]) await visitor.press(step);
    // The door for one's own app shows them whole, to be copied, as the samples do.
    const shown = visitor.last.text
      .replace(/<details class="samples"[\s\S]*?<\/details>/g, "")
      .replace(/<section class="door" id="connect"[\s\S]*?<\/section>/, "");
    expect(shown).toContain("1d14…8465");
    expect(shown).not.toContain(client.clientSecret);
    expect(shown).not.toMatch(/(MWNmNTY4){2}|(aE5USTJN){2}/);
  });

  it("shows that a code used a second time is refused, and takes the tokens along", async () => {
    const { visitor } = await begin();
    for (const step of ["start", "exchange", "exchange"]) await visitor.press(step);
    expect(visitor.last.text).toContain("Refused: Either the combo client_id/code is wrong");
    await visitor.press("account");
    expect(visitor.last.text).toContain("Refused: Unauthorized api key");
  });

  it("shows a denial as an outcome that the app accepts", async () => {
    const { demo, visitor } = await begin();
    demo.denies = true;
    await visitor.press("start");
    expect(visitor.last.text).toContain("Access was denied");
    expect(visitor.last.text).not.toContain('action="/playground/exchange"');
  });

  it("begins anew at a reset", async () => {
    const { visitor } = await begin();
    for (const step of ["start", "exchange", "reset"]) await visitor.press(step);
    expect(visitor.last.text).toContain("Start the flow");
    expect(visitor.last.text).not.toContain("/playground/account");
  });
});

describe("state", () => {
  it("that is forged is refused, and leaves what the app had untouched", async () => {
    const { demo, visitor } = await begin();
    for (const step of ["start", "exchange", "forge-state"]) await visitor.press(step);
    expect(visitor.last.text).toContain("Refused: the state is not the one the app sent");
    await visitor.press("account");
    expect(visitor.last.text).toContain("The app acts for jill@example.com");
    expect(demo.received).toHaveLength(1);
  });

  it("serves once: the same callback again is refused", async () => {
    const { demo, visitor } = await begin();
    const started = await visitor.post("start", visitor.fields("start"));
    const state = new URL(started.headers.get("location") ?? "").searchParams.get("state");
    const callback = `/playground/callback?code=1b0d28d90c86c141&state=${state}`;
    expect((await visitor.open(callback)).text).toContain("The state is the one the app sent");
    expect((await visitor.open(callback)).text).toContain("This browser is not waiting for an answer");
    await visitor.press("exchange");
    expect(demo.received).toHaveLength(1);
  });

  it("is used up by a wrong callback too", async () => {
    const { visitor } = await begin();
    const started = await visitor.post("start", visitor.fields("start"));
    const state = new URL(started.headers.get("location") ?? "").searchParams.get("state");
    await visitor.open("/playground/callback?code=forged&state=guess");
    await visitor.open(`/playground/callback?code=1b0d28d90c86c141&state=${state}`);
    expect(visitor.last.text).not.toContain('action="/playground/exchange"');
  });

  it("of one browser is worth nothing in another", async () => {
    const { demo, visitor } = await begin();
    const started = await visitor.post("start", visitor.fields("start"));
    const state = new URL(started.headers.get("location") ?? "").searchParams.get("state");
    const other = new Visitor(demo.base);
    await other.open(`/playground/callback?code=1b0d28d90c86c141&state=${state}`);
    expect(other.last.text).toContain("This browser is not waiting for an answer");
  });

  it("differs at every start", async () => {
    const { visitor } = await begin();
    const states = new Set<string | null>();
    for (let i = 0; i < 5; i++) {
      const started = await visitor.post("start", visitor.fields("start"));
      states.add(new URL(started.headers.get("location") ?? "").searchParams.get("state"));
    }
    expect(states.size).toBe(5);
  });
});

describe("a form", () => {
  it("is refused without a token, with another browser's token, and without a cookie", async () => {
    const { demo, visitor } = await begin();
    const other = new Visitor(demo.base);
    await other.open("/");
    expect((await visitor.post("start", new URLSearchParams())).status).toBe(403);
    expect((await visitor.post("start", new URLSearchParams({ csrf: other.csrf }))).status).toBe(403);
    const fields = visitor.fields("start");
    visitor.cookie = "";
    expect((await visitor.post("start", fields)).status).toBe(403);
  });

  it("is refused when another site sent it, whatever token it holds", async () => {
    const { demo, visitor } = await begin();
    const foreign: Record<string, string>[] = [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: `${demo.base}.evil.example` },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "none" },
    ];
    for (const headers of foreign) {
      expect((await visitor.post("start", visitor.fields("start"), headers)).status).toBe(403);
    }
    const own = { origin: demo.base, "sec-fetch-site": "same-origin" };
    expect((await visitor.post("start", visitor.fields("start"), own)).status).toBe(303);
  });

  it("that is sent twice at once makes one call: a double click must not spend the code twice", async () => {
    const { demo, visitor } = await begin();
    await visitor.press("start");
    const fields = visitor.fields("exchange");
    await Promise.all([1, 2, 3].map(() => visitor.post("exchange", fields)));
    expect(demo.received).toHaveLength(1);
    await visitor.open("/");
    expect(visitor.last.text).toContain("The app has access for 1 day");
  });

  it("for a step that cannot be taken yet does nothing", async () => {
    const { demo, visitor } = await begin();
    const fields = new URLSearchParams({ csrf: visitor.csrf, made: "0" });
    for (const step of ["exchange", "account", "refresh"]) {
      expect((await visitor.post(step, fields)).status).toBe(303);
    }
    expect(demo.received).toHaveLength(0);
  });
});

describe("a server that does not answer as it should", () => {
  const cases: [string, typeof fetch, string][] = [
    [
      "is down",
      async () =>
        Promise.reject(
          new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code: "ECONNREFUSED" }) }),
        ),
      "No answer: ECONNREFUSED",
    ],
    [
      "is slow",
      async () => Promise.reject(new DOMException("late", "TimeoutError")),
      "no answer within 15 seconds",
    ],
    ["throws nonsense", async () => Promise.reject("nonsense"), "No answer: unknown reason"],
    [
      "talks HTML",
      answering("<script>alert(1)</script>", { status: 502, statusText: "Bad Gateway" }),
      "&lt;script&gt;alert(1)&lt;/script&gt;",
    ],
    ["answers nothing", answering(""), "This is not a token response"],
    ["answers success without a token", answering('{"access_token":null}'), "This is not a token response"],
    ["breaks off its JSON", answering('{"access_token":"a'), "This is not a token response"],
    [
      "redirects",
      answering("", { status: 302, headers: { location: "https://evil.example" } }),
      "The answer is a redirect",
    ],
    [
      "limits the rate",
      answering('{"error":{"error_msg":"Slow down"}}', { status: 429, headers: { "retry-after": "7" } }),
      "Retry-After:</i> 7",
    ],
    [
      "answers in the shape of RFC 6749",
      answering('{"error":"invalid_grant","error_description":"Too late"}', { status: 400 }),
      "Refused: Too late",
    ],
  ];

  it.each(cases)("%s: is shown, and the way goes on", async (_, fetch, expected) => {
    const { visitor } = await begin({ fetch });
    await visitor.press("start");
    const page = await visitor.press("exchange");
    expect(page.status).toBe(200);
    expect(page.text).toContain(expected);
    expect(page.text).not.toContain('action="/playground/account"');
    expect(visitor.fields("exchange").get("made")).toBe("1");
  });

  it("is never sent the secret by way of a redirect", async () => {
    const fetch = vi.fn(answering("", { status: 307, headers: { location: "https://evil.example" } }));
    const { visitor } = await begin({ fetch });
    await visitor.press("start");
    await visitor.press("exchange");
    expect(fetch).toHaveBeenCalledWith(expect.any(String), expect.objectContaining({ redirect: "manual" }));
    expect(fetch).toHaveBeenCalledTimes(1);
  });
});

describe("browsers", () => {
  it("are told apart by a cookie that scripts cannot read and other sites' forms do not send", async () => {
    const { demo } = await begin();
    const response = await fetch(`${demo.base}/`);
    expect(response.headers.get("set-cookie")).toMatch(
      /^countersign_playground=[\w-]{32}; Path=\/; HttpOnly; SameSite=Lax$/,
    );
  });

  it("are forgotten when there are too many, the one unused for longest first", () => {
    let count = 0;
    const sessions = new Sessions((length) => Buffer.alloc(length, ++count), 2);
    const cookieOf = ({ id }: { id: string }) => `a=b; countersign_playground=${id}`;
    const [first, second] = [sessions.create(), sessions.create()];
    expect(sessions.find(cookieOf(first))).toBe(first);
    const third = sessions.create();
    expect(sessions.size).toBe(2);
    expect(sessions.find(cookieOf(second))).toBeUndefined();
    expect(sessions.find(cookieOf(first))).toBe(first);
    expect(sessions.find(cookieOf(third))).toBe(third);
  });

  it("that come by another name of this machine are sent to the callback's", async () => {
    const { demo } = await begin();
    const response = await fetch(demo.base.replace("127.0.0.1", "localhost"), { redirect: "manual" }).catch(
      () => undefined,
    );
    if (response) expect(response.headers.get("location")).toBe(`${demo.base}/`);
  });
});
