/** The admin API, and its description (docs/admin-api.yaml) held against it. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createAdminServer } from "../../src/admin/server.js";
import {
  auditOf,
  codeFor,
  exchangeCode,
  jacksId,
  jwt,
  rotating,
  startHouse,
  tokensFor,
  web,
} from "../standard/house.js";
import { jack, jill, type TestServer } from "../support/server.js";
import { account } from "../support/tokens.js";

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: unknown;
}
interface Content {
  readonly content?: { readonly "application/json": { readonly schema: Schema; readonly example?: object } };
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}

const file = parse(
  readFileSync(fileURLToPath(new URL("../../../../docs/admin-api.yaml", import.meta.url)), "utf8"),
  { merge: true },
);
const verbs = ["get", "post", "patch", "delete"];
const described = Object.entries(file.paths as Record<string, Record<string, Operation>>).flatMap(
  ([path, all]) =>
    Object.entries(all)
      .filter(([method]) => verbs.includes(method))
      .map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);

function resolved(schema: Schema): Schema {
  const name = schema.$ref?.split("/").at(-1);
  return name === undefined ? schema : file.components.schemas[name];
}

const token = "Zb1xK7Qm2vTn9LrP4sWd8HfYc3GjU6Ae";
const build = { version: "1.2.3", schema: 4, settings: { host: "127.0.0.1" } };
let house: TestServer;
let admin: FastifyInstance;
beforeAll(async () => {
  house = await startHouse();
  const { context, readiness } = house.app;
  const metrics = { contentType: "text/plain", text: async () => "" };
  admin = createAdminServer(context, { readiness, metrics, metricsToken: undefined, api: { token, build } });
  await admin.ready();
});
afterAll(async () => {
  await admin.close();
  await house.close();
});

interface Asked {
  readonly body?: object;
  readonly bearer?: string | undefined;
  readonly address?: string;
}

async function ask(
  method: string,
  path: string,
  { body, bearer = token, address = "127.0.0.1" }: Asked = {},
) {
  const answer = await admin.inject({
    method: method as "GET",
    url: `/admin/v1${path}`,
    remoteAddress: address,
    headers: { authorization: `Bearer ${bearer}`, "x-request-id": "request-of-a-test" },
    ...(body !== undefined && { payload: body }),
  });
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() };
}

it("describes every route of the admin API, and no other", () => {
  const above: string[] = [];
  const routes = admin
    .printRoutes({ commonPrefix: false })
    .split("\n")
    .flatMap((line) => {
      const [, indent = "", part = "", methods = ""] = /^([│ ]*)[├└]── (\S+) \(([A-Z, ]+)\)/.exec(line) ?? [];
      above.splice(indent.length / 4, above.length, part);
      return methods.split(", ").map((method) => `${method} ${above.join("")}`);
    })
    .filter((name) => name.includes("/admin/") && !name.startsWith("HEAD "));
  const names = described.map(
    ({ method, path }) => `${method} /admin/v1${path.replace(/\{(\w+)\}/g, ":$1")}`,
  );
  expect(routes.length).toBeGreaterThan(20);
  expect(names.sort()).toEqual(routes.sort());
});

const parts: Readonly<Record<string, string>> = {
  client_id: web.clientId,
  account: jack.email,
  beginning: "0000",
};
const pathOf = (path: string) => path.replace(/\{(\w+)\}/g, (_, name) => parts[name] ?? "0".repeat(32));
const keysSaid = (message: string) => message.split("the keys are ")[1]?.split(", ").sort();

describe("names the keys that are read, and no other:", () => {
  it.each(
    described
      .filter(({ operation }) => operation.requestBody)
      .map((one) => [one.operation.operationId, one] as const),
  )("%s", async (_id, { method, path, operation }) => {
    const schema = resolved(operation.requestBody?.content?.["application/json"].schema as Schema);
    const { status, body } = await ask(method, pathOf(path), { body: { "no-such-key": 1 } });
    expect(status).toBe(400);
    expect(keysSaid(body.error.error_msg)).toEqual(Object.keys(schema.properties ?? {}).sort());
  });

  it.each(
    described
      .filter(({ operation }) => operation.parameters?.some((one) => one.in === "query"))
      .map((one) => [one.operation.operationId, one] as const),
  )("%s in its query", async (_id, { method, path, operation }) => {
    const names = operation.parameters?.filter((one) => one.in === "query").map(({ name }) => name);
    const { body } = await ask(method, `${pathOf(path)}?no-such-key=1`);
    expect(keysSaid(body.error.error_msg)).toEqual(names?.sort());
  });
});

/** Returns the keys of an answer that its schema does not have. */
function strangers(value: unknown, schema: Schema, at = ""): string[] {
  const { properties, items, additionalProperties } = resolved(schema);
  if (Array.isArray(value)) return value.flatMap((one) => (items ? strangers(one, items, `${at}[]`) : []));
  if (value === null || typeof value !== "object" || properties === undefined) return [];
  return Object.entries(value).flatMap(([key, one]) => {
    const inner = properties[key];
    if (inner !== undefined) return strangers(one, inner, `${at}.${key}`);
    return additionalProperties ? [] : [`${at}.${key}`];
  });
}

