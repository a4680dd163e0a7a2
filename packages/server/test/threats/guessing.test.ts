/** Guessing and asking around: passwords, secrets, accounts, client ids, and shutting others out (RFC 6819 §4.4.1.9, §4.4.3, §5.1.4). */

import { timingSafeEqual } from "node:crypto";
import { verify } from "@node-rs/argon2";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { mostPasswordsWaiting, verifyPassword } from "../../src/crypto/passwords.js";
import {
  codeFor,
  exchangeCode,
  inBody,
  jacksId,
  pkce,
  post,
  refreshWith,
  startHouse,
  tokensFor,
  verifier,
  web,
} from "../standard/house.js";
import type { Answer } from "../support/http.js";
import { jack, jill, type TestServer } from "../support/server.js";
import { account } from "../support/tokens.js";
import { authorizationQuery, formOf, hasForm, textOf, UserAgent } from "../support/user-agent.js";

vi.mock("node:crypto", async (original) => {
  const actual = await original<typeof import("node:crypto")>();
  return { ...actual, timingSafeEqual: vi.fn(actual.timingSafeEqual) };
});
vi.mock("@node-rs/argon2", async (original) => {
  const actual = await original<typeof import("@node-rs/argon2")>();
  return { ...actual, verify: vi.fn(actual.verify) };
});

let server: TestServer;
beforeEach(async () => {
  server = await startHouse({ trustProxy: ["loopback"] });
});
afterEach(() => server.close());

const query = authorizationQuery(web.clientId);

/** One attempt to sign in, by a browser that stands at an address. */
async function signIn(who: typeof jack, address: string, agent = new UserAgent(server.url)): Promise<Answer> {
  const from = { "x-forwarded-for": address };
  const { hidden } = formOf(
    await agent.get(`/oauth/authorize?${query}&prompt=login`, from),
    "/oauth/authorize/login",
  );
  return agent.post(`/oauth/authorize/login?${query}`, { ...hidden, ...who }, from);
}
const wrong = (who: typeof jack) => ({ ...who, password: "not the password" });
const attempts = async (count: number, one: (index: number) => Promise<Answer>) => {
  const statuses: number[] = [];
  for (let index = 0; index < count; index++) statuses.push((await one(index)).status);
  return statuses;
};

describe("guessing a password", () => {
  it("is over after ten wrong ones for an account, from however many addresses", async () => {
    const statuses = await attempts(12, (index) => signIn(wrong(jack), `192.0.2.${index}`));
    expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
    const right = await signIn(jack, "192.0.2.200");
    expect([right.status, right.headers["retry-after"]]).toEqual([429, "900"]);
    server.clock.advance(90_000);
    expect((await signIn(jack, "192.0.2.200")).status).toBe(303);
  });

  it("is over after thirty wrong ones from an address or an IPv6 network, for however many accounts", async () => {
    const guess = (address: string) => (index: number) =>
      signIn({ email: `person${index}@example.com`, password: "guess" }, address);
    expect(await attempts(31, guess("192.0.2.1"))).toEqual([...Array(30).fill(401), 429]);
    let turn = 0;
    const wander = (index: number) => guess(`2001:db8::${(turn++).toString(16)}`)(index);
    expect(await attempts(31, wander)).toEqual([...Array(30).fill(401), 429]);
  });

  it("is no better with many guesses at the same instant", async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => signIn(wrong(jack), "192.0.2.1")));
    expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(10);
    const later = await signIn(jack, "192.0.2.2");
    expect([later.status, (await attempts(1, () => signIn(jill, "192.0.2.3")))[0]]).toEqual([429, 303]);
  });

  it("counts no sign-in that succeeds", async () => {
    expect(await attempts(12, () => signIn(jack, "192.0.2.1"))).toEqual(Array(12).fill(303));
  });
});

