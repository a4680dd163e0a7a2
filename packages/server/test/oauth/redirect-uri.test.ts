/** Redirect URIs: which may be registered, which of them a request means, and what is added to them. */

import { describe, expect, it } from "vitest";
import {
  chooseRedirectUri,
  faultInCallbackUrl,
  faultInScheme,
  placeOf,
  withParameters,
} from "../../src/oauth/authorize/redirect-uri.js";
import { dropboxSign } from "../../src/oauth/profile/dropbox-sign.js";
import { standard } from "../../src/oauth/profile/standard.js";
import { Refusal } from "../../src/oauth/refusal.js";
import type { App } from "../../src/storage/port/records.js";
import { fc } from "../support/fuzz.js";

const appWith = (...callbackUrls: string[]) => ({ callbackUrls }) as unknown as App;
const webUrls = fc
  .webUrl({ withQueryParameters: true, validSchemes: ["http", "https"] })
  .filter((url) => faultInCallbackUrl(url) === undefined);

describe("a callback URL", () => {
  it.each([
    "https://app.example.com/callback",
    "http://127.0.0.1:4010/playground/callback",
    "http://[::1]:8080/",
    "http://localhost/cb?tenant=7&x=%20",
    "com.example.app:/oauth",
    "com.example.app://host/oauth?x",
  ])("may be %s", (url) => expect(faultInCallbackUrl(url)).toBeUndefined());

  it("may have a scheme without a dot where it is allowed by name", () => {
    const url = "cursor://anysphere.cursor-mcp/oauth/callback";
    expect(faultInCallbackUrl(url)).toContain("reversed domain name");
    expect(faultInCallbackUrl(url, { schemes: ["cursor"] })).toBeUndefined();
    expect(faultInCallbackUrl("vscode://x/cb", { schemes: ["cursor"] })).toContain("reversed domain name");
    expect(faultInCallbackUrl("javascript:x", { schemes: ["javascript"] })).toContain(
      "cannot be called back",
    );
    for (const scheme of ["cursor", "vscode-insiders", "claude"])
      expect(faultInScheme(scheme)).toBeUndefined();
    for (const scheme of ["javascript", "data", "http", "https", "file", "Cursor", "cursor:", "c", ""])
      expect(faultInScheme(scheme), scheme).toBeDefined();
  });

  it.each([
    ["javascript:alert(1)", "cannot be called back"],
    ["JavaScript:alert(1)", "cannot be called back"],
    ["data:text/html,x", "cannot be called back"],
    ["file:///etc/passwd", "cannot be called back"],
    ["blob:https://a.example/1", "cannot be called back"],
    ["mailto:a@b.c", "cannot be called back"],
    ["myapp://callback", "reversed domain name"],
    ["https://a.example/#fragment", "fragment"],
    ["https://a.example/#", "fragment"],
    ["https://user@a.example/", "user name"],
    ["https://user:password@a.example/", "user name"],
    ["/callback", "not an absolute URL"],
    ["https://", "not an absolute URL"],
    ["", "not an absolute URL"],
    ["https://a.example/a b", "white space"],
    [" https://a.example/", "white space"],
    ["https://a.example/\n", "white space"],
    ["https:\\\\a.example", "backslash"],
    ["https://a.example/\u0000", "control character"],
    ["https://a.example/\u007f", "control character"],
    ["https://a.example/é", "ASCII"],
    ["https://bücher.example/", "ASCII"],
    ["https://a.example/\u2028", "white space"],
  ])("may not be %j", (url, words) => expect(faultInCallbackUrl(url)).toContain(words));
});

