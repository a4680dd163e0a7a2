// An integration as people write it: Express and the official SDK. It knows the live service alone; nothing here is
// made for a test. `now` is a parameter, as any time that a program judges by should be.
import { randomBytes, timingSafeEqual } from "node:crypto";
import { AccountApi, EventCallbackHelper, EventCallbackRequest, HttpError, OAuthApi } from "@dropbox/sign";
import express from "express";
import { Connection, NotConnected } from "./connection.js";

/** @param settings clientId, clientSecret and apiKey of the app; `now` in milliseconds. */
export function createApp({ clientId, clientSecret, apiKey, now = Date.now }) {
  const app = express();
  const connections = new Map(); // session id → Connection
  const confirmed = []; // accounts that the app was told of
  const credentials = { clientId, clientSecret };

  app.use((request, response, next) => {
    request.session = /session=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1];
    if (request.session === undefined) {
      request.session = randomBytes(16).toString("base64url");
      response.setHeader("set-cookie", `session=${request.session}; HttpOnly; SameSite=Lax; Path=/`);
    }
    next();
  });

  app.get("/connect", (request, response) => {
    const state = randomBytes(16).toString("hex");
    connections.set(request.session, new Connection(new OAuthApi(), credentials, state, now));
    const query = new URLSearchParams({ response_type: "code", client_id: clientId, state });
    response.redirect(`https://app.hellosign.com/oauth/authorize?${query}`);
  });

  app.get("/callback", async (request, response) => {
    const { code, state, error } = request.query;
    const connection = connections.get(request.session);
    if (connection === undefined || !same(connection.state, String(state ?? "")))
      return response.status(400).send("This answer is not to a question of yours.");
    if (error !== undefined) {
      connections.delete(request.session);
      return response.status(200).send("You did not give access. You can change your mind at any time.");
    }
    try {
      await connection.exchange(String(code));
      response.redirect("/me");
    } catch (fault) {
      connections.delete(request.session);
      if (!(fault instanceof HttpError)) throw fault;
      response.status(502).send("That took too long, or was done before. Please connect again.");
    }
  });

  app.get("/me", async (request, response) => {
    try {
      const connection = connections.get(request.session);
      if (connection === undefined) throw new NotConnected();
      const account = await connection.call(async (accessToken) => {
        const api = new AccountApi();
        api.accessToken = accessToken;
        return (await api.accountGet()).body.account;
      });
      response.json({ email: account.emailAddress });
    } catch (fault) {
      if (fault instanceof NotConnected) {
        connections.delete(request.session);
        return response.status(401).json({ connect: "/connect" });
      }
      const retryAfter = fault instanceof HttpError && fault.response.headers["retry-after"];
      if (retryAfter)
        return response
          .status(503)
          .set("retry-after", retryAfter)
          .json({ wait: Number(retryAfter) });
      response.status(502).json({ error: "The service did not answer." });
    }
  });

  app.post("/events", express.raw({ type: "multipart/form-data" }), (request, response) => {
    const json = /name="json"\r\n\r\n(.*?)\r\n--/s.exec(request.body.toString("utf8"))?.[1] ?? "{}";
    const event = EventCallbackRequest.init(JSON.parse(json));
    if (!EventCallbackHelper.isValid(apiKey, event))
      return response.status(403).send("Not from the service.");
    if (event.event.eventType === "account_confirmed") confirmed.push(event.account.emailAddress);
    response.send("Hello API Event Received");
  });

  app.get("/confirmed", (_request, response) => response.json(confirmed));
  return app;
}

function same(a, b) {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