describe("describes what is answered:", () => {
  beforeAll(async () => {
    await tokensFor(house, web);
    await house.storage.setApiKeys(jacksId, []);
  });

  it.each(
    [
      "status secretsInUse listApps readApp changeApp rotateSecret expireOldSecrets listAccounts createAccount",
      "readAccount changeAccount createKey listKeys listSessions listGrants listFamilies listAudit exportAccount",
      "createApp endSessions revokeGrant revoke",
    ].flatMap((line) => line.split(" ")),
  )("%s", async (id) => {
    const one = described.find(({ operation }) => operation.operationId === id);
    if (one === undefined) throw new Error(`docs/admin-api.yaml has no operation ${id}`);
    const body = one.operation.requestBody?.content?.["application/json"].example;
    const answer = await ask(one.method, pathOf(one.path), body && { body });
    const content = one.operation.responses[String(answer.status)];
    if (content === undefined)
      throw new Error(`${answer.status} is not described: ${JSON.stringify(answer.body)}`);
    expect(Object.keys(answer.body).length).toBeGreaterThan(0);
    expect(strangers(answer.body, content.content?.["application/json"].schema as Schema)).toEqual([]);
    await ask("PATCH", `/apps/${web.clientId}`, { body: { approved: true, disabled: false } });
  });
});

describe("an app", () => {
  it("is made, changed in every field, and deleted with its tokens", async () => {
    const wanted = {
      ...{ name: "Paper mill", owner: jill.email, scopes: ["account_access"], approved: true },
      callback_urls: ["https://mill.example.com/callback"],
    };
    const made = await ask("POST", "/apps", { body: wanted });
    expect([made.status, made.body.client_secret]).toEqual([201, expect.stringMatching(/^[0-9a-f]{32}$/)]);
    const clientId = made.body.app.client_id;
    const client = { clientId, clientSecret: made.body.client_secret };
    const tokens = await tokensFor(house, client);
    const changes = {
      ...{ name: "Mill", owner: jack.email, callback_schemes: ["mill"], callback_urls: ["mill:/back"] },
      ...{ scopes: ["account_access", "files"], scope_texts: { files: "Read your files" }, approved: false },
      ...{ require_client_credentials_on_refresh: false, refresh_tokens: "rotate", access_tokens: "jwt" },
      ...{ resources: ["https://files.example.com/"], disabled: false },
      ...{ require_pushed_authorization_requests: true, dpop_bound_access_tokens: true },
    };
    const changed = await ask("PATCH", `/apps/${clientId}`, { body: changes });
    expect(changed.body).toMatchObject({ app: { ...changes, owner: jacksId }, grants_revoked: 1 });
    expect((await ask("DELETE", `/apps/${clientId}`)).body).toEqual({ grants_revoked: 0 });
    expect((await account(house, tokens.access_token)).status).toBe(401);
    expect((await ask("GET", `/apps/${clientId}`)).status).toBe(404);
  });

  it("needs a callback, but where it is allowed a grant that leads to none", async () => {
    const wanted = { name: "Television", owner: jill.email, scopes: ["account_access"] };
    for (const grants of [{}, { grant_types: [] }]) {
      const { status, body } = await ask("POST", "/apps", { body: { ...wanted, ...grants } });
      expect([status, body.error.error_msg]).toEqual([400, "callback_urls: is missing"]);
    }
    const made = await ask("POST", "/apps", { body: { ...wanted, grant_types: ["device_code"] } });
    expect([made.status, made.body.app.callback_urls]).toEqual([201, []]);
  });

  it("keeps what it has when one field of a change is wrong", async () => {
    const change = { name: "Another name", scopes: [] };
    const answer = await ask("PATCH", `/apps/${jwt.clientId}`, { body: change });
    expect([answer.status, answer.body.error.error_msg]).toEqual([
      400,
      "scopes: an app needs at least one scope",
    ]);
    expect((await house.storage.findApp(jwt.clientId))?.name).toBe(jwt.name);
  });

  it.each([
    [{ callback_urls: [] }, "callback_urls: an app needs at least one"],
    [{ callback_urls: ["javascript:alert(1)"] }, "callback_urls: javascript:alert(1): "],
    [{ callback_schemes: ["http"] }, "callback_schemes: the scheme http cannot be allowed"],
    [{ name: 7 }, "name: must be a line of 1 to 200 characters"],
    [{ owner: "nobody@example.com" }, "There is no account nobody@example.com."],
    [{ refresh_tokens: "never" }, "refresh_tokens: must be same or rotate"],
    [{ approved: "yes" }, "approved: must be true or false"],
    [{ jwks: { keys: [] } }, "jwks: must be a mapping with a list of keys"],
    [{ resources: ["x#y"] }, "resources: x#y: a resource is an absolute URI"],
    [{ scope_texts: { template_access: "a\nb" } }, "scope_texts: the text of template_access is one line"],
  ])("refuses %j and says why", async (change, said) => {
    const answer = await ask("PATCH", `/apps/${web.clientId}`, { body: change });
    expect([400, 404]).toContain(answer.status);
    expect(answer.body.error.error_msg).toContain(said);
  });

  it("is stopped and goes on; its old secrets end at once when they are told to", async () => {
    const { clientId } = rotating;
    await ask("PATCH", `/apps/${clientId}`, { body: { disabled: true } });
    expect((await exchangeCode(house, rotating, "any")).json().error).toBe("unauthorized_client");
    await ask("PATCH", `/apps/${clientId}`, { body: { disabled: false } });
    const { client_secret } = (
      await ask("POST", `/apps/${clientId}/rotate-secret`, { body: { overlap_hours: 9 } })
    ).body;
    expect((await exchangeCode(house, rotating, await codeFor(house, rotating))).status).toBe(200);
    expect((await ask("POST", `/apps/${clientId}/expire-old-secrets`)).body.ended).toBeGreaterThan(0);
    expect((await exchangeCode(house, rotating, "any")).json().error).toBe("invalid_client");
    const renewed = { ...rotating, clientSecret: client_secret };
    expect((await exchangeCode(house, renewed, await codeFor(house, rotating))).status).toBe(200);
  });

  it("comes from elsewhere with its own credentials, once", async () => {
    const imported = {
      ...{ name: "From elsewhere", owner: jill.email, scopes: ["account_access"] },
      ...{ callback_urls: ["https://web.example.com/callback"], approved: true },
      ...{ client_id: "elsewhere", client_secret: "kept-from-the-other-server" },
    };
    expect((await ask("POST", "/apps", { body: imported })).status).toBe(201);
    await tokensFor(house, { clientId: "elsewhere", clientSecret: imported.client_secret });
    expect((await ask("POST", "/apps", { body: imported })).status).toBe(409);
    const short = { ...imported, client_id: "other", client_secret: "short" };
    expect((await ask("POST", "/apps", { body: short })).status).toBe(400);
  });
});

