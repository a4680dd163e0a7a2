import { isPrefetch } from "@countersign/sdk";
import express, { type ErrorRequestHandler } from "express";
import { accountOf } from "./account.js";
import { flow, keeper } from "./oauth.js";
import { problemOf } from "./problem.js";
import { userIdOf } from "./session.js";

export const server = express();

server.get("/connect", async (request, response) => {
  if (isPrefetch(request.headers)) return void response.set("Cache-Control", "no-store").sendStatus(503);
  const { url, setCookie } = await flow.begin({ binding: request.headers.cookie });
  response.setHeader("Set-Cookie", setCookie).redirect(303, url);
});

server.get("/callback", async (request, response) => {
  const result = await flow.handleCallback(request.url, request.headers.cookie);
  response.setHeader("Set-Cookie", result.clearCookie);
  if (result.outcome === "denied") return response.redirect(303, "/?connected=no");
  await keeper.save(userIdOf(request.headers.cookie), result.token);
  response.redirect(303, "/me");
});

server.get("/me", async (request, response) => {
  response.json(await accountOf(userIdOf(request.headers.cookie)));
});

const onError: ErrorRequestHandler = (error, _request, response, _next) => {
  const { status, location, text } = problemOf(error);
  if (location !== undefined) response.location(location);
  response.status(status).send(text);
};
server.use(onError);
