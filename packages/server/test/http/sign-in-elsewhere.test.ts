/** A server whose people sign in elsewhere reads no password, whichever of its forms one is sent to. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endpoints } from "../../src/oauth/endpoints.js";
import { startHouse, web } from "../standard/house.js";
import { jack, type TestServer } from "../support/server.js";
import { authorizationQuery } from "../support/user-agent.js";

const signInUrl = "https://people.example.com/sign-in";
let usual: TestServer;
let elsewhere: TestServer;
beforeAll(async () => {
  usual = await startHouse();
  elsewhere = await startHouse({ storage: usual.storage, ring: usual.ring, signInUrl });
});
afterAll(async () => {
  await elsewhere.close();
  await usual.close();
});

const query = authorizationQuery(web.clientId);

/** Sends a good password with a good form of the same browser's visit. */
async function post(server: TestServer, path: string): Promise<Response> {
  const page = await fetch(`${usual.url}${endpoints.authorize.path}?${query}`);
  const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? "";
  // Cookies are named for the port.
  const port = (of: TestServer) => new URL(of.url).port;
  const cookie = page.headers
    .getSetCookie()
    .map((one) => String(one.split(";")[0]).replace(port(usual), port(server)));
  return fetch(`${server.url}${path}?${query}`, {
    method: "POST",
    headers: { cookie: cookie.join("; ") },
    body: new URLSearchParams({ csrf, email: jack.email, password: jack.password }),
    redirect: "manual",
  });
}

const begins = (answer: Response) =>
  answer.headers.getSetCookie().some((one) => one.startsWith("countersign-session"));

describe("a password", () => {
  it.each([endpoints.login.path, endpoints.connectedAppsLogin.path, endpoints.deviceLogin.path])(
    "sent to %s begins a session where people sign in here, and none where they do elsewhere",
    async (path) => {
      const here = await post(usual, path);
      expect([here.status, begins(here)]).toEqual([303, true]);
      const there = await post(elsewhere, path);
      expect([there.status, begins(there)]).toEqual([303, false]);
      expect(there.headers.get("location")).toMatch(`${signInUrl}?return_to=`);
    },
  );
});
