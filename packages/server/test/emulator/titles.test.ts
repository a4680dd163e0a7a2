/** What the inspector and the terminal call a request. */

import { describe, expect, it } from "vitest";
import { storiesOf, storyView } from "../../src/emulator/inspector/stories.js";
import { titlesOf } from "../../src/emulator/inspector/titles.js";
import { operations } from "../../src/emulator/requests/operation.js";
import type { RequestRecord } from "../../src/emulator/requests/record.js";

it("every operation that is logged has a name in words, done and refused", () => {
  const unnamed = operations.filter((name) => name !== "unknown" && titlesOf(name) === undefined);
  expect(unnamed).toEqual([]);
  expect(titlesOf("templateGet")).toEqual(["Template read", "Template not read"]);
});

it("a name that every object has is no operation", () => {
  expect(titlesOf("constructor")).toBeUndefined();
});

describe("a story", () => {
  const record = (number: number, changes: Partial<RequestRecord>): RequestRecord => ({
    ...{ number, id: "id", time: number, direction: "in", method: "GET", path: "/", operation: "unknown" },
    ...{ flow: undefined, clientId: undefined, account: undefined, parameters: {}, status: 200 },
    ...{ error: undefined, reason: undefined, detail: undefined, advice: undefined, fault: undefined },
    milliseconds: 1,
    ...changes,
  });
  const told = (...records: RequestRecord[]) =>
    storiesOf(records).map((story) =>
      storyView(story, { now: 9, appName: String, stand: () => undefined }, true),
    );
  const titles = (...records: RequestRecord[]) =>
    told(...records).map(({ rows }) => rows.map(({ title }) => title));

  it("asks for access once: the second time its address is opened, the person decides", () => {
    const authorize = { operation: "authorize", path: "/oauth/authorize", flow: "flow-1" };
    const login = { operation: "authorizeLogin", method: "POST", status: 303, flow: "flow-1" };
    expect(titles(record(1, authorize), record(2, login), record(3, authorize))).toEqual([
      ["Asked for access", "Signed in", "Consent page shown"],
    ]);
  });

  it("calls an injected fault one, not a refusal", () => {
    const struck = record(1, { status: 500, reason: "fault_ordered", fault: "answers 500" });
    expect(told(struck)).toMatchObject([{ stand: "Fault", rows: [{ title: "Injected fault" }] }]);
  });

  it("joins no two requests of which nothing is known", () => {
    expect(told(record(1, { status: 404 }), record(2, { status: 404 }))).toHaveLength(2);
  });
});
