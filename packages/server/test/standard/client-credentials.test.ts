/** The client credentials grant (RFC 6749 §4.4): tokens that are an app's own, and have no row. */

import { decodeJwt } from "jose";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApp } from "../../src/apps/create-app.js";
import { profiles } from "../../src/oauth/profile/profiles.js";
import { accountProven, type Prover, postProven, proofFor, prover } from "../fapi2/proofs.js";
import type { Answer } from "../support/http.js";
import { seededRandom } from "../support/random.js";
import { Clock, type TestServer } from "../support/server.js";
import { account, type Tokens, tokensOf } from "../support/tokens.js";
import {
  type Credentials,
  files,
  inBody,
  introspectAs,
  jillsId,
  mail,
  native,
  post,
  refusalOf,
  resource,
  startHouse,
  web,
} from "./house.js";

const worker = { clientId: "worker: nightly", clientSecret: "worker-secret-f3a91c" };
const signing = { clientId: "signing", clientSecret: "signing-secret-f3a91c" };
const scopes = ["read:files", "write:files"];

/** The clients of others look at the real clock, and so must the server. */
class RealClock extends Clock {
  override readonly now = (): number => Date.now();
}

let server: TestServer;
beforeEach(async () => {
  server = await openHouse();
});
afterEach(() => server.close());

async function openHouse(clock = new Clock()): Promise<TestServer> {
  const house = await startHouse({ clock });
  const deps = { ...house, now: clock.now, randomBytes: seededRandom("workers") };
  const made = { name: "A worker", ownerId: jillsId, callbackUrls: [], scopes, resources: [resource] };
  const grantTypes = ["client_credentials"] as const;
  await createApp(deps, { ...made, ...worker, grantTypes });
  await createApp(deps, { ...made, ...signing, grantTypes, accessTokens: "jwt" });
  return house;
}

const ask = (client: Credentials, more: Record<string, string> = {}) =>
  post(server, "/oauth/token", { grant_type: "client_credentials", ...inBody(client), ...more });
const tokenFor = async (client: Credentials, more?: Record<string, string>): Promise<Tokens> =>
  tokensOf(await ask(client, more));
const inactive = { active: false };
const change = (clientId: string, changes: Parameters<TestServer["storage"]["updateApp"]>[1]) =>
  server.storage.updateApp(clientId, changes, server.clock.now());

describe("a token of the app itself", () => {
  it("lives ten minutes, says its scope, and comes without a refresh token", async () => {
    const answer = await ask(worker);
    expect(answer.status).toBe(200);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.json()).toEqual({
      access_token: expect.stringMatching(/^cs_ct_/),
      token_type: "Bearer",
      expires_in: 600,
      scope: "read:files write:files",
    });
    const { access_token } = await tokenFor(worker);
    server.clock.advance(599_999);
    expect(await introspectAs(server, worker, access_token)).toMatchObject({ active: true });
    server.clock.advance(1);
    expect(await introspectAs(server, worker, access_token)).toEqual(inactive);
  });

  it("is introspected as the app's, with no person in it", async () => {
    const { access_token } = await tokenFor(worker, { scope: "read:files" });
    const iat = Math.floor(server.clock.now() / 1000);
    expect(await introspectAs(server, worker, access_token)).toEqual({
      active: true,
      scope: "read:files",
      client_id: worker.clientId,
      token_type: "Bearer",
      iat,
      exp: iat + 600,
      aud: server.url,
      iss: server.url,
    });
  });

  it("is for a resource where one is asked for, and only that resource server is told of it", async () => {
    const { access_token } = await tokenFor(worker, { resource });
    expect(await introspectAs(server, files, access_token)).toMatchObject({ active: true, aud: resource });
    expect(await introspectAs(server, mail, access_token)).toEqual(inactive);
    const own = await tokenFor(worker);
    expect(await introspectAs(server, files, own.access_token)).toEqual(inactive);
  });

  it("is a JWT for an app that has those, whose subject is the app", async () => {
    const { access_token } = await tokenFor(signing, { resource, scope: "read:files" });
    expect(decodeJwt(access_token)).toMatchObject({
      sub: signing.clientId,
      client_id: signing.clientId,
      aud: resource,
      scope: "read:files",
    });
    expect(await introspectAs(server, signing, access_token)).toMatchObject({ active: true, aud: resource });
  });

  it("opens nothing that is a person's", async () => {
    const { access_token } = await tokenFor(worker);
    const answer = await account(server, access_token);
    expect(answer.status).toBe(403);
    expect(String(answer.headers["www-authenticate"])).toContain("insufficient_scope");
    expect(answer.text).toContain("app's own");
  });

  it("leaves nothing in the database", async () => {
    const audited = async () => (await server.storage.listAudit({ limit: 1000 })).length;
    const before = await audited();
    for (const client of [worker, signing]) await tokenFor(client);
    expect(await audited()).toBe(before);
    expect(await server.storage.listFamilies(worker.clientId, 10)).toEqual([]);
  });
});

