/**
 * Every refusal of the token endpoint beside its success: each rule refuses one request in three body types, in the
 * caller's shape and the live service's words, and lets pass the request that differs by that one thing.
 */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dropboxSign } from "../../src/oauth/profile/dropbox-sign.js";
import type { OAuthErrorCode, Reason } from "../../src/oauth/refusal.js";
import { openRefreshToken } from "../../src/oauth/tokens/opaque.js";
import { StorageUnavailable } from "../../src/storage/port/storage.js";
import { type Answer, send, sendForm, sendJson, sendMultipart } from "../support/http.js";
import {
  callbackUrl,
  demo,
  jack,
  jill,
  startServer,
  strict,
  type TestApp,
  type TestServer,
  templates,
} from "../support/server.js";
import { account, exchange, newTokens, refresh, tokensOf } from "../support/tokens.js";
import { exchangeFields, newCode } from "../support/user-agent.js";

type Fields = Record<string, string>;

interface Rule {
  readonly when: string;
  readonly reason: Reason;
  readonly status: number;
  readonly error: OAuthErrorCode;
  readonly text: string;
  /** `error_path` of the API's shape. */
  readonly path?: string;
  readonly prepare: (server: TestServer) => Promise<{ wrong: Fields; right: Fields }>;
}

const codeText =
  "Either the combo client_id/code is wrong or this request was made more than 1 hour after the inital grant";
const wrongCode = { status: 400, error: "invalid_request", text: codeText } as const;
const refreshText = "Invalid grant data (refresh token)";
const wrongRefresh = { status: 400, error: "invalid_grant", text: refreshText } as const;
const hourMilliseconds = 3_600_000;

/** A request that works, and what it is made wrong by. */
const exchangeBut =
  (wrong: (right: Fields) => Fields, more: Fields = {}, request: Fields = {}): Rule["prepare"] =>
  async (server) => {
    const right = { ...exchangeFields(demo, await newCode(server, demo, jack, request)), ...more };
    return { wrong: wrong(right), right };
  };

const without = (name: string) => (fields: Fields) => {
  const { [name]: _left, ...rest } = fields;
  return rest;
};

const credentials = (app: TestApp) => ({ client_id: app.clientId, client_secret: app.clientSecret });

const refreshFields = async (server: TestServer, app = demo, who = jack): Promise<Fields> => ({
  grant_type: "refresh_token",
  refresh_token: (await newTokens(server, app, who)).refresh_token,
});

async function accountId(server: TestServer, { email }: typeof jill): Promise<string> {
  return (await server.storage.findAccountByEmail(email))?.id ?? "";
}

