/** What the fapi2 profile asks of clients beyond the standard one, rule by rule, each success beside its refusals. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { challenge, post, web } from "../standard/house.js";
import { send } from "../support/http.js";
import { jack, type TestServer } from "../support/server.js";
import { UserAgent } from "../support/user-agent.js";
import { callbackUrl, type Keyed, keyPair, registerKeyed, seconds, signedIn, startFapi2 } from "./client.js";
import { postProven, prover } from "./proofs.js";

let server: TestServer;
let one: Keyed;
beforeAll(async () => {
  ({ server, one } = await startFapi2());
});
afterAll(() => server.close());

/** Whoever is let in is told of the token; whoever is not, of the client. */
const revokes = async (proof: Record<string, string>, headers: Record<string, string> = {}) => {
  const answer = await post(server, "/oauth/revoke", { token: "any", ...proof }, headers);
  return answer.status === 200 ? 200 : answer.json().error_description;
};

describe("a client assertion", () => {
  it("is for the issuer as one string, and for nothing else", async () => {
    expect(await revokes(await signedIn(server, one))).toBe(200);
    for (const aud of [
      [server.url],
      `${server.url}/oauth/token`,
      `${server.url}/`,
      [server.url, "https://other.example.com"],
    ])
      expect(await revokes(await signedIn(server, one, { aud }))).toContain(
        `aud must be the issuer as one string: send ${server.url}`,
      );
  });

  it("is signed by PS256, ES256 or EdDSA", async () => {
    const rsa = { ...one, key: keyPair("RS256").privateKey, alg: "RS256" };
    expect(await revokes(await signedIn(server, rsa))).toContain("alg must be one of PS256, ES256, EdDSA");
  });

  it("may be ahead by 10 seconds, and not by more than 60", async () => {
    const ahead = async (by: number) => {
      const now = seconds(server) + by;
      return revokes(await signedIn(server, one, { iat: now, nbf: now, exp: now + 60 }));
    };
    expect([await ahead(0), await ahead(8), await ahead(10)]).toEqual([200, 200, 200]);
    expect(await ahead(61)).toContain("nbf or iat is in the future");
  });

  it("is the one way to sign in: a secret and HTTP Basic are refused as such", async () => {
    const words = "A client_secret is not read here: send a client_assertion (private_key_jwt)";
    expect(await revokes({ client_id: "web", client_secret: String(web.clientSecret) })).toBe(words);
    expect(await revokes({}, { authorization: `Basic ${btoa(`web:${web.clientSecret}`)}` })).toBe(words);
    expect(await revokes({ client_id: one.clientId })).toBe("Client authentication failed");
    expect(await revokes({ client_id: "native" })).toBe("Client authentication failed");
  });
});

describe("a token of the app itself", () => {
  it("is bound to a key, and never given without a proof", async () => {
    const worker = await registerKeyed(server, "worker", { grantTypes: ["client_credentials"] });
    const fields = async () => ({ grant_type: "client_credentials", ...(await signedIn(server, worker)) });
    const without = await post(server, "/oauth/token", await fields());
    expect([without.status, without.json().error]).toEqual([400, "invalid_dpop_proof"]);
    const by = await prover();
    const answer = await postProven(server, "/oauth/token", fields, by);
    expect(answer.json()).toMatchObject({ token_type: "DPoP", expires_in: 600 });
    const token = String(answer.json().access_token);
    const told = await post(server, "/oauth/introspect", { token, ...(await signedIn(server, worker)) });
    expect(told.json()).toMatchObject({ active: true, token_type: "DPoP", cnf: { jkt: by.jkt } });
  });
});

describe("the metadata", () => {
  it("says what is read, and no more", async () => {
    const { status, json } = await send(`${server.url}/.well-known/oauth-authorization-server`, {});
    const metadata = json();
    expect(status).toBe(200);
    expect(metadata).toMatchObject({
      token_endpoint_auth_methods_supported: ["private_key_jwt"],
      token_endpoint_auth_signing_alg_values_supported: ["PS256", "ES256", "EdDSA"],
      revocation_endpoint_auth_methods_supported: ["private_key_jwt"],
      code_challenge_methods_supported: ["S256"],
      authorization_response_iss_parameter_supported: true,
      pushed_authorization_request_endpoint: `${server.url}/oauth/par`,
      require_pushed_authorization_requests: true,
    });
  });
});

describe("what is sent to a page", () => {
  it("is refused for a client without keys that is public", async () => {
    const query = "response_type=code&client_id=native&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback";
    const answer = await send(`${server.url}/oauth/authorize?${query}`, {});
    expect(String(answer.headers.location)).toContain("error=unauthorized_client");
  });
});

describe("an authorization request", () => {
  const asked = {
    ...{ response_type: "code", state: "s", redirect_uri: callbackUrl, code_challenge: challenge },
    code_challenge_method: "S256",
  };

  it("is pushed by its client, and opened by its request_uri", async () => {
    const answer = await post(server, "/oauth/par", { ...asked, ...(await signedIn(server, one)) });
    expect([answer.status, Number(answer.json().expires_in) < 600]).toEqual([201, true]);
    const query = new URLSearchParams({
      client_id: one.clientId,
      request_uri: String(answer.json().request_uri),
    });
    const callback = await new UserAgent(server.url).authorize(query.toString(), jack);
    expect([...callback.searchParams.keys()].sort()).toEqual(["code", "iss", "state"]);
  });

  it("is refused where it comes through the browser", async () => {
    const query = new URLSearchParams({ client_id: one.clientId, ...asked });
    const callback = new URL(
      String((await send(`${server.url}/oauth/authorize?${query}`, {})).headers.location),
    );
    expect([callback.searchParams.get("error"), callback.searchParams.get("code")]).toEqual([
      ...["invalid_request", null],
    ]);
  });

  it.each(["redirect_uri", "code_challenge"])("is refused without %s", async (name) => {
    const { [name as keyof typeof asked]: _, ...rest } = asked;
    const answer = await post(server, "/oauth/par", { ...rest, ...(await signedIn(server, one)) });
    expect([answer.status, answer.json().error]).toEqual([400, "invalid_request"]);
  });

  it("is refused with an assertion that is for the endpoint's address", async () => {
    const proof = await signedIn(server, one, { aud: `${server.url}/oauth/par` });
    const answer = await post(server, "/oauth/par", { ...asked, ...proof });
    expect([answer.status, answer.json().error]).toEqual([401, "invalid_client"]);
  });
});