describe("a token of the app itself that is asked for with a proof", () => {
  const bound = async (client: Credentials, by: Prover, more: Record<string, string> = {}) =>
    postProven(
      server,
      "/oauth/token",
      async () => ({ grant_type: "client_credentials", ...inBody(client), ...more }),
      by,
    );

  it.each([
    ["opaque", worker, /^cs_cd_/],
    ["a JWT", signing, /^eyJ/],
  ])("is bound to the key, %s, and says so", async (_form, client, form) => {
    const by = await prover();
    const answer = await bound(client, by, { resource });
    expect(answer.json()).toMatchObject({ token_type: "DPoP", access_token: expect.stringMatching(form) });
    const { access_token: token } = tokensOf(answer);
    for (const asker of [client, files])
      expect(await introspectAs(server, asker, token)).toMatchObject({
        ...{ active: true, client_id: client.clientId, aud: resource },
        ...{ token_type: "DPoP", cnf: { jkt: by.jkt } },
      });
  });

  it.each([
    ["opaque", worker],
    ["a JWT", signing],
  ])("is held to its key where it is used, %s", async (_form, client) => {
    const [by, thief] = await Promise.all([prover(), prover()]);
    const { access_token: token } = tokensOf(await bound(client, by));
    // The token is good, and nobody's: the account is no app's own to read.
    expect((await accountProven(server, token, by)).status).toBe(403);
    expect((await accountProven(server, token, thief)).status).toBe(401);
    const bearer = await account(server, token);
    expect([bearer.status, bearer.text]).toEqual([401, expect.stringContaining("bound to a key")]);
  });

  it("is another than the unbound one: neither's seal opens the other", async () => {
    const by = await prover();
    const { access_token: token } = tokensOf(await bound(worker, by));
    const { access_token: bare } = await tokenFor(worker);
    for (const forged of [token.replace("cs_cd_", "cs_ct_"), bare.replace("cs_ct_", "cs_cd_")])
      expect(await introspectAs(server, worker, forged)).toEqual(inactive);
  });

  it("takes each proof once", async () => {
    const by = await prover();
    const proof = await proofFor(server, by, ["POST", `${server.url}/oauth/token`]);
    const fields = { grant_type: "client_credentials", ...inBody(worker) };
    const answers = [
      await post(server, "/oauth/token", fields, { dpop: proof }),
      await post(server, "/oauth/token", fields, { dpop: proof }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 400]);
    expect(refusalOf(answers[1] as Answer)).toEqual([400, "invalid_dpop_proof"]);
  });
});

describe("the grant is refused", () => {
  it.each([
    ["to an app that is not allowed it", web, {}, 400, "unauthorized_client"],
    ["to a public app", native, {}, 400, "unauthorized_client"],
    ["with a wrong secret", { ...worker, clientSecret: "wrong" }, {}, 401, "invalid_client"],
    ["without a secret", { ...worker, clientSecret: undefined }, {}, 401, "invalid_client"],
    ["for a scope that the app does not have", worker, { scope: "read:mail" }, 400, "invalid_scope"],
    [
      "for a resource that is not the app's",
      worker,
      { resource: "https://x.example" },
      400,
      "invalid_target",
    ],
  ])("%s", async (_, client, more, status, error) => {
    expect(refusalOf(await ask(client, more as Record<string, string>))).toEqual([status, error]);
  });

  it("where the profile has it not, which is said with those that there are", async () => {
    const elsewhere = await startHouse({
      storage: server.storage,
      profile: { ...profiles.standard, grantTypes: [] },
    });
    const answer = await post(elsewhere, "/oauth/token", { grant_type: "client_credentials" });
    expect(answer.json()).toEqual({
      error: "unsupported_grant_type",
      error_description: "Supported grant types are authorization_code and refresh_token",
    });
    await elsewhere.close();
  });
});

