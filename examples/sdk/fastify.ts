import { isPrefetch } from "@countersign/sdk";
import fastify from "fastify";
import { accountOf } from "./account.js";
import { flow, keeper } from "./oauth.js";
import { problemOf } from "./problem.js";
import { userIdOf } from "./session.js";

export const server = fastify();

server.get("/connect", async (request, reply) => {
  if (isPrefetch(request.headers)) return reply.header("Cache-Control", "no-store").status(503).send();
  const { url, setCookie } = await flow.begin({ binding: request.headers.cookie });
  return reply.header("Set-Cookie", setCookie).redirect(url, 303);
});

server.get("/callback", async (request, reply) => {
  const result = await flow.handleCallback(request.url, request.headers.cookie);
  reply.header("Set-Cookie", result.clearCookie);
  if (result.outcome === "denied") return reply.redirect("/?connected=no", 303);
  await keeper.save(userIdOf(request.headers.cookie), result.token);
  return reply.redirect("/me", 303);
});

server.get("/me", async (request) => accountOf(userIdOf(request.headers.cookie)));

server.setErrorHandler((error, _request, reply) => {
  const { status, location, text } = problemOf(error);
  if (location !== undefined) reply.header("Location", location);
  return reply.status(status).send(text);
});