const rules: readonly Rule[] = [
  {
    when: "client_id is missing",
    reason: "parameter_missing",
    status: 400,
    error: "invalid_request",
    text: "Parameter client_id is missing",
    path: "client_id",
    prepare: exchangeBut(without("client_id")),
  },
  {
    when: "code is missing",
    reason: "parameter_missing",
    status: 400,
    error: "invalid_request",
    text: "Parameter code is missing",
    path: "code",
    prepare: exchangeBut(without("code")),
  },
  {
    when: "code is empty, which is as good as missing",
    reason: "parameter_missing",
    status: 400,
    error: "invalid_request",
    text: "Parameter code is missing",
    path: "code",
    prepare: exchangeBut((right) => ({ ...right, code: "" })),
  },
  {
    when: "refresh_token is missing",
    reason: "parameter_missing",
    status: 400,
    error: "invalid_request",
    text: "Parameter refresh_token is missing",
    path: "refresh_token",
    prepare: async (server) => {
      const right = await refreshFields(server);
      return { wrong: without("refresh_token")(right), right };
    },
  },
  {
    when: "client_secret comes without client_id on refresh",
    reason: "parameter_missing",
    status: 400,
    error: "invalid_request",
    text: "Parameter client_id is missing",
    path: "client_id",
    prepare: async (server) => {
      const right = { ...(await refreshFields(server)), ...credentials(demo) };
      return { wrong: without("client_id")(right), right };
    },
  },
  {
    when: "grant_type is one that nobody knows",
    reason: "grant_type_unsupported",
    status: 400,
    error: "unsupported_grant_type",
    text: "Supported grant types are authorization_code and refresh_token",
    path: "grant_type",
    prepare: exchangeBut((right) => ({ ...right, grant_type: "password" })),
  },
  {
    when: "grant_type is written in capitals",
    reason: "grant_type_unsupported",
    status: 400,
    error: "unsupported_grant_type",
    text: "Supported grant types are authorization_code and refresh_token",
    path: "grant_type",
    prepare: exchangeBut((right) => ({ ...right, grant_type: "AUTHORIZATION_CODE" })),
  },
  {
    when: "no app has the client_id",
    reason: "client_unknown",
    ...wrongCode,
    path: "client_id",
    prepare: exchangeBut((right) => ({ ...right, client_id: `${right.client_id}0` })),
  },
  {
    when: "the client_id is in another case",
    reason: "client_unknown",
    ...wrongCode,
    path: "client_id",
    prepare: exchangeBut((right) => ({ ...right, client_id: demo.clientId.toUpperCase() })),
  },
  {
    when: "the client secret is wrong",
    reason: "client_secret_wrong",
    status: 401,
    error: "invalid_client",
    text: "Client authentication failed",
    path: "client_secret",
    prepare: exchangeBut((right) => ({ ...right, client_secret: strict.clientSecret })),
  },
  {
    when: "the client secret lacks its last character",
    reason: "client_secret_wrong",
    status: 401,
    error: "invalid_client",
    text: "Client authentication failed",
    path: "client_secret",
    prepare: exchangeBut((right) => ({ ...right, client_secret: demo.clientSecret.slice(0, -1) })),
  },
  {
    when: "the client secret is missing",
    reason: "client_secret_missing",
    status: 401,
    error: "invalid_client",
    text: "Client authentication is required",
    path: "client_secret",
    prepare: exchangeBut(without("client_secret")),
  },
  {
    when: "the code was never issued",
    reason: "code_unknown",
    ...wrongCode,
    prepare: exchangeBut((right) => ({ ...right, code: "1b0d28d90c86c141" })),
  },
  {
    when: "the code is in capitals",
    reason: "code_unknown",
    ...wrongCode,
    prepare: exchangeBut((right) => ({ ...right, code: `${right.code}`.toUpperCase() })),
  },
  {
    when: "the code is an hour old, to the millisecond",
    reason: "code_expired",
    ...wrongCode,
    prepare: async (server) => {
      const wrong = exchangeFields(demo, await newCode(server, demo, jack));
      server.clock.advance(1);
      const right = exchangeFields(demo, await newCode(server, demo, jack));
      server.clock.advance(hourMilliseconds - 1);
      return { wrong, right };
    },
  },
  {
    when: "the code was used before",
    reason: "code_used",
    ...wrongCode,
    prepare: async (server) => {
      const wrong = exchangeFields(demo, await newCode(server, demo, jack));
      await exchange(server, demo, wrong.code ?? "");
      return { wrong, right: exchangeFields(demo, await newCode(server, demo, jill)) };
    },
  },
  {
    when: "the code is of another app",
    reason: "code_of_other_client",
    ...wrongCode,
    prepare: exchangeBut((right) => ({ ...right, ...credentials(strict) })),
  },
  {
    when: "redirect_uri is not the one the code went to",
    reason: "code_redirect_uri_mismatch",
    ...wrongCode,
    path: "redirect_uri",
    prepare: exchangeBut((right) => ({ ...right, redirect_uri: `${right.redirect_uri}/` }), {
      redirect_uri: callbackUrl,
    }),
  },
  {
    when: "state is not the one of the authorization request",
    reason: "code_state_mismatch",
    status: 400,
    error: "invalid_grant",
    text: "state is not the one of the authorization request",
    path: "state",
    prepare: exchangeBut(
      (right) => ({ ...right, state: "900e06e3" }),
      { state: "900e06e2" },
      { state: "900e06e2" },
    ),
  },
  {
    when: "state is sent though the authorization request had none",
    reason: "code_state_mismatch",
    status: 400,
    error: "invalid_grant",
    text: "state is not the one of the authorization request",
    path: "state",
    prepare: exchangeBut((right) => ({ ...right, state: "900e06e2" })),
  },
  {
    when: "the person took the access back before the code was used",
    reason: "grant_revoked",
    ...wrongCode,
    prepare: async (server) => {
      const wrong = exchangeFields(demo, await newCode(server, demo, jack));
      await server.storage.revokeGrant(await accountId(server, jack), demo.clientId, server.clock.now());
      return { wrong, right: exchangeFields(demo, await newCode(server, demo, jack)) };
    },
  },
  {
    when: "this server did not make the refresh token",
    reason: "refresh_token_unknown",
    ...wrongRefresh,
    prepare: async (server) => {
      const right = await refreshFields(server);
      return { wrong: { ...right, refresh_token: `B${right.refresh_token?.slice(1)}` }, right };
    },
  },
  {
    when: "the refresh token is an access token",
    reason: "refresh_token_unknown",
    ...wrongRefresh,
    prepare: async (server) => {
      const tokens = await newTokens(server, demo, jack);
      const right = { grant_type: "refresh_token", refresh_token: tokens.refresh_token };
      return { wrong: { ...right, refresh_token: tokens.access_token }, right };
    },
  },
  {
    when: "the refresh token is of another app than the one that proves itself",
    reason: "refresh_token_of_other_client",
    ...wrongRefresh,
    prepare: async (server) => {
      const right = { ...(await refreshFields(server)), ...credentials(demo) };
      return { wrong: { ...right, ...credentials(strict) }, right };
    },
  },
  {
    when: "the refresh token's family was revoked",
    reason: "refresh_token_revoked",
    ...wrongRefresh,
    prepare: async (server) => {
      const [wrong, right] = [await refreshFields(server), await refreshFields(server, demo, jill)];
      const { familyId = "" } = openRefreshToken(server.ring, wrong.refresh_token ?? "") ?? {};
      await server.storage.revokeFamily(familyId, server.clock.now());
      return { wrong, right };
    },
  },
  {
    when: "a refresh token of an older generation comes back",
    reason: "refresh_token_reused",
    ...wrongRefresh,
    prepare: async (server) => {
      const [wrong, right] = [await refreshFields(server), await refreshFields(server, demo, jill)];
      const { familyId = "" } = openRefreshToken(server.ring, wrong.refresh_token ?? "") ?? {};
      // As a server leaves it that rotated before it was run with this profile.
      const act = { familyId, now: server.clock.now(), graceSeconds: 0 };
      await server.storage.rotateFamily({ ...act, fromGeneration: 0 });
      return { wrong, right };
    },
  },
  {
    when: "the app must send its credentials to refresh and does not",
    reason: "client_secret_missing",
    status: 401,
    error: "invalid_client",
    text: "Client authentication is required",
    path: "client_id",
    prepare: async (server) => {
      const wrong = await refreshFields(server, strict);
      return { wrong, right: { ...wrong, ...credentials(strict) } };
    },
  },
  {
    when: "the app must send its credentials to refresh and names itself only",
    reason: "client_secret_missing",
    status: 401,
    error: "invalid_client",
    text: "Client authentication is required",
    path: "client_secret",
    prepare: async (server) => {
      const right = { ...(await refreshFields(server, strict)), ...credentials(strict) };
      return { wrong: without("client_secret")(right), right };
    },
  },
  {
    when: "the app need not send its credentials to refresh, but sends wrong ones",
    reason: "client_secret_wrong",
    status: 401,
    error: "invalid_client",
    text: "Client authentication failed",
    path: "client_secret",
    prepare: async (server) => {
      const right = { ...(await refreshFields(server)), ...credentials(demo) };
      return { wrong: { ...right, client_secret: "1" }, right };
    },
  },
  {
    when: "the scope asked for on refresh is more than was granted",
    reason: "scope_exceeds_grant",
    status: 400,
    error: "invalid_scope",
    text: "The scope exceeds what was granted: team_access",
    path: "scope",
    prepare: async (server) => {
      const right = { ...(await refreshFields(server)), scope: "basic_account_info" };
      return { wrong: { ...right, scope: "basic_account_info team_access" }, right };
    },
  },
  {
    when: "the scope asked for on refresh is not a list of scopes",
    reason: "parameter_malformed",
    status: 400,
    error: "invalid_request",
    text: "Parameter scope: must be scope tokens separated by spaces",
    path: "scope",
    prepare: async (server) => {
      const right = { ...(await refreshFields(server)), scope: " basic_account_info  request_signature " };
      return { wrong: { ...right, scope: 'a"b' }, right };
    },
  },
  {
    when: "the app lost its approval and the person does not own it",
    reason: "refresh_token_revoked",
    ...wrongRefresh,
    prepare: async (server) => {
      const [wrong, right] = [await refreshFields(server), await refreshFields(server, demo, jill)];
      await server.storage.updateApp(demo.clientId, { approved: false }, server.clock.now());
      return { wrong, right };
    },
  },
  {
    when: "the account is locked",
    reason: "refresh_token_revoked",
    ...wrongRefresh,
    prepare: async (server) => {
      const [wrong, right] = [await refreshFields(server), await refreshFields(server, demo, jill)];
      await server.storage.updateAccount(await accountId(server, jack), { locked: true });
      return { wrong, right };
    },
  },
];

