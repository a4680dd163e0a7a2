/** A client may close its sending side and wait: `nc -N` does, and so does what pipes a request into a socket. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { sendRaw } from "../support/http.js";
import { callbackUrl, demo, jack, startServer, type TestServer } from "../support/server.js";
import { newCode } from "../support/user-agent.js";

let server: TestServer;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.close());

it("answers a client that has closed its sending side, with the tokens of the code it used up", async () => {
  const code = await newCode(server, demo, jack);
  const { clientId, clientSecret } = demo;
  const form = { client_id: clientId, client_secret: clientSecret, code, redirect_uri: callbackUrl };
  const body = new URLSearchParams({ grant_type: "authorization_code", ...form }).toString();
  const head = [
    "POST /oauth/token HTTP/1.1",
    `Host: ${new URL(server.url).host}`,
    "Content-Type: application/x-www-form-urlencoded",
    `Content-Length: ${body.length}`,
  ];
  const answer = await sendRaw(server.url, `${head.join("\r\n")}\r\n\r\n${body}`);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).toContain('"access_token":"');
});
