import { describe, expect, it } from "vitest";
import { betterAddress } from "../../src/emulator/playground/address.js";
import { judgeCallback, tokensOf } from "../../src/emulator/playground/run.js";

const issuer = "http://127.0.0.1:4010";
const judge = (query: string, expected?: string) =>
  judgeCallback(new URLSearchParams(query), expected, issuer);
const reasonOf = (query: string, expected?: string) => {
  const callback = judge(query, expected);
  return callback.kind === "refused" ? callback.reason : callback.kind;
};

describe("a callback", () => {
  it("is accepted with a code and the state that was sent", () => {
    expect(judge("code=abc&state=900e06e2", "900e06e2")).toMatchObject({ kind: "code", code: "abc" });
  });

  it("is understood as a denial only with the state that was sent", () => {
    expect(judge("error=access_denied&state=s", "s")).toMatchObject({
      kind: "error",
      error: "access_denied",
    });
    expect(reasonOf("error=access_denied&state=other", "s")).toBe("state-mismatch");
    expect(reasonOf("error=access_denied", "s")).toBe("state-missing");
  });

  it("is refused when nobody waits for one, even without any state", () => {
    expect(reasonOf("code=abc&state=s")).toBe("unexpected");
    expect(reasonOf("code=abc")).toBe("unexpected");
  });

  it("is refused when state is missing, empty, longer, shorter or of another case", () => {
    expect(reasonOf("code=abc", "900e")).toBe("state-missing");
    for (const state of ["", "900", "900e0", "900E", "900f"]) {
      expect(reasonOf(`code=abc&state=${state}`, "900e"), state).toBe("state-mismatch");
    }
  });

  it("is refused when a parameter comes twice, though one of them is right", () => {
    expect(reasonOf("code=abc&state=s&state=t", "s")).toBe("repeated");
    expect(reasonOf("code=abc&code=def&state=s", "s")).toBe("repeated");
  });

  it("is refused when it names another server (RFC 9207), and accepted when it names the right one", () => {
    expect(reasonOf("code=abc&state=s&iss=https://evil.example", "s")).toBe("issuer-mismatch");
    expect(reasonOf(`code=abc&state=s&iss=${issuer}`, "s")).toBe("code");
  });

  it("is refused when it brings neither a code nor an error", () => {
    expect(reasonOf("state=s", "s")).toBe("empty");
    expect(reasonOf("code=&state=s", "s")).toBe("empty");
  });
});

describe("a token response", () => {
  const answered = (status: number, json: unknown) =>
    ({ kind: "answered", status, statusText: "", headers: [], text: "", json }) as const;

  it("needs a status of success and an access token", () => {
    expect(tokensOf(answered(200, { access_token: "a", expires_in: 60 }))?.accessToken).toBe("a");
    for (const outcome of [
      answered(400, { access_token: "a" }),
      answered(200, { access_token: "" }),
      answered(200, { access_token: 1 }),
      answered(200, null),
      answered(200, []),
      answered(200, undefined),
      { kind: "failed", reason: "x" } as const,
    ]) {
      expect(tokensOf(outcome)).toBeUndefined();
    }
  });

  it("may lack a refresh token or have a life that is no number", () => {
    expect(tokensOf(answered(200, { access_token: "a", refresh_token: null, expires_in: "60" }))).toEqual({
      accessToken: "a",
      refreshToken: undefined,
      expiresIn: undefined,
    });
  });
});

describe("the address at which the page is opened", () => {
  const callback = "http://127.0.0.1:4010/playground/callback";

  it("is right when it is the callback's own", () => {
    expect(betterAddress("127.0.0.1:4010", callback)).toBeUndefined();
    expect(betterAddress(undefined, callback)).toBeUndefined();
  });

  it("is changed from one name of this machine to the other, as cookies do not cross", () => {
    expect(betterAddress("localhost:4010", callback)).toEqual({ href: "http://127.0.0.1:4010/", same: true });
  });

  it("is only remarked upon when the other one may not be reachable", () => {
    expect(betterAddress("192.168.0.7:4010", callback)?.same).toBe(false);
    expect(betterAddress("localhost:8080", callback)?.same).toBe(false);
  });

  it("never leads to a place that the request names", () => {
    for (const host of ["evil.example", "evil.example:4010", "a/b", "x y", "@"]) {
      expect(betterAddress(host, callback)?.href ?? "http://127.0.0.1:4010/").toBe("http://127.0.0.1:4010/");
    }
  });
});
