/** @node-oauth/express-oauth-server as its documentation sets it up: @node-oauth/oauth2-server on Express, one store. */
import { createServer } from "node:http";
import OAuthServer from "@node-oauth/express-oauth-server";
import express from "express";
import { lifetimes, modelOn, preparing } from "./oauth2-model.mjs";
import { serveBench } from "./ready.mjs";
import { openStore } from "./stores.mjs";

const store = await openStore(process.argv[2]);
const model = modelOn(store);
const rotating = new OAuthServer({ model, ...lifetimes, alwaysIssueNewRefreshToken: true });
const same = new OAuthServer({ model, ...lifetimes, alwaysIssueNewRefreshToken: false });

const app = express();
app.use(express.urlencoded({ extended: false }));
const [rotates, keeps] = [rotating.token(), same.token()];
app.post("/token", (request, response, next) => {
  const { client_id, grant_type } = request.body;
  const answer = client_id === "same" && grant_type === "refresh_token" ? keeps : rotates;
  answer(request, response, next);
});
app.get("/account", same.authenticate(), (_request, response) => {
  const { id } = response.locals.oauth.token.user;
  response.json({ sub: id, email: `${id}@example.com` });
});

serveBench(createServer(app), store, preparing(store));
