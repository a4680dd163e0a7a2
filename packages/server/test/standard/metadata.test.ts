/** Authorization server metadata (RFC 8414): every word of it is tried. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { profiles } from "../../src/oauth/profile/profiles.js";
import { type Answer, send } from "../support/http.js";
import type { TestServer } from "../support/server.js";
import { authorizationQuery, callbackOf, UserAgent } from "../support/user-agent.js";
import { basic, codeFor, exchangeCode, inBody, post, startHouse, web } from "./house.js";

let server: TestServer;
let metadata: Record<string, unknown>;
beforeAll(async () => {
  server = await startHouse();
  metadata = (await send(`${server.url}/.well-known/oauth-authorization-server`)).json();
});
afterAll(() => server.close());

const pathOf = (name: string) => new URL(String(metadata[name])).pathname;
const listOf = (name: string) => metadata[name] as string[];

describe("the metadata", () => {
  it("names the issuer it is asked from, and endpoints that answer", async () => {
    expect(metadata.issuer).toBe(server.url);
    expect((await send(String(metadata.authorization_endpoint))).status).toBe(400);
    for (const endpoint of ["token_endpoint", "revocation_endpoint", "introspection_endpoint"]) {
      const answer = await post(server, pathOf(endpoint), inBody(web));
      expect([answer.status, answer.json().error]).toEqual([400, "invalid_request"]);
    }
    const { keys } = (await send(String(metadata.jwks_uri))).json() as { keys: { alg: string }[] };
    expect(keys.map(({ alg }) => alg)).toEqual(["ES256", "EdDSA", "RS256"]);
  });

  it("lists each way of client authentication that works, and no other", async () => {
    expect(listOf("token_endpoint_auth_methods_supported").sort()).toEqual([
      ...["client_secret_basic", "client_secret_post", "none", "private_key_jwt"],
    ]);
    expect(listOf("introspection_endpoint_auth_methods_supported")).not.toContain("none");
    const code = await codeFor(server, web);
    const grant = { grant_type: "authorization_code", code };
    const header = basic(web.clientId, web.clientSecret);
    expect((await post(server, "/oauth/token", grant, header)).status).toBe(200);
  });

  it("lists each grant type that works, and no other", async () => {
    expect(listOf("grant_types_supported")).toEqual([
      "authorization_code",
      "refresh_token",
      "client_credentials",
      "urn:ietf:params:oauth:grant-type:device_code",
    ]);
    const notAllowed = { grant_type: "client_credentials", ...inBody(web) };
    expect((await post(server, "/oauth/token", notAllowed)).json().error).toBe("unauthorized_client");
    for (const grantType of ["password", "implicit", "urn:x"]) {
      const answer = await post(server, "/oauth/token", { grant_type: grantType, ...inBody(web) });
      expect(answer.json().error).toBe("unsupported_grant_type");
    }
  });

  it("lists each response type that works, and no other", async () => {
    expect(listOf("response_types_supported")).toEqual(["code"]);
    for (const responseType of ["token", "id_token", "code token", "none"]) {
      const query = authorizationQuery(web.clientId, { response_type: responseType });
      const answer = await new UserAgent(server.url).get(`/oauth/authorize?${query}`);
      expect(callbackOf(answer).searchParams.get("error")).toBe("unsupported_response_type");
    }
  });

  it("lists S256 alone", () => {
    expect(listOf("code_challenge_methods_supported")).toEqual(["S256"]);
  });

  it("lists no scopes: each app has its own", () => {
    expect(metadata).not.toHaveProperty("scopes_supported");
  });

  it("is also where clients look that know OpenID Connect Discovery alone", async () => {
    const [answer, same] = (await Promise.all(
      ["openid-configuration", "oauth-authorization-server"].map((name) =>
        send(`${server.url}/.well-known/${name}`),
      ),
    )) as [Answer, Answer];
    expect(answer.text).toBe(same.text);
    expect(answer.headers["access-control-allow-origin"]).toBe("*");
  });

  it("may be read by a page of any origin, and is kept for a while", async () => {
    for (const url of [`${server.url}/.well-known/oauth-authorization-server`, String(metadata.jwks_uri)]) {
      expect((await send(url)).headers).toMatchObject({
        ...{ "access-control-allow-origin": "*", "cache-control": "public, max-age=300" },
      });
    }
  });
});

it("has nothing of the kind in the dropbox-sign profile, as the live service", async () => {
  const house = await startHouse({ profile: profiles["dropbox-sign"] });
  try {
    for (const path of [
      "/.well-known/oauth-authorization-server",
      "/.well-known/openid-configuration",
      "/.well-known/jwks.json",
    ]) {
      expect((await send(`${house.url}${path}`)).status).toBe(404);
    }
    for (const path of ["/oauth/revoke", "/oauth/introspect"]) {
      expect((await post(house, path, { ...inBody(web), token: "x" })).status).toBe(404);
    }
    const callback = await new UserAgent(house.url).authorize(authorizationQuery(web.clientId), {
      email: "jill@example.com",
      password: "correct horse battery",
    });
    expect([...callback.searchParams.keys()]).toEqual(["code"]);
    const tokens = (await exchangeCode(house, web, callback.searchParams.get("code") ?? "")).json();
    expect(Object.keys(tokens).sort()).toEqual([
      ...["access_token", "expires_in", "refresh_token", "token_type"],
    ]);
  } finally {
    await house.close();
  }
});
