/** The grants beside the core, against the real server: pushed requests, devices, and an app's own tokens. */

import { type SignEmulator, startEmulator } from "@countersign/server/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { jack } from "../../server/test/support/server.js";
import { formOf, UserAgent } from "../../server/test/support/user-agent.js";
import {
  clientCredentialsToken,
  type DeviceAuthorization,
  type DevicePollOptions,
  pollDeviceToken,
  pushAuthorizationRequest,
  startDeviceAuthorization,
} from "../src/grants.js";
import {
  AccountApi,
  ApiError,
  AuthorizationFlow,
  cookieState,
  type DebugEvent,
  InvalidArgumentError,
  InvalidResponseError,
  TimeoutError,
  type Timer,
} from "../src/index.js";

const web = { clientId: "web", clientSecret: "web-secret-f3a91c" };
const television = { clientId: "television" };
const grantType = "urn:ietf:params:oauth:grant-type:device_code";
const app = {
  owner: jack.email,
  oauth: { callback_url: "http://127.0.0.1:9999/callback", scopes: ["account_access"] },
};

let sign: SignEmulator;
let waits: number[];
beforeAll(async () => {
  const { clientId, clientSecret } = web;
  const strict = {
    require_pushed_authorization_requests: true,
    grant_types: ["client_credentials", "device_code"] as const,
  };
  sign = await startEmulator({
    profile: "standard",
    clock: "2027-01-15T08:00:00Z",
    seed: {
      accounts: [jack],
      apps: [
        { ...app, ...strict, name: "Web", client_id: clientId, client_secret: clientSecret },
        { ...app, name: "Television", client_id: "television", public: true, grant_types: ["device_code"] },
      ],
    },
  });
});
afterAll(() => sign.close());
beforeEach(() => {
  waits = [];
});

/** A wait is time that passes at the server. @param before what happens meanwhile, by the number of the wait. */
const timerWith =
  (before: (wait: number) => Promise<unknown> = async () => undefined): Timer =>
  (milliseconds, callback) => {
    let live = true;
    waits.push(milliseconds / 1000);
    void sign.clock
      .advance(`${milliseconds / 1000}s`)
      .then(() => before(waits.length))
      .then(() => live && callback());
    return () => {
      live = false;
    };
  };

const poll = (device: DeviceAuthorization, options: DevicePollOptions = {}) =>
  pollDeviceToken(device, television, sign.url, { now: sign.sdk.now, timer: timerWith(), ...options });

/** A person types the code of the device, and answers. */
async function answer({ userCode }: DeviceAuthorization, decision: "allow" | "deny"): Promise<void> {
  const agent = new UserAgent(sign.url);
  const page = await agent.follow(await agent.submit(await agent.get("/device"), "/device/login", jack));
  const typed = { ...formOf(page, "/device/switch").hidden, user_code: userCode };
  const consent = await agent.post("/device", typed);
  const answered = await agent.submit(consent, "/device/decide", { decision });
  expect(answered.status).toBe(200);
}

