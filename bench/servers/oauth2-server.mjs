/** @node-oauth/oauth2-server on `node:http` and one store: less than anybody runs, which is in its favour. */
import { createServer } from "node:http";
import OAuth2Server from "@node-oauth/oauth2-server";
import { lifetimes, modelOn, preparing } from "./oauth2-model.mjs";
import { serveBench } from "./ready.mjs";
import { openStore } from "./stores.mjs";

const { Request, Response } = OAuth2Server;
const store = await openStore(process.argv[2]);
const model = modelOn(store);
const rotating = new OAuth2Server({ model, ...lifetimes, alwaysIssueNewRefreshToken: true });
const same = new OAuth2Server({ model, ...lifetimes, alwaysIssueNewRefreshToken: false });

const server = createServer((request, response) => {
  const { method, headers, url } = request;
  if (url === "/account") return account(request, response);
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", async () => {
    const body = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
    const answer = new Response({ headers: {} });
    const oauth = body.client_id === "same" && body.grant_type === "refresh_token" ? same : rotating;
    await oauth.token(new Request({ method, headers, query: {}, body }), answer).catch(() => {});
    send(response, answer.status, answer.headers, answer.body);
  });
});

async function account({ method, headers }, response) {
  const answer = new Response({ headers: {} });
  try {
    const token = await same.authenticate(new Request({ method, headers, query: {} }), answer);
    send(response, 200, answer.headers, { sub: token.user.id, email: `${token.user.id}@example.com` });
  } catch (error) {
    send(response, error.code ?? 500, answer.headers, { error: error.name });
  }
}

function send(response, status, headers, body) {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...headers,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}

serveBench(server, store, preparing(store));