describe("tokens of the app end", () => {
  const ends: [string, (clientId: string) => Promise<unknown>][] = [
    [
      "all of them at once by an operator",
      (clientId) => server.storage.revokeAll({ clientId }, server.clock.now()),
    ],
    ["with everything", () => server.storage.revokeAll("everything", server.clock.now())],
    ["while the app is disabled", (clientId) => change(clientId, { disabled: true })],
    ["when the grant is taken away", (clientId) => change(clientId, { grantTypes: [] })],
    ["with the app", (clientId) => server.storage.deleteApp(clientId)],
  ];
  it.each(ends)("%s", async (_, end) => {
    for (const client of [worker, signing]) {
      const { access_token } = await tokenFor(client, { resource });
      expect(await introspectAs(server, files, access_token)).toMatchObject({ active: true });
      await end(client.clientId);
      expect(await introspectAs(server, files, access_token)).toEqual(inactive);
    }
  });

  it("and the next one, asked for in the same moment, works", async () => {
    await server.storage.revokeAll({ clientId: worker.clientId }, server.clock.now());
    const { access_token } = await tokenFor(worker);
    expect(await introspectAs(server, worker, access_token)).toMatchObject({ active: true });
  });

  it("when the scopes or resources that their bits stand for change", async () => {
    const { access_token } = await tokenFor(worker, { scope: "read:files", resource });
    await change(worker.clientId, { scopes: ["delete:files", "write:files"] });
    expect(await introspectAs(server, files, access_token)).toEqual(inactive);
    const next = await tokenFor(worker, { resource });
    await change(worker.clientId, { resources: ["https://mail.example.com/"] });
    expect(await introspectAs(server, mail, next.access_token)).toEqual(inactive);
  });

  it("with an app of the same client_id that is made anew", async () => {
    const { access_token } = await tokenFor(worker, { resource });
    const before = await server.storage.findApp(worker.clientId);
    await server.storage.deleteApp(worker.clientId);
    server.clock.advance(1);
    if (before) await server.storage.createApp({ ...before, createdAt: server.clock.now() });
    expect(await introspectAs(server, files, access_token)).toEqual(inactive);
  });
});

describe("one token alone", () => {
  const revoke = (client: Credentials, token: string) =>
    post(server, "/oauth/revoke", { ...inBody(client), token });

  it.each([worker, signing])("cannot be revoked, and the answer does not say it was", async (client) => {
    const { access_token } = await tokenFor(client);
    expect(refusalOf(await revoke(client, access_token))).toEqual([400, "unsupported_token_type"]);
    expect(await introspectAs(server, client, access_token)).toMatchObject({ active: true });
  });

  it("of another app is refused as any other", async () => {
    const { access_token } = await tokenFor(worker);
    expect(refusalOf(await revoke(web, access_token))).toEqual([400, "unauthorized_client"]);
  });

  it("of which one character differs was never made here", async () => {
    const { access_token } = await tokenFor(worker);
    for (const place of [8, 40, access_token.length - 3]) {
      const other = access_token[place] === "A" ? "B" : "A";
      const changed = access_token.slice(0, place) + other + access_token.slice(place + 1);
      expect(await introspectAs(server, worker, changed)).toEqual(inactive);
    }
    expect(await introspectAs(server, worker, `${access_token}=`)).toEqual(inactive);
  });
});

describe("clients that others wrote get one", () => {
  let real: TestServer;
  beforeEach(async () => {
    real = await openHouse(new RealClock());
  });
  afterEach(() => real.close());

  it("openid-client, by discovery", async () => {
    const { clientId, clientSecret } = worker;
    const config = await openid.discovery(new URL(real.url), clientId, clientSecret, undefined, {
      execute: [openid.allowInsecureRequests],
    });
    expect(config.serverMetadata().grant_types_supported).toContain("client_credentials");
    const token = await openid.clientCredentialsGrant(config, { scope: "read:files", resource });
    expect(token).toMatchObject({ token_type: "bearer", scope: "read:files", expires_in: 600 });
    expect(await openid.tokenIntrospection(config, token.access_token)).toMatchObject({ active: true });
  });

  it("oauth4webapi", async () => {
    const as = { issuer: real.url, token_endpoint: `${real.url}/oauth/token` };
    const client = { client_id: worker.clientId };
    const response = await oauth.clientCredentialsGrantRequest(
      as,
      client,
      oauth.ClientSecretBasic(worker.clientSecret),
      { scope: "write:files" },
      { [oauth.allowInsecureRequests]: true },
    );
    const token = await oauth.processClientCredentialsResponse(as, client, response);
    expect(token.scope).toBe("write:files");
  });
});