describe("an account", () => {
  it("loses a key, its sessions, a grant and a family, each alone", async () => {
    const { key } = (await ask("POST", `/accounts/${jack.email}/keys`)).body;
    expect((await ask("DELETE", `/accounts/${jack.email}/keys/${key.slice(0, 8)}`)).status).toBe(200);
    expect(await house.storage.listApiKeys(jacksId)).not.toContain(key);
    const tokens = await tokensFor(house, jwt);
    const { items } = (await ask("GET", `/families?client_id=${jwt.clientId}&account=${jack.email}`)).body;
    await ask("DELETE", `/families/${items.at(-1).family}`);
    expect((await account(house, tokens.access_token)).status).toBe(401);
    expect((await ask("DELETE", `/accounts/${jack.email}/grants/${jwt.clientId}`)).status).toBe(200);
    expect((await ask("DELETE", `/accounts/${jack.email}/grants/${jwt.clientId}`)).status).toBe(404);
    expect((await ask("DELETE", `/accounts/${jack.email}/sessions`)).body.ended).toBeGreaterThan(0);
  });

  it("is deleted, but not while it owns apps", async () => {
    const body = { email: "leaver@example.com", password: "a good password" };
    await ask("POST", "/accounts", { body });
    expect((await ask("DELETE", `/accounts/${jill.email}`)).body.error.error_msg).toMatch(
      /owns \d+ apps: give each/,
    );
    expect((await ask("DELETE", "/accounts/leaver@example.com")).status).toBe(200);
    expect((await ask("GET", "/accounts/leaver@example.com")).status).toBe(404);
  });
});

