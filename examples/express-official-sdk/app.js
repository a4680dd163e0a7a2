// An integration as people write it: Express and the official SDK. It knows the live service alone; nothing here is
// made for a test. `now` is a parameter, as any time that a program judges by should be.
import { randomBytes, timingSafeEqual } from "node:crypto";
import {
  AccountApi,
  EventCallbackHelper,
  EventCallbackRequest,
  HttpError,
  OAuthApi,
  SignatureRequestApi,
} from "@dropbox/sign";
import express from "express";
import { Connection, NotConnected } from "./connection.js";

/** @param settings clientId, clientSecret and apiKey of the app; `now` in milliseconds. */
export function createApp({ clientId, clientSecret, apiKey, now = Date.now }) {
  const app = express();
  const connections = new Map(); // session id → Connection
  const confirmed = []; // accounts that the app was told of
  const contracts = new Map(); // signature request id → { session, status, ready }
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
    const contract = contracts.get(event.signatureRequest?.signatureRequestId);
    if (contract !== undefined) note(contract, event.event.eventType);
    response.send("Hello API Event Received");
  });

  app.post("/contracts", express.json(), async (request, response) => {
    try {
      const { title, name, email } = request.body ?? {};
      const sent = await requests(request.session, (api) =>
        api.signatureRequestSend({
          title,
          signers: [{ name, emailAddress: email }],
          fileUrls: ["https://my-app.example.com/contract.pdf"],
          testMode: true,
        }),
      );
      const { signatureRequestId: id } = sent.body.signatureRequest;
      contracts.set(id, { session: request.session, status: "sent", ready: false });
      response.status(201).json({ id });
    } catch (fault) {
      if (fault instanceof NotConnected) return response.status(401).json({ connect: "/connect" });
      if (!(fault instanceof HttpError)) throw fault;
      response.status(fault.statusCode).json({ error: fault.body.error.errorMsg });
    }
  });

  app.get("/contracts/:id", (request, response) => {
    const contract = ownContract(request);
    if (contract === undefined) return response.status(404).json({ error: "There is no such contract." });
    response.json({ status: contract.status });
  });

  app.get("/contracts/:id/document", async (request, response) => {
    const contract = ownContract(request);
    if (contract === undefined) return response.status(404).json({ error: "There is no such contract." });
    // Complete is not downloadable: the service says so with an event of its own.
    if (!contract.ready) return response.status(409).json({ status: contract.status });
    const file = await requests(request.session, (api) =>
      api.signatureRequestFiles(request.params.id, "pdf"),
    );
    response.type("pdf").send(file.body);
  });

  const ownContract = ({ params, session }) => {
    const contract = contracts.get(params.id);
    return contract?.session === session ? contract : undefined;
  };

  /** Calls the API of signature requests for the person of a session. */
  const requests = async (session, work) => {
    const connection = connections.get(session);
    if (connection === undefined) throw new NotConnected();
    return connection.call((accessToken) => {
      const api = new SignatureRequestApi();
      api.accessToken = accessToken;
      return work(api);
    });
  };

  app.get("/confirmed", (_request, response) => response.json(confirmed));
  return app;
}

/** Events may come late, twice or out of order: what is reached is not taken back. */
function note(contract, type) {
  if (type === "signature_request_downloadable") contract.ready = true;
  if (contract.status !== "complete" && type === "signature_request_signed") contract.status = "signed";
  if (type === "signature_request_all_signed") contract.status = "complete";
  if (type === "signature_request_declined") contract.status = "declined";
}

function same(a, b) {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