let server: TestServer;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.close());

const address = () => `${server.url}/oauth/token`;
const apiNames: Record<number, string> = { 400: "bad_request", 401: "unauthorized", 503: "unavailable" };

function expectRefusal(
  answer: Answer,
  rule: Omit<Rule, "prepare" | "when" | "reason">,
  shape: "api" | "rfc6749",
) {
  expect(answer.status).toBe(rule.status);
  expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(answer.headers["cache-control"]).toBe("no-store");
  const api = {
    error: {
      error_msg: rule.text,
      error_name: apiNames[rule.status],
      ...(rule.path !== undefined && { error_path: rule.path }),
    },
  };
  expect(answer.json()).toEqual(shape === "api" ? api : { error: rule.error, error_description: rule.text });
}

describe("refuses, in the caller's shape, and changes nothing by it, when", () => {
  it.each(rules.map((rule) => [rule.when, rule] as const))("%s", async (_when, rule) => {
    const { wrong, right } = await rule.prepare(server);
    expectRefusal(await sendJson(address(), wrong), rule, "api");
    expect(server.logLines.at(-1)).toContain(`"reason":"${rule.reason}"`);
    // A reuse revokes at the first sight; what comes after is told alike.
    expectRefusal(await sendForm(address(), wrong), rule, "rfc6749");
    expectRefusal(await sendMultipart(address(), wrong), rule, "rfc6749");
    const allowed = await sendForm(address(), right);
    expect(allowed.status, allowed.text).toBe(200);
    expect(allowed.headers["cache-control"]).toBe("no-store");
    expect(allowed.headers.pragma).toBe("no-cache");
  });
});