describe("the audit log", () => {
  it("has every act with who did it, from where, in which request", async () => {
    await ask("PATCH", `/accounts/${jack.email}`, { body: { locked: true } });
    await ask("PATCH", `/accounts/${jack.email}`, { body: { locked: false } });
    const [locked] = await auditOf(house, "account_locked");
    expect(locked).toMatchObject({
      accountId: jacksId,
      data: { actor: "api", address: "127.0.0.1", request: "request-of-a-test" },
    });
    const { items } = (await ask("GET", "/audit?actor=api&event=account_unlocked")).body;
    expect(items[0]).toMatchObject({ event: "account_unlocked", account_id: jacksId });
  });

  it("is read to its end in pages, and between two times", async () => {
    const seen: string[] = [];
    for (let after = "", more = true; more; ) {
      const { items, next } = (await ask("GET", `/audit?limit=7${after}`)).body;
      seen.push(...items.map((one: { at: string }) => one.at));
      more = next !== null;
      after = `&after=${next}`;
    }
    expect(seen.length).toBe((await auditOf(house)).length);
    expect((await ask("GET", "/audit?until=2000-01-01")).body.items).toEqual([]);
    expect((await ask("GET", "/audit?since=yesterday")).status).toBe(400);
    expect((await ask("GET", "/audit?after=1%20OR%201")).status).toBe(400);
  });

  it("refuses an event that there is not: a misspelt one would read as 'nothing happened'", async () => {
    const { status, body } = await ask("GET", "/audit?event=nosuch");
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain("event: must be one of");
  });
});

describe("the token", () => {
  it("is wanted at each route, and guesses are recorded and counted", async () => {
    for (const { method, path } of described) {
      const address = `10.0.${described.findIndex((one) => one.path === path && one.method === method)}.1`;
      expect((await ask(method, pathOf(path), { bearer: "wrong", address })).status).toBe(401);
    }
    const address = "10.9.9.9";
    const statuses = [];
    for (let guess = 0; guess < 22; guess++)
      statuses.push((await ask("GET", "/status", { bearer: `guess ${guess}`, address })).status);
    expect(statuses).toEqual([...Array(20).fill(401), 429, 429]);
    // The right one is not looked at either, until the quarter of an hour is over.
    expect((await ask("GET", "/status", { address })).status).toBe(429);
    expect((await ask("GET", "/status")).status).toBe(200);
    const failed = await auditOf(house, "admin_authentication_failed");
    expect(failed.at(-1)?.data).toMatchObject({ address });
    house.clock.advance(900_000);
    expect((await ask("GET", "/status", { address })).status).toBe(200);
  });

  it("is not in the log, nor in an answer", async () => {
    await ask("GET", "/status");
    expect(house.logLines.join("\n")).not.toContain(token);
  });

  it("opens nothing on the public listener", async () => {
    const answer = await fetch(`${house.url}/admin/v1/status`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(404);
  });
});

describe("a revocation", () => {
  const revoke = (body: object) => ask("POST", "/revoke", { body });

  it("ends all of an app, of an account, or everything, and is recorded with who did it", async () => {
    const tokens = await tokensFor(house, jwt);
    expect((await revoke({ client_id: jwt.clientId })).body).toMatchObject({
      revoked: jwt.clientId,
      sessions: 0,
    });
    expect((await account(house, tokens.access_token)).status).toBe(401);
    const others = await tokensFor(house, jwt);
    expect((await revoke({ account: jack.email })).body).toMatchObject({
      revoked: jack.email,
      sessions: expect.any(Number),
    });
    expect((await account(house, others.access_token)).status).toBe(401);
    const last = await tokensFor(house, jwt);
    expect((await revoke({ everything: true })).status).toBe(200);
    expect((await account(house, last.access_token)).status).toBe(401);
    for (const event of ["app_revoked", "account_revoked", "everything_revoked"] as const)
      expect((await auditOf(house, event)).at(-1)?.data).toMatchObject({
        ...{ actor: "api", address: "127.0.0.1", request: "request-of-a-test" },
      });
  });

  it("names one of the three, which is there, or ends nothing", async () => {
    const tokens = await tokensFor(house, jwt);
    const wrong = [{}, { everything: false }, { everything: true, client_id: jwt.clientId }, { account: 7 }];
    for (const body of wrong) expect([body, (await revoke(body)).status]).toEqual([body, 400]);
    expect((await revoke({ client_id: "nobody" })).status).toBe(404);
    expect((await revoke({ account: "nobody@example.com" })).status).toBe(404);
    expect((await account(house, tokens.access_token)).status).toBe(200);
  });
});

it("answers bodies that cannot be read and paths that are not there as its other faults", async () => {
  const sent = await admin.inject({
    ...{ method: "POST", url: "/admin/v1/apps", payload: "{" },
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
  });
  expect([sent.statusCode, sent.json().error.error_name]).toEqual([400, "bad_request"]);
  expect((await ask("GET", "/nowhere")).body.error.error_name).toBe("not_found");
});
