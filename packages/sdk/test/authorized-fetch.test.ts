import { AccountApi as DropboxAccountApi } from "@dropbox/sign";
import { afterEach, describe, expect, it } from "vitest";
import { InvalidArgumentError, ReauthorizationRequired, withTokenKeeper } from "../src/index.js";
import { type StubServer, startStub } from "./support/authorization-server.js";
import { testClock, testKeeper } from "./support/keeper.js";
import { type Recorder, type Responder, startRecorder } from "./support/recorder.js";

const servers: (StubServer | Recorder)[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
async function record(answer: Responder): Promise<Recorder> {
  const server = await startRecorder(answer);
  servers.push(server);
  return server;
}
async function scene() {
  const clock = testClock();
  const server = await startStub({ now: clock.now, expiresIn: 3600 });
  servers.push(server);
  const { keeper, store } = testKeeper(server.url, clock);
  const token = server.authorize();
  await keeper.save("jill", token);
  return { clock, server, keeper, store, token, api: `${server.url}/v3/account` };
}
async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail("expected a rejection"),
    (error: Error) => error,
  );
}

describe("the fetch of a user", () => {
  it("calls the API with the user's token", async () => {
    const { keeper, api, token } = await scene();
    const response = await keeper.fetch("jill")(api);
    expect(await response.json()).toMatchObject({ account: { account_id: token.accessToken } });
  });

  it("tries once more with a fresh token after a 401, the body included", async () => {
    const { keeper, server, clock, api, token } = await scene();
    const isActive = server.isActive;
    server.isActive = (accessToken) => accessToken !== token.accessToken && isActive(accessToken);
    clock.advance(60);
    const form = new FormData();
    form.set("a", "1");
    for (const [body, sent] of [
      ["text", "text"],
      [new URLSearchParams({ a: "1" }), "a=1"],
      [form, 'name="a"'],
      [new Blob(["blob"]).stream(), "blob"],
    ] as const) {
      const init = { method: "POST", body, duplex: "half" } as RequestInit;
      const response = await keeper.fetch("jill")(new Request(api, init));
      expect(response.status).toBe(200);
      expect(((await response.json()) as { account: { received: string } }).account.received).toContain(sent);
    }
    expect(server.refreshes).toBe(1);
  });

  it("gives back the second 401 instead of going round in circles", async () => {
    const { keeper, server, clock, api } = await scene();
    server.isActive = () => false;
    clock.advance(60);
    expect((await keeper.fetch("jill")(api)).status).toBe(401);
    expect(server.refreshes).toBe(1);
    expect((await keeper.fetch("jill")(api)).status).toBe(401);
    expect(server.refreshes).toBe(1);
  });

  it("does not send twice when there is no other token to try", async () => {
    const { keeper } = await scene();
    const api = await record({ status: 401 });
    expect((await keeper.fetch("jill", { origins: [api.url] })(api.url)).status).toBe(401);
    expect(api.requests).toHaveLength(1);
  });

  it("says that the user must authorize again when the server has revoked them", async () => {
    const { keeper, server, clock, api, token } = await scene();
    server.revoke(token.refreshToken);
    clock.advance(60);
    expect(await failure(keeper.fetch("jill")(api))).toBeInstanceOf(ReauthorizationRequired);
  });

  it("never sends the token to another origin", async () => {
    const { keeper } = await scene();
    const elsewhere = await record({ body: {} });
    const error = await failure(keeper.fetch("jill")(`${elsewhere.url}/v3/account`));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(elsewhere.requests).toEqual([]);
    await keeper.fetch("jill", { origins: [elsewhere.url] })(`${elsewhere.url}/`);
    expect(elsewhere.requests[0]?.headers.authorization).toMatch(/^Bearer /);
  });

  it("leaves the token behind when a redirect leaves the origin, even one the caller set", async () => {
    const { keeper } = await scene();
    const elsewhere = await record({ body: { there: true } });
    const home = await record(({ path }) =>
      path === "/here"
        ? { status: 302, headers: { location: "/there" } }
        : { status: 302, headers: { location: `${elsewhere.url}/file` } },
    );
    const fetchApi = keeper.fetch("jill", { origins: [home.url] });
    const response = await fetchApi(`${home.url}/here`, { headers: { Authorization: "Bearer mine" } });
    expect(await response.json()).toEqual({ there: true });
    expect(home.requests.map(({ headers }) => headers.authorization)).toEqual([
      expect.stringMatching(/^Bearer at\./),
      expect.stringMatching(/^Bearer at\./),
    ]);
    expect(elsewhere.requests[0]?.headers.authorization).toBeUndefined();
    const manual = await fetchApi(`${home.url}/here`, { redirect: "manual" });
    expect(manual.status).toBe(302);
    const post = await fetchApi(`${home.url}/here`, { method: "POST", body: "x" });
    expect(post.status).toBe(302);
  });

  it("stops with the caller's signal", async () => {
    const { keeper, server, api } = await scene();
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    expect(await failure(keeper.fetch("jill")(api, { signal }))).toBe(reason);
    expect(server.refreshes).toBe(0);
  });
});

describe("the official SDK with a keeper", () => {
  it("makes every call with a token that is fresh at that moment", async () => {
    const { keeper, server, clock, token } = await scene();
    const official = new DropboxAccountApi(`${server.url}/v3`);
    const api = withTokenKeeper(official, keeper, "jill");
    expect(api).toBe(official);
    expect((await api.accountGet()).body.account?.accountId).toBe(token.accessToken);
    clock.advance(3600);
    const second = (await api.accountGet()).body.account?.accountId;
    expect(second).toBe(await keeper.accessToken("jill"));
    expect(second).not.toBe(token.accessToken);
  });

  it("fails with the keeper's own error, and keeps the token from another host", async () => {
    const { keeper, server } = await scene();
    const api = withTokenKeeper(new DropboxAccountApi(`${server.url}/v3`), keeper, "jill");
    const elsewhere = await record({ body: { account: {} } });
    api.basePath = elsewhere.url;
    await api.accountGet();
    expect(elsewhere.requests[0]?.headers.authorization).toBeUndefined();
    api.basePath = `${server.url}/v3`;
    await keeper.revoke("jill");
    expect(await failure(api.accountGet())).toBeInstanceOf(ReauthorizationRequired);
  });
});