it("tells every reason of the protocol in this table, elsewhere in the tests, or cannot come to it", () => {
  const inTable = rules.map(({ reason }) => reason);
  const belowOrElsewhere: Reason[] = [
    // Bad input.
    "parameter_repeated",
    "body_malformed",
    "body_unsupported",
    "body_too_large",
    // The authorization endpoint.
    "response_type_unsupported",
    "redirect_uri_mismatch",
    "redirect_uri_required",
    "scope_unsupported",
    "denied_by_user",
    "app_not_approved",
    // The API, in this file.
    "access_token_missing",
    "access_token_malformed",
    "authorization_malformed",
    "authorization_scheme_unknown",
    "access_token_expired",
    "access_token_revoked",
    "access_token_scope",
    // The emulator's accounts.
    "account_unconfirmed",
    // Faults of our own, in this file.
    "storage_busy",
    "unexpected",
  ];
  const ofStandardProfile: Reason[] = [
    "response_mode_unsupported",
    "request_object_unsupported",
    "request_uri_unsupported",
    "request_uri_invalid",
    "request_uri_expired",
    "request_uri_used",
    "pushed_request_required",
    "dpop_proof_invalid",
    "dpop_nonce_required",
    "access_proof_invalid",
    "access_nonce_required",
    "access_token_binding",
    "code_key_mismatch",
    "refresh_token_key_mismatch",
    "client_authentication_twice",
    "client_authentication_unsupported",
    "client_assertion_invalid",
    "client_assertion_unproved",
    "client_not_allowed",
    "app_disabled",
    "code_verifier_missing",
    "code_verifier_unexpected",
    "code_verifier_wrong",
    "code_challenge_required",
    "code_challenge_method_unsupported",
    "refresh_token_expired",
    "scope_exceeds_app",
    "resource_unknown",
    "resources_several",
    "access_token_without_user",
    "token_not_revocable",
    "device_pending",
    "device_slow_down",
    "device_denied",
    "device_code_expired",
    "device_code_unknown",
    "login_required",
    "consent_required",
    "rate_limited",
  ];
  const ofOpenClients: Reason[] = [
    "client_document_unusable",
    "client_metadata_invalid",
    "client_redirect_uri_invalid",
  ];
  // Only an account that an app made can be unconfirmed: the emulator's tests of accounts tell it.
  const ofMadeAccounts: Reason[] = ["account_unconfirmed"];
  const elsewhere = [...belowOrElsewhere, ...ofStandardProfile, ...ofOpenClients, ...ofMadeAccounts];
  const told = new Set([...inTable, ...elsewhere]);
  expect([...told].sort()).toEqual(Object.keys(dropboxSign.errors).sort());
});

