/** What the inspector and the terminal call a request. */

import { expect, it } from "vitest";
import { titlesOf } from "../../src/emulator/inspector/titles.js";
import { operations } from "../../src/emulator/requests/operation.js";

it("every operation that is logged has a name in words, done and refused", () => {
  const unnamed = operations.filter((name) => name !== "unknown" && titlesOf(name) === undefined);
  expect(unnamed).toEqual([]);
  expect(titlesOf("templateGet")).toEqual(["Template read", "Template not read"]);
});

it("a name that every object has is no operation", () => {
  expect(titlesOf("constructor")).toBeUndefined();
});