describe("a pushed authorization request", () => {
  const begin = async () => {
    const state = cookieState({ secret: "0123456789abcdef0123456789abcdef", now: sign.sdk.now });
    const flow = new AuthorizationFlow({ ...web, config: { baseUrl: sign.url }, state, pkce: true });
    return { flow, ...(await flow.begin({ context: "/home" })) };
  };

  it("stands for that of a login, whose callback is handled as ever", async () => {
    const { flow, url, setCookie } = await begin();
    const pushed = await pushAuthorizationRequest(url, web, sign.url);
    expect([...new URL(pushed.url).searchParams.keys()]).toEqual(["client_id", "request_uri"]);
    expect(new URL(pushed.url).searchParams.get("request_uri")).toBe(pushed.requestUri);
    expect(pushed.expiresIn).toBe(540);
    const callback = await new UserAgent(sign.url).authorize(new URL(pushed.url).search.slice(1), jack);
    const result = await flow.handleCallback(callback, setCookie.split(";")[0]);
    expect(result).toMatchObject({ outcome: "authorized", context: "/home", token: { tokenType: "Bearer" } });
    // The app may not do without: the address of `begin` itself leads nowhere.
    const refused = await new UserAgent(sign.url).get(`/oauth/authorize${new URL(url).search}`);
    expect(refused.headers.location).toContain("error=invalid_request");
  });

  it("is allowed without a browser, once, by the emulator's typed client", async () => {
    const { flow, url, setCookie } = await begin();
    const { requestUri } = await pushAuthorizationRequest(url, web, sign.url);
    const asked = { clientId: web.clientId, requestUri };
    const { callbackUrl } = await sign.authorize(asked);
    const result = await flow.handleCallback(callbackUrl, setCookie.split(";")[0]);
    expect(result.outcome).toBe("authorized");
    await expect(sign.authorize(asked)).rejects.toThrow("The request_uri was used before");
  });

  it("is refused there and then, by a typed error that holds no secret", async () => {
    const { url } = await begin();
    const wrong = { clientSecret: "not-the-secret-of-it" };
    const error = await pushAuthorizationRequest(url, wrong, sign.url).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: 401, errorName: "invalid_client" });
    expect(`${error.message}${JSON.stringify(error)}`).not.toContain(wrong.clientSecret);
    await expect(pushAuthorizationRequest(`${url}&scope=none`, web, sign.url)).rejects.toMatchObject({
      errorName: "invalid_scope",
    });
  });

  it("is sent only where it is one, and believed only where it was taken", async () => {
    for (const url of ["/oauth/authorize?client_id=web", "https://x.example/?state=s"])
      await expect(pushAuthorizationRequest(url, web, sign.url)).rejects.toBeInstanceOf(InvalidArgumentError);
    const fetch = async () => Response.json({ expires_in: 9 }, { status: 201 });
    const { url } = await begin();
    await expect(pushAuthorizationRequest(url, web, { baseUrl: sign.url, fetch })).rejects.toThrow(
      new InvalidResponseError("/oauth/par: request_uri is missing", {
        statusCode: 201,
        headers: {},
        body: "",
      }),
    );
  });
});

describe("a device", () => {
  it("shows a code, and gets its token when a person has allowed it", async () => {
    const device = await startDeviceAuthorization({ ...television, scope: "account_access" }, sign.url);
    expect(device).toEqual({
      deviceCode: expect.stringMatching(/^cs_dc_/),
      userCode: expect.stringMatching(/^\w{4}-\w{4}$/),
      verificationUri: `${sign.url}/device`,
      verificationUriComplete: `${sign.url}/device?user_code=${device.userCode}`,
      expiresIn: 600,
      interval: 5,
    });
    const timer = timerWith(async (wait) => wait === 3 && answer(device, "allow"));
    const { accessToken, refreshToken } = await poll(device, { timer });
    expect([waits, refreshToken]).toEqual([[5, 5, 5], expect.any(String)]);
    const { account } = await new AccountApi({ baseUrl: sign.url, accessToken }).accountGet();
    expect(account.emailAddress).toBe(jack.email);
  });

  it("asks less often from then on where the server says slow_down", async () => {
    const device = await startDeviceAuthorization(television, sign.url);
    const timer = timerWith(async (wait) => {
      // Another question in the same moment: the one of the device is too early then.
      if (wait === 1) {
        const fields = { grant_type: grantType, device_code: device.deviceCode, client_id: "television" };
        const body = new URLSearchParams(fields);
        await fetch(`${sign.url}/oauth/token`, { method: "POST", body });
      }
      if (wait === 3) await answer(device, "allow");
    });
    await poll(device, { timer });
    expect(waits).toEqual([5, 10, 10]);
  });

  it("is told when the person refused", async () => {
    const device = await startDeviceAuthorization(television, sign.url);
    const timer = timerWith(() => answer(device, "deny"));
    await expect(poll(device, { timer })).rejects.toMatchObject({ code: 400, errorName: "access_denied" });
  });

  it("gives up when its codes have expired, also by the server's word", async () => {
    const device = await startDeviceAuthorization(television, sign.url);
    const slow = { ...device, interval: 100 };
    await expect(poll(slow)).rejects.toThrow(new TimeoutError(600_000, "nobody allowed the device"));
    expect(waits).toEqual([100, 100, 100, 100, 100]);
    await expect(poll({ ...slow, expiresIn: 1000 })).rejects.toMatchObject({ errorName: "expired_token" });
  });

  it("gives up as late by a clock that is set back", async () => {
    const device = await startDeviceAuthorization(television, sign.url);
    let now = 1e12;
    await expect(poll({ ...device, interval: 200 }, { now: () => now-- })).rejects.toBeInstanceOf(
      TimeoutError,
    );
    expect(waits).toEqual([200, 200]);
  });

  it("stops at once by its signal, with the signal's reason", async () => {
    const device = await startDeviceAuthorization(television, sign.url);
    const cancelled: number[] = [];
    const timer: Timer = (milliseconds) => () => cancelled.push(milliseconds);
    const controller = new AbortController();
    const polling = poll(device, { timer, signal: controller.signal });
    const reason = new Error("the user went away");
    controller.abort(reason);
    await expect(polling).rejects.toBe(reason);
    expect(cancelled).toEqual([5000]);
    await expect(poll(device, { signal: controller.signal })).rejects.toBe(reason);
    expect(waits).toEqual([]);
  });

  it("waits twice as long after each question without an answer, a minute at most", async () => {
    const device = await startDeviceAuthorization(television, sign.url);
    let asked = 0;
    const failing: typeof fetch = async (...request) => {
      if (++asked === 3) return new Response("", { status: 503, headers: { "retry-after": "42" } });
      if (asked < 7) throw new TypeError("fetch failed");
      return fetch(...request);
    };
    const timer = timerWith(async (wait) => wait === 7 && answer(device, "allow"));
    const config = { baseUrl: sign.url, fetch: failing as never };
    await pollDeviceToken(device, television, config, { now: sign.sdk.now, timer });
    expect(waits).toEqual([5, 10, 20, 42, 60, 60, 60]);
  });

  it("says nothing of its code to a log", async () => {
    const events: DebugEvent[] = [];
    const config = { baseUrl: sign.url, debug: (event: DebugEvent) => events.push(event) };
    const device = await startDeviceAuthorization(television, config);
    const timer = timerWith(async (wait) => wait === 2 && answer(device, "allow"));
    const { accessToken } = await pollDeviceToken(device, television, config, { now: sign.sdk.now, timer });
    const log = JSON.stringify(events);
    expect(log).toContain("/oauth/device_authorization");
    for (const secret of [device.deviceCode, accessToken]) expect(log).not.toContain(secret);
  });

  it.each([
    [{ device_code: "d", user_code: "u", verification_uri: "v" }, "expires_in is missing"],
    [{ device_code: "d", user_code: "u", expires_in: 5 }, "verification_uri is missing"],
    [[], "the body is not a JSON object"],
  ])("is not begun by an answer that lacks something: %j", async (body, words) => {
    const config = { baseUrl: sign.url, fetch: async () => Response.json(body) };
    await expect(startDeviceAuthorization(television, config)).rejects.toThrow(words);
  });
});