describe("a code used twice", () => {
  it("revokes the tokens of its first use, even when the code has expired since", async () => {
    const code = await newCode(server, demo, jack);
    const tokens = await exchange(server, demo, code);
    server.clock.advance(2 * hourMilliseconds);
    expect((await account(server, tokens.access_token)).status).toBe(200);
    expect((await sendJson(address(), exchangeFields(demo, code))).status).toBe(400);
    expect((await account(server, tokens.access_token)).status).toBe(401);
    expect((await refresh(server, tokens.refresh_token)).status).toBe(400);
  });

  it("revokes nothing when the second caller cannot prove to be the app", async () => {
    const code = await newCode(server, demo, jack);
    const tokens = await exchange(server, demo, code);
    const replay = { ...exchangeFields(demo, code), client_secret: "guess" };
    expect((await sendJson(address(), replay)).status).toBe(401);
    const other = { ...exchangeFields(demo, code), ...credentials(strict) };
    expect((await sendJson(address(), other)).status).toBe(400);
    expect((await account(server, tokens.access_token)).status).toBe(200);
  });

  it("has exactly one winner among 24 at once, and the losers end what the winner got", async () => {
    const code = await newCode(server, demo, jack);
    const answers = await Promise.all(
      Array.from({ length: 24 }, () => sendJson(address(), exchangeFields(demo, code))),
    );
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400]));
    const { access_token, refresh_token } = tokensOf(winners[0] as Answer);
    expect((await account(server, access_token)).status).toBe(401);
    expect((await refresh(server, refresh_token)).status).toBe(400);
  });
});

describe("one user and app have one set of tokens", () => {
  it("ends the earlier tokens with the next exchange, not with the next consent", async () => {
    const first = await newTokens(server, demo, jack);
    const code = await newCode(server, demo, jack);
    expect((await account(server, first.access_token)).status).toBe(200);
    const second = await exchange(server, demo, code);
    expect((await account(server, first.access_token)).status).toBe(401);
    expect((await refresh(server, first.refresh_token)).status).toBe(400);
    expect((await account(server, second.access_token)).status).toBe(200);
  });

  it("leaves the tokens of other people and other apps alone", async () => {
    const [ofJill, ofStrict] = [await newTokens(server, demo, jill), await newTokens(server, strict, jack)];
    await newTokens(server, demo, jack);
    expect((await account(server, ofJill.access_token)).status).toBe(200);
    expect((await account(server, ofStrict.access_token)).status).toBe(200);
  });

  it("keeps an access token alive when the next one is fetched by refresh", async () => {
    const tokens = await newTokens(server, demo, jack);
    expect((await refresh(server, tokens.refresh_token)).status).toBe(200);
    expect((await account(server, tokens.access_token)).status).toBe(200);
  });
});

