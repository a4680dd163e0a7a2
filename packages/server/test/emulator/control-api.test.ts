/** The control API's description (docs/control-api.yaml), held against the routes that are served. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.js";
import { demoClient } from "../../src/emulator/seed/demo.js";
import { silentLog } from "../../src/log.js";

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}
interface Content {
  readonly $ref?: string;
  readonly content?: { readonly "application/json": { readonly schema: Schema; readonly example?: unknown } };
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const file = parse(readFileSync(`${root}docs/control-api.yaml`, "utf8"));
const described = Object.entries(file.paths as Record<string, Record<string, Operation>>).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);

/** Follows a `$ref` within the file. */
function resolved<T extends { readonly $ref?: string }>(value: T): T {
  if (value.$ref === undefined) return value;
  return value.$ref
    .slice(2)
    .split("/")
    .reduce((at: never, step) => at[step], file as never);
}

const schemaOf = (content: Content) => resolved(resolved(content).content?.["application/json"].schema ?? {});

let emulator: Emulator;
const routes: string[] = [];
beforeAll(async () => {
  emulator = await createEmulator({ port: 0, host: "127.0.0.1", data: undefined, log: silentLog });
  routes.push(...routesOf(emulator.app.server.printRoutes({ commonPrefix: false })));
});
afterAll(() => emulator.close());

/** Reads the tree that Fastify prints: four columns for each level. */
function routesOf(tree: string): string[] {
  const above: string[] = [];
  return tree.split("\n").flatMap((line) => {
    const [, indent = "", part = "", methods = ""] = /^([│ ]*)[├└]── (\S+) \(([A-Z, ]+)\)/.exec(line) ?? [];
    const level = indent.length / 4;
    above.splice(level, above.length, part);
    return methods.split(", ").map((method) => `${method} ${above.join("")}`);
  });
}

const pathWith = (path: string) =>
  path.replace("{client_id}", demoClient.clientId).replace("{account}", "jill@example.com");

async function ask(method: string, path: string, body?: unknown) {
  const response = await fetch(`${emulator.url}/_emulator${path}`, {
    method,
    ...(body !== undefined && {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: the test looks into whatever came
  return { status: response.status, body: (await response.json()) as any };
}

it("describes every route of the control API, and no other", () => {
  const names = described.map(
    ({ method, path }) => `${method} /_emulator${path.replace(/\{(\w+)\}/g, ":$1")}`,
  );
  expect(routes.length).toBeGreaterThan(15);
  expect(names.filter((name) => !routes.includes(name))).toEqual([]);
  // The inspector's page and what its forms send are no part of the API.
  const api = routes.filter((name) => /\/_emulator\/(?!inspector)/.test(name) && !name.startsWith("HEAD "));
  expect(api.filter((name) => !names.includes(name))).toEqual([]);
});

describe("names the keys that are read, and no other:", () => {
  const withBody = described.filter(({ operation }) => operation.requestBody);
  it.each(withBody.map((one) => [one.operation.operationId, one] as const))("%s", async (_id, one) => {
    const keys = Object.keys(schemaOf(one.operation.requestBody as Content).properties ?? {});
    const { status, body } = await ask(one.method, pathWith(one.path), { "no-such-key": 1 });
    expect(status).toBe(400);
    expect(body.error.error_msg.split("the keys are ")[1].split(", ").sort()).toEqual(keys.sort());
  });

  const withQuery = described.filter(({ operation }) =>
    operation.parameters?.some((parameter) => parameter.in === "query"),
  );
  it.each(withQuery.map((one) => [one.operation.operationId, one] as const))("%s", async (_id, one) => {
    const names = one.operation.parameters?.filter((each) => each.in === "query").map(({ name }) => name);
    const { body } = await ask(one.method, `${one.path}?no-such-key=1`);
    expect(body.error.error_msg.split("the keys are ")[1].split(", ").sort()).toEqual(names?.sort());
  });
});

describe("describes what is answered:", () => {
  /** Returns the keys of an answer that its schema does not have, with those of what it holds. */
  function strangers(value: unknown, schema: Schema, at = ""): string[] {
    const { properties, items } = resolved(schema);
    if (Array.isArray(value)) return value.flatMap((one) => (items ? strangers(one, items, `${at}[]`) : []));
    if (value === null || typeof value !== "object" || properties === undefined) return [];
    return Object.entries(value).flatMap(([key, one]) => {
      const inner = properties[key];
      return inner === undefined ? [`${at}.${key}`] : strangers(one, inner, `${at}.${key}`);
    });
  }

  it.each([
    ["authorizeHeadless", undefined],
    ["moveClock", undefined],
    ["injectFault", undefined],
    ["listFaults", undefined],
    ["listRequests", undefined],
    ["waitForRequest", undefined],
    ["state", undefined],
    ["changeApp", undefined],
    ["changeAccount", { locked: false }],
    ["confirmAccount", {}],
    ["listEmails", undefined],
    ["listEvents", undefined],
    ["expireTokens", { account: "jill@example.com", client_id: demoClient.clientId }],
    ["revokeGrant", { account: "jill@example.com", client_id: demoClient.clientId }],
    ["snapshot", undefined],
    ["clearRequests", undefined],
    ["clearFaults", undefined],
    ["readClock", undefined],
  ])("%s", async (id, sent) => {
    const one = described.find(({ operation }) => operation.operationId === id);
    if (one === undefined) throw new Error(`docs/control-api.yaml has no operation ${id}`);
    const { operation, method, path } = one;
    const example = operation.requestBody?.content?.["application/json"].example;
    const { status, body } = await ask(method, pathWith(path), sent ?? example);
    expect(status).toBe(200);
    expect(Object.keys(body).length).toBeGreaterThan(0);
    expect(strangers(body, schemaOf(operation.responses["200"] as Content))).toEqual([]);
  });
});
