/** Made-up requests with long and awkward Unicode: never a 5xx, never long work. COUNTERSIGN_TEST_LONG=1 sends many more. */

import { performance } from "node:perf_hooks";
import { afterAll, beforeAll, expect, it } from "vitest";
import { times } from "../../../../test/support/long.js";
import { anyCharacter } from "../../../../test/support/text.js";
import { inBody, startHouse, web } from "../standard/house.js";
import { awkwardTexts } from "../support/awkward.js";
import { fc } from "../support/fuzz.js";
import { formType, multipartBody, multipartType, send } from "../support/http.js";
import type { TestServer } from "../support/server.js";

const runs = times({ short: 400, long: 20_000 });

let server: TestServer;
beforeAll(async () => {
  server = await startHouse({ trustProxy: ["loopback"] });
});
afterAll(() => server.close());

const names = fc.constantFrom(
  ...[
    "grant_type",
    "code",
    "refresh_token",
    "client_id",
    "client_secret",
    "redirect_uri",
    "scope",
    "state",
    "token",
  ],
  ...[
    "client_assertion",
    "client_assertion_type",
    "code_verifier",
    "resource",
    "email",
    "password",
    "csrf",
    "decision",
  ],
  ...[
    "response_type",
    "prompt",
    "max_age",
    "login_hint",
    "code_challenge",
    "code_challenge_method",
    "__proto__",
    "",
  ],
);
const awkward = fc
  .tuple(fc.constantFrom(...awkwardTexts), fc.oneof(fc.nat(300), fc.nat(60_000)))
  .map(([text, bytes]) => text.bytes(bytes + 2));
const texts = fc.oneof(
  ...[
    fc.constantFrom("refresh_token", "authorization_code", "code", web.clientId, web.clientSecret ?? ""),
    awkward,
  ],
  ...[
    fc.string({ unit: anyCharacter, maxLength: 300 }),
    fc.tuple(awkward, awkward).map((two) => two.join("")),
  ],
);
const fields = fc.array(fc.tuple(names, texts), { maxLength: 5 });

const paths = fc.constantFrom(
  ...["/oauth/token", "/oauth/token?refresh", "/oauth/revoke", "/oauth/introspect", "/oauth/authorize"],
  ...["/oauth/authorize/login", "/connected-apps/login", "/connected-apps/revoke", "/connected-apps/logout"],
);
const bodies = fc
  .tuple(fields, fc.constantFrom("form", "raw form", "json", "multipart"))
  .map(([list, kind]) => {
    const object = Object.fromEntries(list);
    if (kind === "json") return { type: "application/json", body: JSON.stringify(object) };
    if (kind === "multipart") return { type: multipartType, body: multipartBody(object) };
    if (kind === "form") return { type: formType, body: new URLSearchParams(list).toString() };
    return { type: formType, body: list.map((pair) => pair.join("=")).join("&") };
  });
const headerTexts = awkward.map((text) => Buffer.from(text.slice(0, 3000)).toString("latin1"));
const headers = fc.dictionary(
  fc.constantFrom(
    "authorization",
    "cookie",
    "accept",
    "x-forwarded-for",
    "origin",
    "x-request-id",
    "traceparent",
  ),
  headerTexts.map((text) => text.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, "?")),
  { maxKeys: 3 },
);

it("answers every made-up request with long and awkward Unicode, and none of them holds up the others", async () => {
  const plain = await work(() => send(`${server.url}/health`));
  const property = fc.asyncProperty(
    paths,
    bodies,
    headers,
    fc.boolean(),
    async (path, { type, body }, more, get) => {
      const query = get
        ? `${path.includes("?") ? "&" : "?"}${encodeURIComponent(Buffer.from(body.slice(0, 1500)).toString())}`
        : "";
      const request = {
        method: get ? "GET" : "POST",
        headers: { "content-type": type, ...more },
        ...(get ? {} : { body }),
      };
      const busy = async () => {
        let status = 0;
        const milliseconds = await work(async () => {
          status = (await send(`${server.url}${path}${query}`, request)).status;
        });
        expect(status).toBeGreaterThan(199);
        expect(status).toBeLessThan(500);
        return milliseconds;
      };
      // Of three times the shortest: other programs take the processor, too.
      const most = Math.max(plain * 100, 50);
      for (let turn = 0; turn < 3; turn++) if ((await busy()) < most) return;
      throw new Error(`it takes more than ${most} ms`);
    },
  );
  await fc.assert(property, { numRuns: runs });
  expect(server.logLines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  expect((await send(`${server.url}/oauth/introspect`, authenticated())).status).toBe(200);
}, 1_800_000);

async function work(act: () => Promise<unknown>): Promise<number> {
  const before = performance.eventLoopUtilization();
  await act();
  return performance.eventLoopUtilization(before).active;
}

function authenticated() {
  const body = new URLSearchParams({ token: "x", ...inBody(web) }).toString();
  return { method: "POST", headers: { "content-type": formType }, body };
}