describe("GET /v3/account", () => {
  const challenge = (rest: string) =>
    `Bearer realm="Dropbox Sign API"${rest}, Basic realm="API key as user name, empty password", charset="UTF-8"`;
  const expectUnauthorized = (answer: Answer, text: string, error?: string) => {
    expect(answer.status).toBe(401);
    expect(answer.json()).toEqual({ error: { error_msg: text, error_name: "unauthorized" } });
    expect(answer.headers["cache-control"]).toBe("no-store");
    const rest = error === undefined ? "" : `, error="invalid_token", error_description="${error}"`;
    expect(answer.headers["www-authenticate"]).toBe(challenge(rest));
  };
  const withHeader = (authorization: string) =>
    send(`${server.url}/v3/account`, { headers: { authorization } });

  it("asks for credentials where none came, without naming an error", async () => {
    const answer = await send(`${server.url}/v3/account`);
    expectUnauthorized(answer, "Unauthorized user. No credentials supplied.");
    expect(server.logLines.at(-1)).toContain('"reason":"access_token_missing"');
  });

  it("refuses a token that was changed, and anything else that is no token of this server", async () => {
    const { access_token, refresh_token } = await newTokens(server, demo, jack);
    const changed = `${access_token.slice(0, 100)}${access_token[100] === "Q" ? "R" : "Q"}${access_token.slice(101)}`;
    for (const value of [changed, refresh_token, `${access_token}=`, "x", access_token.toLowerCase()]) {
      const answer = await withHeader(`Bearer ${value}`);
      expectUnauthorized(answer, "The access token is not valid", "The access token is not valid");
      expect(server.logLines.at(-1)).toContain('"reason":"access_token_malformed"');
    }
    expect((await withHeader(`Bearer ${access_token}`)).status).toBe(200);
    expect((await withHeader(`bearer  ${access_token}`)).status).toBe(200);
  });

  it("refuses credentials of a scheme that it does not know", async () => {
    for (const header of [
      "Digest username=x",
      "Bearer",
      "Bearer ",
      "Bearer a b",
      "Bearer \u00e9",
      "token x",
    ]) {
      expect((await withHeader(header)).status, header).toBe(401);
    }
  });

  it("takes no token from the query or as a form field", async () => {
    const { access_token } = await newTokens(server, demo, jack);
    expect((await send(`${server.url}/v3/account?access_token=${access_token}`)).status).toBe(401);
  });

  it("accepts a token until the last millisecond of its day, and not in the next", async () => {
    const { access_token } = await newTokens(server, demo, jack);
    server.clock.advance(86_400_000 - 1);
    expect((await account(server, access_token)).status).toBe(200);
    server.clock.advance(1);
    const answer = await account(server, access_token);
    expectUnauthorized(answer, "The access token has expired", "The access token has expired");
    expect(server.logLines.at(-1)).toContain('"reason":"access_token_expired"');
  });

  it("refuses the tokens of an authorization that was taken back", async () => {
    const { access_token } = await newTokens(server, demo, jack);
    await server.storage.revokeGrant(await accountId(server, jack), demo.clientId, server.clock.now());
    const answer = await account(server, access_token);
    expectUnauthorized(answer, "The access token was revoked", "The access token was revoked");
    expect(server.logLines.at(-1)).toContain('"reason":"access_token_revoked"');
  });

  it("refuses tokens issued before the family's access tokens were ended, and accepts later ones", async () => {
    const tokens = await newTokens(server, demo, jack);
    const { familyId = "" } = openRefreshToken(server.ring, tokens.refresh_token) ?? {};
    server.clock.advance(1);
    await server.storage.endAccessTokens(familyId, server.clock.now());
    const answer = await account(server, tokens.access_token);
    expectUnauthorized(answer, "The access token has expired", "The access token has expired");
    const next = tokensOf(await refresh(server, tokens.refresh_token));
    expect((await account(server, next.access_token)).status).toBe(200);
  });

  it("refuses a token whose scopes do not open the account, and says which would", async () => {
    const { access_token } = await newTokens(server, templates, jack);
    const answer = await account(server, access_token);
    expect(answer.status).toBe(403);
    expect(answer.json()).toEqual({
      error: { error_msg: "This action is not allowed by the granted scopes", error_name: "forbidden" },
    });
    expect(answer.headers["www-authenticate"]).toBe(
      challenge(
        ', error="insufficient_scope", error_description="This action is not allowed by the granted scopes", scope="account_access basic_account_info"',
      ),
    );
  });

  it("refuses a token narrowed by refresh to a scope that does not open the account", async () => {
    const tokens = await newTokens(server, demo, jack);
    const narrow = async (scope: string) =>
      (await account(server, tokensOf(await refresh(server, tokens.refresh_token, { scope })).access_token))
        .status;
    expect(await narrow("request_signature")).toBe(403);
    expect(await narrow("basic_account_info")).toBe(200);
  });

  it("refuses the tokens of an app that lost its approval, but not those of its owner", async () => {
    const [ofJack, ofJill] = [await newTokens(server, demo, jack), await newTokens(server, demo, jill)];
    await server.storage.updateApp(demo.clientId, { approved: false }, server.clock.now());
    expect((await account(server, ofJack.access_token)).status).toBe(401);
    expect((await account(server, ofJill.access_token)).status).toBe(200);
  });

  it("refuses the tokens and the API key of an account that is locked", async () => {
    const tokens = await newTokens(server, demo, jill);
    const key = `Basic ${Buffer.from(`${"a1".repeat(32)}:`).toString("base64")}`;
    expect((await withHeader(key)).status).toBe(200);
    await server.storage.updateAccount(await accountId(server, jill), { locked: true });
    expect((await account(server, tokens.access_token)).status).toBe(401);
    expect((await withHeader(key)).status).toBe(401);
  });

  it("refuses an API key that no account has, in the live service's words", async () => {
    for (const key of ["b1".repeat(32), "", "a1".repeat(31), "A1".repeat(32)]) {
      const answer = await withHeader(`Basic ${Buffer.from(`${key}:`).toString("base64")}`);
      expect(answer.status, key).toBe(401);
      expect(answer.json()).toEqual({
        error: { error_msg: "Unauthorized api key", error_name: "unauthorized" },
      });
    }
  });

  it("shows nobody another's account", async () => {
    const { access_token } = await newTokens(server, demo, jack);
    const asked = (query: string) =>
      send(`${server.url}/v3/account?${query}`, { headers: { authorization: `Bearer ${access_token}` } });
    expect((await asked(`account_id=${await accountId(server, jack)}`)).status).toBe(200);
    expect((await asked(`email_address=${encodeURIComponent(jack.email)}`)).status).toBe(200);
    expect((await asked(`account_id=${await accountId(server, jill)}`)).status).toBe(404);
    expect((await asked(`email_address=${encodeURIComponent(jill.email)}`)).status).toBe(404);
  });
});

describe("a fault of our own", () => {
  const failing = (error: Error) => {
    server.storage.findCode = () => Promise.reject(error);
    return exchangeFields(demo, "0123456789abcdef");
  };

  it("is 503 with Retry-After when the database is busy", async () => {
    const fields = failing(new StorageUnavailable("locked"));
    const rule = {
      status: 503,
      error: "temporarily_unavailable",
      text: "The service is busy; try again",
    } as const;
    const answer = await sendJson(address(), fields);
    expectRefusal(answer, rule, "api");
    expect(answer.headers["retry-after"]).toBe("1");
    expectRefusal(await sendForm(address(), fields), rule, "rfc6749");
  });

  it("is 500 in the caller's shape, without a word of what broke", async () => {
    const fields = failing(new Error("SELECT hash FROM codes"));
    const answer = await sendForm(address(), fields);
    expect(answer.status).toBe(500);
    expect(answer.json()).toEqual({
      error: "server_error",
      error_description: "The server met an unexpected fault",
    });
    expect(server.logLines.join("\n")).toContain("SELECT hash FROM codes");
    const json = await sendJson(address(), fields);
    expect(json.json()).toEqual({
      error: { error_msg: "The server met an unexpected fault", error_name: "unknown" },
    });
  });
});
