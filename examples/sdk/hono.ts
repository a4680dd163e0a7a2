import { isPrefetch } from "@countersign/sdk";
import { Hono } from "hono";
import { accountOf } from "./account.js";
import { flow, keeper } from "./oauth.js";
import { problemOf } from "./problem.js";
import { userIdOf } from "./session.js";

export const server = new Hono();

server.get("/connect", async (context) => {
  if (isPrefetch(context.req.raw.headers)) return context.body(null, 503, { "Cache-Control": "no-store" });
  const { url, setCookie } = await flow.begin({ binding: context.req.header("Cookie") });
  context.header("Set-Cookie", setCookie);
  return context.redirect(url, 303);
});

server.get("/callback", async (context) => {
  const cookie = context.req.header("Cookie");
  const result = await flow.handleCallback(context.req.url, cookie);
  context.header("Set-Cookie", result.clearCookie);
  if (result.outcome === "denied") return context.redirect("/?connected=no", 303);
  await keeper.save(userIdOf(cookie), result.token);
  return context.redirect("/me", 303);
});

server.get("/me", async (context) => context.json(await accountOf(userIdOf(context.req.header("Cookie")))));

server.onError((error) => {
  const { status, location, text } = problemOf(error);
  return new Response(text, { status, headers: location === undefined ? {} : { location } });
});