describe("the redirect URI of a request", () => {
  const reasonOf = (choose: () => string) => {
    try {
      return choose();
    } catch (error) {
      return error instanceof Refusal ? error.reason : error;
    }
  };

  it("is the only registered one, or one named character for character", () => {
    fc.assert(
      fc.property(webUrls, webUrls, (one, other) => {
        fc.pre(one !== other);
        for (const profile of [dropboxSign, standard]) {
          expect(chooseRedirectUri(profile, appWith(one), undefined)).toBe(one);
          expect(chooseRedirectUri(profile, appWith(one, other), other)).toBe(other);
          const choose = (...args: Parameters<typeof chooseRedirectUri>) =>
            reasonOf(() => chooseRedirectUri(...args));
          expect(choose(profile, appWith(one, other), undefined)).toBe("redirect_uri_required");
          expect(choose(profile, appWith(one), other)).toBe("redirect_uri_mismatch");
          expect(choose(profile, appWith(one), `${one}/`)).toBe("redirect_uri_mismatch");
          expect(choose(profile, appWith(), one)).toBe("redirect_uri_mismatch");
        }
      }),
    );
  });

  it("may have another port on loopback where the profile serves native apps, and nothing else other", () => {
    const registered = appWith("http://127.0.0.1:1/cb?a=1");
    const asked = (profile: typeof standard, url: string) =>
      reasonOf(() => chooseRedirectUri(profile, registered, url));
    const moved = "http://127.0.0.1:65535/cb?a=1";
    expect(asked(standard, moved)).toBe(moved);
    expect(asked(dropboxSign, moved)).toBe("redirect_uri_mismatch");
    for (const wrong of [
      "http://127.0.0.1:2/cb",
      "http://127.0.0.1:2/cb2?a=1",
      "https://127.0.0.1:2/cb?a=1",
      "http://127.0.0.1.evil.example:2/cb?a=1",
      "http://127.0.0.1:2@evil.example/cb?a=1",
      "http://127.0.0.2:2/cb?a=1",
      "http://127.0.0.1:2/cb?a=1#x",
      "http://127.0.0.1:2/x/../cb?a=1 ",
      "http://127.0.0.1:2/x/../cb?a=1",
      "http://127.0.0.1:2/./cb?a=1",
      "http://127.0.0.1:2/%63b?a=1",
      "http://127.0.0.1:2//cb?a=1",
      "http://127.0.0.1:2/cb?a=1&",
      "http://127.0.0.1:2/cb?",
      "http://0177.0.0.1:2/cb?a=1",
      "http://127.1:2/cb?a=1",
      "http://2130706433:2/cb?a=1",
      "http://0x7f.1/cb?a=1",
      "http://127.0.0.1.:2/cb?a=1",
      "http://@127.0.0.1:2/cb?a=1",
      "http:127.0.0.1/cb?a=1",
      "http:/127.0.0.1/cb?a=1",
      "HTTP://127.0.0.1:2/cb?a=1",
      "http://LOCALHOST:2/cb?a=1",
      "http://[0:0:0:0:0:0:0:1]:2/cb?a=1",
      "http://127.0.0.1:02/cb?a=1",
      "http://127.0.0.1:65536/cb?a=1",
      "http://127.0.0.1:/cb?a=1",
      "http://127.0.0.1:2\\cb?a=1",
    ]) {
      expect(asked(standard, wrong), wrong).toBe("redirect_uri_mismatch");
    }
  });
});

it("a person goes back to a host, or to a scheme: the host of a private-use scheme is the app's own choice", () => {
  expect(placeOf("https://app.example.com:8443/cb")).toBe("app.example.com:8443");
  expect(placeOf("http://127.0.0.1:4010/cb")).toBe("127.0.0.1:4010");
  expect(placeOf("com.evil.app://accounts.bank.example/cb")).toBe("com.evil.app:");
  expect(placeOf("com.example.app:/oauth")).toBe("com.example.app:");
});

it("parameters are added to a redirect URI whose own query stays, whatever is in them", () => {
  const texts = fc.string({ unit: "grapheme" }).map((text) => text.replace(/[\ud800-\udfff]/g, "?"));
  fc.assert(
    fc.property(webUrls, texts, fc.option(texts, { nil: undefined }), (url, code, state) => {
      const result = withParameters(url, { code, state });
      expect(result.startsWith(url)).toBe(true);
      expect(result).toMatch(/^[\x21-\x7e]+$/);
      const [before, after] = [new URL(url), new URL(result)];
      expect(`${after.origin}${after.pathname}`).toBe(`${before.origin}${before.pathname}`);
      const added = [...after.searchParams].slice([...before.searchParams].length);
      expect(added).toEqual([["code", code], ...(state === undefined ? [] : [["state", state]])]);
    }),
  );
});
