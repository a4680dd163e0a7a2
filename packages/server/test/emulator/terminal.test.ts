/** The lines of `countersign dev`: what a person reads, and what a caller cannot put there. */

import { describe, expect, it } from "vitest";
import type { RequestRecord } from "../../src/emulator/requests/record.js";
import { paintFor, showsColour } from "../../src/emulator/terminal/paint.js";
import { requestLine } from "../../src/emulator/terminal/request-line.js";

const record: RequestRecord = {
  ...{ number: 1, id: "a", time: Date.UTC(2026, 4, 1, 10, 19, 22), direction: "in", method: "POST" },
  ...{ path: "/oauth/token", operation: "oauthTokenGenerate", flow: undefined, clientId: "app" },
  ...{ account: "jill@example.com", parameters: {}, status: 200, error: undefined, reason: undefined },
  ...{ detail: undefined, advice: undefined, fault: undefined, milliseconds: 7 },
};
const line = (changes: Partial<RequestRecord>, colour = false) =>
  requestLine({ ...record, ...changes }, paintFor(colour));

describe("the line of a request", () => {
  it("is time, mark, status, what it was and whose", () => {
    expect(line({})).toBe("10:19:22 ✓  200  Code exchanged for tokens  jill@example.com");
  });

  it("has the reason of a refusal in red, and beneath it the advice and an injected fault", () => {
    const refused = { status: 400, reason: "code_expired", detail: "the code expired 3602 s ago" };
    const notes = { advice: "Exchange it at once.", fault: "answered 400 without effect" };
    expect(line({ ...refused, ...notes })).toBe(
      [
        "10:19:22 ✗  400  Code refused  the code expired 1 h ago  jill@example.com",
        "           → injected: answered 400 without effect",
        "           → Exchange it at once.",
      ].join("\n"),
    );
    expect(line(refused, true)).toContain("\x1b[31mthe code expired 1 h ago\x1b[0m");
  });

  it("names what it does not know by method and path, and an answer that was not sent", () => {
    const unknown = line({
      operation: "unknown",
      method: "GET",
      path: "/v3/nosuch",
      status: 404,
      reason: "x",
    });
    expect(unknown).toContain("404  GET /v3/nosuch");
    expect(line({ status: undefined, fault: "connection closed" })).toContain("···  No answer was sent");
  });

  it("stays on its line and commands no terminal, whatever a caller sent", () => {
    const hostile = "a\n\x1b[2Jb\u202ec\u2028d\u0085e";
    const text = line({
      status: 400,
      reason: "x",
      detail: hostile,
      account: hostile,
      path: hostile,
      operation: "unknown",
    });
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(text).toContain("a\\u000a\\u001b[2Jb\\u202ec\\u2028d\\u0085e");
  });
});

it.each([
  [{ isTTY: true }, {}, true],
  [{ isTTY: true }, { NO_COLOR: "1" }, false],
  [{ isTTY: true }, { NO_COLOR: "" }, true],
  [{ isTTY: true }, { TERM: "dumb" }, false],
  [{ isTTY: false }, {}, false],
  [{}, {}, false],
])(
  "there is colour at a terminal alone, and not where NO_COLOR asks for none: %j %j",
  (stream, environment, shown) => {
    expect(showsColour(stream, environment)).toBe(shown);
  },
);
