/** Teams by API: who is in one, who may change it, and what nobody else sees. */

import { describe, expect, it } from "vitest";
import type { SignEmulator } from "../../src/testing/index.js";
import { send, tokensFor } from "../emulator/client.js";
import { emulatorForFile } from "./scene.js";

const key = (digit: string) => digit.repeat(64);
const basic = (digit: string) => ({
  authorization: `Basic ${Buffer.from(`${key(digit)}:`).toString("base64")}`,
});
const [jill, jack, eve] = [basic("a"), basic("b"), basic("c")];
const seed = {
  accounts: [
    { email: "jill@example.com", password: "correct horse battery", api_keys: [key("a")] },
    { email: "jack@example.com", api_keys: [key("b")] },
    { email: "eve@example.com", api_keys: [key("c")] },
  ],
  apps: [
    {
      ...{ name: "App", owner: "jill@example.com", client_id: "app", client_secret: "secret-of-app" },
      oauth: { callback_url: "http://127.0.0.1:9/cb", scopes: ["basic_account_info", "request_signature"] },
    },
  ],
};

let sign: SignEmulator;
emulatorForFile(
  (started) => {
    sign = started;
  },
  { seed, clock: "2026-05-01T12:00:00Z" },
);

const call = (method: string, path: string, headers: Record<string, string>, body?: object) =>
  send(sign, method, `/v3/team${path}`, { headers, ...(body && { body }) });
const told = ({ status, body }: { status: number; body: { error?: { error_name: string } } }) => [
  status,
  body.error?.error_name,
];

async function joined(email = "jack@example.com") {
  await call("PUT", "/add_member", jill, { email_address: email });
  const [invitation] = await sign.outbox.emails({ to: email });
  return fetch(invitation?.link ?? "", { method: "POST" });
}