describe("shutting somebody else out", () => {
  it("fails: a browser that signed in before is counted apart from those who guess at its account", async () => {
    const known = new UserAgent(server.url);
    expect((await signIn(jack, "192.0.2.1", known)).status).toBe(303);
    await attempts(12, (index) => signIn(wrong(jack), `198.51.100.${index}`));
    expect((await signIn(jack, "192.0.2.1", known)).status).toBe(303);
  });

  it("fails: a browser that signed in before is counted apart from those who guess at its address", async () => {
    const known = new UserAgent(server.url);
    expect((await signIn(jack, "192.0.2.1", known)).status).toBe(303);
    await attempts(31, (index) => signIn({ email: `x${index}@example.com`, password: "x" }, "192.0.2.1"));
    expect((await signIn(jill, "192.0.2.1")).status).toBe(429);
    expect((await signIn(jack, "192.0.2.1", known)).status).toBe(303);
  });

  it("fails: a known browser's mark is good for its own account, and does not make guessing endless", async () => {
    const attacker = new UserAgent(server.url);
    await signIn(jill, "192.0.2.9", attacker);
    const statuses = await attempts(11, () => signIn(wrong(jack), "192.0.2.9", attacker));
    expect(statuses.at(-1)).toBe(429);
    const own = await attempts(11, () => signIn(wrong(jill), "192.0.2.9", attacker));
    expect(own).toEqual([...Array(10).fill(401), 429]);
  });
});

describe("passwords guessed all at once", () => {
  it("are answered 503 where they cannot wait, counted for nobody, and the next person signs in", async () => {
    const genuine = vi.mocked(verify).getMockImplementation() as typeof verify;
    let finish = () => {};
    const finished = new Promise<boolean>((resolve) => {
      finish = () => resolve(false);
    });
    vi.mocked(verify).mockImplementation(() => finished);
    const held = Array.from({ length: mostPasswordsWaiting + 2 }, () => verifyPassword("any", "any"));
    const answers: Answer[] = [];
    for (let turn = 0; turn < 12; turn++) answers.push(await signIn(jack, "192.0.2.1"));
    finish();
    await Promise.all(held);
    vi.mocked(verify).mockImplementation(genuine);
    for (const { status, headers, text } of answers) {
      expect([status, headers["retry-after"]]).toEqual([503, "1"]);
      expect(textOf(text)).toContain("Too much is going on here just now");
    }
    expect((await signIn(jack, "192.0.2.1")).status).toBe(303);
  });
});

describe("enumeration of accounts", () => {
  const shown = (answer: Answer, email: string) => {
    const { date, "x-request-id": id, ...headers } = answer.headers;
    return [answer.status, headers, textOf(answer.text).replaceAll(email, "EMAIL")];
  };
  // As long as the address it is compared with, so that pages are equal to the byte.
  const nobody = { email: "nobo@example.com", password: "not the password" };

  it("learns nothing from an answer: no account, a wrong password and a locked account look alike", async () => {
    const one = async (who: typeof jack, address: string) => shown(await signIn(who, address), who.email);
    const unknown = await one(nobody, "192.0.2.1");
    expect(await one(wrong(jack), "192.0.2.2")).toEqual(unknown);
    await server.storage.updateAccount(jacksId, { locked: true });
    expect(await one(jack, "192.0.2.3")).toEqual(unknown);
  });

  it("learns nothing from the time: a password is checked once, whether there is an account or not", async () => {
    await signIn(nobody, "192.0.2.1");
    const checks = async (who: typeof jack) => {
      vi.mocked(verify).mockClear();
      await signIn(who, "192.0.2.2");
      return vi.mocked(verify).mock.calls.length;
    };
    expect([await checks(nobody), await checks(wrong(jack)), await checks(jack)]).toEqual([1, 1, 1]);
    await server.storage.updateAccount(jacksId, { locked: true });
    expect(await checks(jack)).toBe(1);
  });

  it("learns nothing from the limit: guessing at no account is limited like guessing at one", async () => {
    const statuses = await attempts(11, (index) => signIn(nobody, `192.0.2.${index}`));
    expect(statuses).toEqual([...Array(10).fill(401), 429]);
  });
});

