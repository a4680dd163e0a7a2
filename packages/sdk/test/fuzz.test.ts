import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCharacter } from "../../../test/support/text.js";
import {
  AuthorizationFlow,
  CallbackError,
  CountersignError,
  cookieState,
  OAuthApi,
  TokenKeeper,
} from "../src/index.js";

/** Whatever arrives from outside is answered with this package's own errors. */

const text = fc.oneof(fc.string({ unit: anyCharacter }), fc.string(), fc.json());
const runs = { numRuns: 400, seed: 42 };

async function outcome(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("bad input", () => {
  it("as a callback URL or cookie is a CallbackError", async () => {
    const state = cookieState({ secret: "0123456789abcdef0123456789abcdef" });
    const flow = new AuthorizationFlow({
      clientId: "c",
      clientSecret: "s",
      state,
      config: "http://127.0.0.1:1",
    });
    const { url, setCookie } = await flow.begin();
    const good = new URL(url).searchParams.get("state") ?? "";
    const name = setCookie.split("=")[0] ?? "";
    const url2 = fc.oneof(
      text,
      text.map((value) => `/cb?state=${good}&code=${value}`),
      text.map((value) => `/cb?code=1&state=${encodeURIComponent(value)}`),
    );
    const cookie = fc.oneof(
      text,
      text.map((value) => `${name}=${value}`),
      text.map((value) => `${name}=${good}.${value}`),
    );
    await fc.assert(
      fc.asyncProperty(url2, cookie, async (given, header) => {
        expect(await outcome(flow.handleCallback(given, header))).toBeInstanceOf(CallbackError);
      }),
      runs,
    );
  });

  it("as a response of any status and body is a token or one of our errors", async () => {
    const status = fc.integer({ min: 200, max: 599 }).filter((code) => ![204, 205, 304].includes(code));
    await fc.assert(
      fc.asyncProperty(status, text, async (code, body) => {
        const fetch = async () => new Response(body, { status: code });
        const error = await outcome(
          new OAuthApi({ fetch }).oauthTokenRefresh({ refreshToken: "secret-token" }),
        );
        expect(error).toBeInstanceOf(CountersignError);
        expect((error as Error).message).not.toMatch(/[\n\r]|secret-token/);
      }),
      runs,
    );
  });

  it("as the content of a store is one of our errors, and ends no session", async () => {
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const store = { read: async () => ({ version: 1, value }), write: async () => false };
        const keeper = new TokenKeeper({ clientId: "c", store });
        expect(await outcome(keeper.accessToken("jill"))).toMatchObject({ name: "RecordUnreadable" });
      }),
      runs,
    );
  });
});
