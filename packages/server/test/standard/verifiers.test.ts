/** JWT access tokens as resource servers verify them: the libraries that Node's programs use, with ES256 and RS256 (RFC 9068). */

import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { expressjwt } from "express-jwt";
import { auth } from "express-oauth2-jwt-bearer";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import jsonwebtoken from "jsonwebtoken";
import jwksRsa from "jwks-rsa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { send } from "../support/http.js";
import type { TestServer } from "../support/server.js";
import { account, type Tokens } from "../support/tokens.js";
import { jwt, resource, startHouse, tokensFor } from "./house.js";

const algorithms = ["ES256", "RS256"] as const;

let server: TestServer;
let api: Server;
const tokens = new Map<string, Tokens>();
beforeAll(async () => {
  server = await startHouse();
  for (const jwtAlgorithm of algorithms) {
    await server.storage.updateApp(jwt.clientId, { jwtAlgorithm }, server.clock.now());
    tokens.set(jwtAlgorithm, await tokensFor(server, jwt, { resource }));
  }
  api = await startApi();
});
afterAll(async () => {
  api.close();
  await server.close();
});

const tokenOf = (algorithm: string) => (tokens.get(algorithm) as Tokens).access_token;
const jwksUri = () => `${server.url}/.well-known/jwks.json`;
const seconds = () => Math.floor(server.clock.now() / 1000);

/** Two routes, each behind a middleware as its documents show it; the clock of the tests is the server's. */
async function startApi(): Promise<Server> {
  const app = express();
  const rules = { audience: resource, issuer: server.url };
  const secret = jwksRsa.expressJwtSecret({ jwksUri: jwksUri() }) as never;
  const verify = { ...rules, algorithms: [...algorithms], clockTimestamp: seconds() };
  app.get(
    "/express-jwt",
    expressjwt({ secret, ...verify }),
    (_request, response) => void response.send("in"),
  );
  for (const tokenSigningAlg of algorithms) {
    const checked = auth({
      ...rules,
      jwksUri: jwksUri(),
      tokenSigningAlg,
      clockTolerance: 1e9,
    });
    app.get(`/bearer/${tokenSigningAlg}`, checked, (_request, response) => void response.send("in"));
  }
  app.use(((error, _request, response, _next) => {
    response.status(401).send(String(error));
  }) as express.ErrorRequestHandler);
  return new Promise((resolve) => {
    const listening = app.listen(0, "127.0.0.1", () => resolve(listening));
  });
}

const callApi = (path: string, token: string) =>
  send(`http://127.0.0.1:${(api.address() as AddressInfo).port}${path}`, {
    headers: { authorization: `Bearer ${token}` },
  });
const forged = (token: string) =>
  `${token.slice(0, -8)}${token.slice(-8) === "AAAAAAAA" ? "BBBBBBBB" : "AAAAAAAA"}`;

describe.each(algorithms)("a token signed by %s", (algorithm) => {
  it("says so, and opens this server's own endpoints", async () => {
    const header = decodeProtectedHeader(tokenOf(algorithm));
    expect(header).toMatchObject({ alg: algorithm, typ: "at+jwt" });
    const set = (await send(jwksUri())).json() as { keys: { kid: string; alg: string; use: string }[] };
    expect(set.keys.find(({ kid }) => kid === header.kid)).toMatchObject({ alg: algorithm, use: "sig" });
    await server.storage.updateApp(jwt.clientId, { jwtAlgorithm: algorithm }, server.clock.now());
    const { access_token } = await tokensFor(server, jwt);
    expect((await account(server, access_token)).status).toBe(200);
    expect((await account(server, forged(access_token))).status).toBe(401);
  });

  it("is verified by jose", async () => {
    const keys = createRemoteJWKSet(new URL(jwksUri()));
    const rules = { issuer: server.url, audience: resource, currentDate: new Date(server.clock.now()) };
    expect((await jwtVerify(tokenOf(algorithm), keys, rules)).payload.client_id).toBe(jwt.clientId);
    await expect(jwtVerify(forged(tokenOf(algorithm)), keys, rules)).rejects.toThrow("signature");
  });

  it("is verified by jsonwebtoken with jwks-rsa", async () => {
    const client = jwksRsa({ jwksUri: jwksUri() });
    const key = await client.getSigningKey(decodeProtectedHeader(tokenOf(algorithm)).kid);
    const rules = { audience: resource, issuer: server.url, clockTimestamp: seconds() };
    const payload = jsonwebtoken.verify(tokenOf(algorithm), key.getPublicKey(), rules);
    expect(payload).toMatchObject({ client_id: jwt.clientId });
    expect(() => jsonwebtoken.verify(forged(tokenOf(algorithm)), key.getPublicKey(), rules)).toThrow(
      "signature",
    );
  });

  it("is verified by express-jwt and express-oauth2-jwt-bearer", async () => {
    for (const path of ["/express-jwt", `/bearer/${algorithm}`]) {
      const answer = await callApi(path, tokenOf(algorithm));
      expect([path, answer.status, answer.text]).toEqual([path, 200, "in"]);
      expect([path, (await callApi(path, forged(tokenOf(algorithm)))).status]).toEqual([path, 401]);
    }
  });
});