describe("a team", () => {
  it("is made, read, renamed and deleted by its admin", async () => {
    expect(told(await call("GET", "", jill))).toEqual([404, "not_found"]);
    const made = await call("POST", "/create", jill, { name: "Legal" });
    expect([made.status, made.body.team.accounts[0].email_address]).toEqual([200, "jill@example.com"]);
    expect((await call("PUT", "", jill, { name: "Law" })).body.team.name).toBe("Law");
    const { team } = (await call("GET", "/info", jill)).body;
    expect(team).toMatchObject({ name: "Law", num_members: 1, num_sub_teams: 0, team_parent: null });
    const members = await call("GET", `/members/${team.team_id}`, jill);
    expect(members.body.team_members[0]).toMatchObject({ email_address: "jill@example.com", role: "Admin" });
    expect((await call("GET", `/sub_teams/${team.team_id}`, jill)).body.sub_teams).toEqual([]);
    expect((await call("DELETE", "/destroy", jill)).status).toBe(200);
    expect((await call("GET", "", jill)).status).toBe(404);
  });

  it("is one for each account", async () => {
    await call("POST", "/create", jill);
    expect(told(await call("POST", "/create", jill))).toEqual([400, "bad_request"]);
  });

  it("has whoever accepts the invitation as a member, and only once", async () => {
    await call("POST", "/create", jill, { name: "<img src=x>" });
    const invited = await call("PUT", "/add_member", jill, { email_address: "jack@example.com" });
    expect(invited.body.team.invited_accounts[0].email_address).toBe("jack@example.com");
    const invites = await call("GET", "/invites", jack);
    expect(invites.body.team_invites[0]).toMatchObject({ role: "Member", redeemed_at: null });
    const link = (await sign.outbox.emails({ to: "jack@example.com" }))[0]?.link ?? "";
    const page = await (await fetch(link)).text();
    expect([page.includes("Join the team"), page.includes("<img src=x>")]).toEqual([true, false]);
    expect((await call("GET", "", jack)).status).toBe(404);
    expect((await fetch(link, { method: "POST" })).status).toBe(200);
    expect((await call("GET", "", jack)).body.team.accounts).toHaveLength(2);
    expect((await fetch(link, { method: "POST" })).status).toBe(404);
  });

  it("invites an address without an account by name only, and not twice", async () => {
    await call("POST", "/create", jill);
    const body = { email_address: "new@example.com" };
    const invited = await call("PUT", "/add_member", jill, body);
    expect(invited.body.team.invited_emails).toEqual(["new@example.com"]);
    expect(told(await call("PUT", "/add_member", jill, body))).toEqual([403, "team_invite_failed"]);
    const link = (await sign.outbox.emails({ to: "new@example.com" }))[0]?.link ?? "";
    expect((await fetch(link, { method: "POST" })).status).toBe(409);
    await sign.clock.advance("31d");
    expect((await fetch(link)).status).toBe(404);
  });

  it("does not take a member of another team", async () => {
    await call("POST", "/create", jill);
    await call("POST", "/create", jack);
    const answer = await call("PUT", "/add_member", jill, { email_address: "jack@example.com" });
    expect(told(answer)).toEqual([403, "team_invite_failed"]);
  });

  it("is changed by those who manage it alone, and deleted only when empty", async () => {
    await call("POST", "/create", jill);
    await joined();
    for (const [method, path, body] of [
      ["PUT", "", { name: "Mine" }],
      ["PUT", "/add_member", { email_address: "eve@example.com" }],
      ["POST", "/remove_member", { email_address: "jill@example.com" }],
      ["DELETE", "/destroy", undefined],
    ] as const)
      expect([method, path, ...told(await call(method, path, jack, body))]).toEqual([
        ...[method, path, 403, "forbidden"],
      ]);
    expect(told(await call("DELETE", "/destroy", jill))).toEqual([400, "bad_request"]);
    const removed = await call("POST", "/remove_member", jill, { email_address: "jack@example.com" });
    expect([removed.status, removed.body.team.accounts.length]).toEqual([201, 1]);
    expect(told(await call("POST", "/remove_member", jill, { email_address: "jill@example.com" }))).toEqual([
      ...[400, "bad_request"],
    ]);
    expect(told(await call("POST", "/remove_member", jill, { email_address: "eve@example.com" }))).toEqual([
      ...[404, "not_found"],
    ]);
  });

  it("ends an invitation that is taken back, and says that nothing is handed over", async () => {
    await call("POST", "/create", jill);
    await call("PUT", "/add_member", jill, { email_address: "jack@example.com" });
    const link = (await sign.outbox.emails({ to: "jack@example.com" }))[0]?.link ?? "";
    const body = { email_address: "jack@example.com", new_owner_email_address: "jill@example.com" };
    const removed = await call("POST", "/remove_member", jill, body);
    expect(removed.body.warnings[0].warning_name).toBe("parameter_ignored");
    expect((await fetch(link, { method: "POST" })).status).toBe(404);
  });

  it("is seen by its own members alone", async () => {
    await call("POST", "/create", jill, { name: "Secret" });
    await call("PUT", "/add_member", jill, { email_address: "jack@example.com" });
    const { team_id } = (await call("GET", "/info", jill)).body.team;
    for (const path of [`/info?team_id=${team_id}`, `/members/${team_id}`, `/sub_teams/${team_id}`])
      expect([path, ...told(await call("GET", path, eve))]).toEqual([path, 403, "forbidden"]);
    const invites = await call("GET", "/invites?email_address=jack@example.com", eve);
    expect(invites.body.team_invites).toEqual([]);
    await call("POST", "/create", eve);
    const add = await call("PUT", `/add_member?team_id=${team_id}`, eve, { email_address: "x@example.com" });
    expect(told(add)).toEqual([404, "not_found"]);
  });

  it("is not for a token without team_access, but its invitations are", async () => {
    const { access_token } = await tokensFor(sign);
    const bearer = { authorization: `Bearer ${access_token}` };
    expect(told(await call("GET", "", bearer))).toEqual([403, "forbidden"]);
    expect((await call("GET", "/invites", bearer)).body.team_invites).toEqual([]);
  });

  it.each([
    ["POST", "/create", { name: { a: 1 } }],
    ["POST", "/create", { name: "x".repeat(256) }],
    ["PUT", "/add_member", {}],
    ["PUT", "/add_member", { email_address: ["a@example.com"] }],
    ["PUT", "/add_member", { email_address: "no address" }],
    ["PUT", "/add_member", { account_id: "0".repeat(40) }],
    ["PUT", "/add_member", { email_address: "a@example.com", role: "King" }],
    ["POST", "/remove_member", { email_address: "jack@example.com", new_team_id: "x" }],
    ["GET", "/members/__proto__", undefined],
    ["GET", "/info?team_id=%00", undefined],
    ["GET", "/invites?email_address=nobody", undefined],
  ] as const)("refuses %s %s with %j in the API's words", async (method, path, body) => {
    await call("POST", "/create", jack);
    const { status, body: answer } = await call(method, path, jill, body);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(answer.error.error_msg).toMatch(/\w/);
  });
});