describe("enumeration of client ids", () => {
  it("learns nothing at the token endpoints: an unknown client and a known one without its secret look alike", async () => {
    const asked = async (path: string, fields: Record<string, string>) => {
      const grant = { grant_type: "authorization_code", code: "x", token: "x" };
      const { status, text, headers } = await post(server, path, { ...grant, ...fields });
      const { date, "x-request-id": id, ...rest } = headers;
      return { status, text, rest };
    };
    for (const path of ["/oauth/token", "/oauth/revoke", "/oauth/introspect"]) {
      for (const secret of [{}, { client_secret: "guess" }] as Record<string, string>[]) {
        const unknown = await asked(path, { client_id: "unknown", ...secret });
        expect(unknown.status).toBe(401);
        expect(await asked(path, { client_id: web.clientId, ...secret })).toEqual(unknown);
      }
    }
  });
});

describe("timing", () => {
  const comparisons = async (act: () => Promise<unknown>) => {
    vi.mocked(timingSafeEqual).mockClear();
    await act();
    return vi.mocked(timingSafeEqual).mock.calls.length;
  };

  it("says nothing of a client id: a secret is digested and compared, whether there is such a client or not", async () => {
    for (const path of ["/oauth/token", "/oauth/revoke", "/oauth/introspect"])
      for (const grant of ["refresh_token", "authorization_code"])
        for (const clientId of [web.clientId, "nobody"]) {
          const sent = { grant_type: grant, code: "x", refresh_token: "x", token: "x" };
          const asked = () => post(server, path, { ...sent, client_id: clientId, client_secret: "guess" });
          expect([path, clientId, await comparisons(asked)]).toEqual([path, clientId, 1]);
        }
  });

  it("says nothing of a secret: each one is compared in constant time, right or wrong, long or short", async () => {
    const tokens = await tokensFor(server, web);
    const code = await codeFor(server, web, pkce);
    const wrongSecrets = [
      "",
      "x",
      `${web.clientSecret}x`,
      String(web.clientSecret).slice(0, -1),
      "x".repeat(5000),
    ];
    for (const clientSecret of wrongSecrets.slice(1)) {
      const grant = {
        grant_type: "authorization_code",
        code,
        client_id: web.clientId,
        client_secret: clientSecret,
      };
      expect(await comparisons(() => post(server, "/oauth/token", grant))).toBe(1);
    }
    const verifiers = [verifier, verifier.replace("d", "e"), "x".repeat(43)];
    for (const codeVerifier of verifiers.reverse())
      expect(await comparisons(() => exchangeCode(server, web, code, { code_verifier: codeVerifier }))).toBe(
        2,
      );
    const forged = (token: string) => `${token.slice(0, -4)}AAAA`;
    for (const token of [tokens.access_token, forged(tokens.access_token)])
      expect(await comparisons(() => account(server, token))).toBeGreaterThanOrEqual(1);
    for (const token of [tokens.refresh_token, forged(tokens.refresh_token)])
      expect(await comparisons(() => refreshWith(server, web, token))).toBeGreaterThanOrEqual(2);
    const agent = new UserAgent(server.url);
    const consent = await agent.openConsent(authorizationQuery(web.clientId, { prompt: "consent" }), jack);
    expect(hasForm(consent, "/oauth/authorize?")).toBe(true);
    const { hidden } = formOf(consent, "/oauth/authorize?");
    const decide = (csrf: string) => agent.post(`/oauth/authorize?${query}`, { csrf, decision: "deny" });
    // The form's token; and, where that is right, the session's binding to the password.
    const [right, wrong] = [String(hidden.csrf), forged(String(hidden.csrf))];
    expect(await comparisons(() => decide(wrong))).toBe(1);
    expect(await comparisons(() => decide(right))).toBe(2);
  });

  it("compares with every secret of an app during an overlap, not only up to the first that fits", async () => {
    const found = await server.storage.findApp(web.clientId);
    const [one] = found?.secrets ?? [];
    const secrets = [one, one, one].flatMap((secret) => secret ?? []);
    await server.storage.updateApp(web.clientId, { secrets }, server.clock.now());
    const token = { token: "x", ...inBody(web) };
    expect(await comparisons(() => post(server, "/oauth/introspect", token))).toBe(3);
  });
});