describe("an app's own token", () => {
  it("comes for its credentials alone, without a refresh token", async () => {
    const token = await clientCredentialsToken({ ...web, scope: "account_access" }, sign.url);
    expect(token).toEqual({
      accessToken: expect.stringMatching(/^cs_ct_/),
      tokenType: "Bearer",
      expiresIn: 600,
      scope: "account_access",
    });
  });

  it("is refused by typed errors", async () => {
    const ask = (request: object) => clientCredentialsToken({ ...web, ...request }, sign.url);
    await expect(ask({ clientSecret: "wrong" })).rejects.toMatchObject({ errorName: "invalid_client" });
    await expect(ask({ scope: "none" })).rejects.toMatchObject({ errorName: "invalid_scope" });
    await expect(ask({ resource: "https://x.example/" })).rejects.toMatchObject({
      errorName: "invalid_target",
    });
    await expect(ask({ clientSecret: undefined })).rejects.toThrow("clientSecret is required");
  });
});

describe("the example", () => {
  it("pushes a login, shows a code until it is told to stop, and gets a token of the app itself", async () => {
    vi.stubEnv("OAUTH_URL", sign.url);
    vi.stubEnv("CLIENT_ID", web.clientId);
    vi.stubEnv("CLIENT_SECRET", web.clientSecret);
    vi.stubEnv("COOKIE_SECRET", "0123456789abcdef0123456789abcdef");
    // An example reads them when it is loaded, and another file of this process may have loaded it.
    vi.resetModules();
    const { appToken, deviceLogin, pushedLogin } = await import("../../../examples/sdk/grants.js");
    const { url } = await pushedLogin(undefined);
    expect([...new URL(url).searchParams.keys()]).toEqual(["client_id", "request_uri"]);
    const controller = new AbortController();
    const shown = (words: string) => controller.abort(new Error(words));
    await expect(deviceLogin(shown, controller.signal)).rejects.toThrow(`Open ${sign.url}/device and type `);
    expect((await appToken()).expiresIn).toBe(600);
    vi.unstubAllEnvs();
    vi.resetModules();
  });
});
