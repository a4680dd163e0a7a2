/** docs/coverage.md says which operations are served. It is made from what the emulator answers: `npm run docs:coverage`. */

import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { notEmulatedHeader } from "../../src/emulator/api/not-emulated.js";
import { operations } from "../../src/emulator/api/operations.js";
import { startEmulator } from "../../src/testing/index.js";
import { faultsOf } from "./judge.js";
import { servedOperations } from "./served.js";

const page = new URL("../../../../docs/coverage.md", import.meta.url);
function pageOf(served: ReadonlySet<string>): string {
  const cell = (text: string) => text.replaceAll("|", "\\|");
  const rows = operations.map(({ id, method, path, credentials, scopes }) => {
    const who =
      credentials === "token or API key" ? scopes.map((one) => `\`${one}\``).join(" or ") : credentials;
    return `| \`${id}\` | \`${method} ${cell(path.replace(/:(\w+)/g, "{$1}"))}\` | ${who} | ${served.has(id) ? "yes" : "no"} |`;
  });
  return `# Which operations the emulator serves

${served.size} of the ${operations.length} operations of the Dropbox Sign API v3. An operation that is not served judges credentials and scope like
any other, then answers 404 with \`not_found\`, a text that names it, and the header \`${notEmulatedHeader}\`, whose value is
the operation: a test that keys on that header never mistakes a gap for a missing document. How close the served ones
come to the live service: [fidelity.md](fidelity.md).

This page is made from the emulator's own answers by \`npm run docs:coverage\`; a test compares the two.

| operation | method and path | access token with, else API key | served |
| --------- | --------------- | ------------------------------- | ------ |
${rows.join("\n")}
`;
}

/** How wide a table is drawn is the formatter's affair. */
const cellsOf = (markdown: string) => markdown.replace(/ {2,}/g, " ").replace(/-{3,}/g, "---");

it("counts the operations served and names those that are not", async () => {
  await using sign = await startEmulator();
  const text = pageOf(await servedOperations(sign));
  if (process.env.COUNTERSIGN_WRITE_COVERAGE === "1") writeFileSync(page, text);
  expect(cellsOf(readFileSync(page, "utf8"))).toBe(cellsOf(text));
});

describe("every answer of the API that a test causes", () => {
  const answered = (fields: object) =>
    faultsOf({
      ...{ method: "GET", url: "/v3/api_app/list?page=1", status: 200, headers: [], text: "{}" },
      ...fields,
    });

  it("has a documented status, and satisfies the schema if it is good", () => {
    const good = { api_apps: [], list_info: { page: 1, page_size: 20, num_results: 0, num_pages: 1 } };
    expect(answered({ text: JSON.stringify(good) })).toEqual([]);
    expect(answered({})).toEqual(["apiAppList:  must have required property 'api_apps'", expect.any(String)]);
    expect(answered({ status: 404 })).toEqual([expect.stringContaining("apiAppList answered 404")]);
    expect(answered({ url: "/v3/api_app/list", status: 500 })).toHaveLength(1);
  });

  it("may be otherwise where a fault was ordered, and where it says that it is not served", () => {
    for (const header of ["countersign-fault", notEmulatedHeader])
      expect(answered({ status: 500, headers: [header] })).toEqual([]);
  });
});
