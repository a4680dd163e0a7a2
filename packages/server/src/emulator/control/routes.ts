/** The control API: JSON under `/_emulator`, for tests and for people with curl. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { notesOf } from "../../http/context.js";
import { serve } from "../../http/endpoint.js";
import { sendProblem } from "../../http/problem.js";
import * as documents from "../api/control.js";
import { actOnDraft, draftActKeys, listDrafts } from "../api/drafts/control.js";
import { actOnTemplate, listTemplates, templateActKeys } from "../api/templates/control.js";
import { emulatorEndpoints } from "../endpoints.js";
import { eventTypes } from "../outbox/event-types.js";
import { ownReasons } from "../requests/explain.js";
import { operations } from "../requests/operation.js";
import type { RequestFilter } from "../requests/record.js";
import type { World } from "../state/world.js";
import * as acts from "./acts.js";
import { authorizeHeadless } from "./authorize.js";
import { toSnakeCase } from "./case.js";
import { faultKeys, readFault } from "./faults.js";
import { bodyFields, ControlFault, type Fields, queryFields } from "./fields.js";
import { familyKeys } from "./find.js";
import {
  accountView,
  appView,
  clockView,
  emailView,
  eventView,
  faultView,
  requestView,
  stateView,
} from "./views.js";

type Act = (request: FastifyRequest) => Promise<unknown> | unknown;

export function controlRoutes(server: FastifyInstance, world: World): void {
  const route = (method: "GET" | "POST" | "PATCH" | "DELETE", url: string, act: Act) =>
    server.route({
      method,
      url: `/_emulator${url}`,
      handler: (request, reply) => answer(act, request, reply),
    });
  const { context, timeline, faults, outbox } = world;

  serve(server, emulatorEndpoints.authorizeHeadless, (request, reply) =>
    answer(() => authorizeHeadless(context, request), request, reply),
  );
  route("GET", "/state", () => stateView(world));

  const clock = () => clockView(timeline.clock.state());
  route("GET", "/clock", clock);
  route("POST", "/clock", async (request) => {
    await acts.moveClock(world, bodyFields(request, acts.clockKeys));
    return clock();
  });

  route("GET", "/faults", () => ({ faults: faults.list().map(faultView) }));
  route("POST", "/faults", (request) => faultView(faults.add(readFault(bodyFields(request, faultKeys)))));
  route("DELETE", "/faults", () => {
    faults.clear();
    return done;
  });
  route("DELETE", "/faults/:id", (request) => {
    if (faults.remove(parameter(request, "id"))) return done;
    throw new ControlFault("There is no such fault; it may have struck as often as it was to", "id", 404);
  });

  documentRoutes(world, route);
  requestRoutes(world, route);
  tokenRoutes(world, route);

  route("GET", "/outbox/emails", (request) => ({
    emails: outbox.emails(queryFields(request, ["to"]).optionalText("to")).map(emailView),
  }));
  route("GET", "/outbox/events", (request) => {
    const fields = queryFields(request, ["type", "client_id"]);
    const filter = {
      type: fields.optionalChoice("type", eventTypes),
      clientId: fields.optionalText("client_id"),
    };
    return { events: outbox.events(filter).map(eventView) };
  });

  route("POST", "/snapshot", () => ({ snapshot: world.snapshot() }));
  route("POST", "/restore", async (request) => {
    if (await world.restore(bodyFields(request, ["snapshot"]).text("snapshot"))) return done;
    throw new ControlFault("There is no such snapshot", "snapshot", 404);
  });
  route("POST", "/reset", async () => {
    await world.reset();
    return done;
  });
}

function documentRoutes(world: World, route: Route): void {
  const id = (request: FastifyRequest) => parameter(request, "id");
  route("GET", "/signature_requests", () => documents.listRequests(world));
  route("GET", "/signature_requests/:id", (request) => documents.showRequest(world, id(request)));
  route("POST", "/signature_requests/:id", (request) =>
    documents.actOnRequest(world, id(request), bodyFields(request, documents.actKeys)),
  );
  route("POST", "/templates", (request) =>
    documents.makeTemplate(world, bodyFields(request, documents.templateKeys)),
  );
  route("GET", "/templates", () => listTemplates(world));
  route("POST", "/templates/:id", (request) =>
    actOnTemplate(world, id(request), bodyFields(request, templateActKeys)),
  );
  route("GET", "/unclaimed_drafts", () => listDrafts(world));
  route("POST", "/unclaimed_drafts/:id", (request) =>
    actOnDraft(world, id(request), bodyFields(request, draftActKeys)),
  );
  route("POST", "/signing", (request) =>
    documents.changeSigning(world, bodyFields(request, documents.signingKeys)),
  );
}

type Route = (method: "GET" | "POST" | "PATCH" | "DELETE", url: string, act: Act) => void;

/** Longest wait for a request, in milliseconds of real time. */
const longestWaitMilliseconds = 120_000;

const filterKeys = [
  "operation",
  "client_id",
  "account",
  "flow",
  "method",
  "path",
  "status",
  "reason",
  "direction",
  "after",
] as const;

function requestRoutes(world: World, route: Route): void {
  const { log } = world;
  const readFilter = (fields: Fields) => readRequestFilter(fields, knownReasons(world));
  route("GET", "/requests", (request) => {
    const records = log.list(readFilter(queryFields(request, filterKeys)));
    return { requests: records.map(requestView) };
  });
  route("GET", "/requests/wait", async (request) => {
    const fields = queryFields(request, [...filterKeys, "timeout"]);
    const timeout = fields.has("timeout") ? fields.duration("timeout") : 5000;
    const record = await log.wait(readFilter(fields), Math.min(timeout, longestWaitMilliseconds));
    if (record) return requestView(record);
    throw new ControlFault(`No such request arrived within ${timeout} ms`, undefined, 408);
  });
  route("DELETE", "/requests", () => {
    log.clear();
    return done;
  });
}

/** Those of the protocol, the emulator's own, and whatever a record has. */
function knownReasons({ context, log }: World): readonly string[] {
  const seen = log.list().flatMap(({ reason }) => reason ?? []);
  return [...new Set([...Object.keys(context.profile.errors), ...ownReasons, ...seen])];
}

/** A filter that nothing can match would let a test pass for nothing. */
function readRequestFilter(fields: Fields, reasons: readonly string[]): RequestFilter {
  const operation = fields.optionalText("operation");
  if (operation !== undefined && !operation.startsWith("event:"))
    fields.optionalChoice("operation", operations);
  const path = fields.optionalText("path");
  if (path !== undefined && !/^(\/|https?:)/.test(path))
    throw new ControlFault("path must begin with /", "path");
  return {
    operation,
    clientId: fields.optionalText("client_id"),
    account: fields.optionalText("account"),
    flow: fields.optionalText("flow"),
    method: fields.optionalChoice("method", methods),
    path,
    status: fields.optionalInteger("status", 100, 599),
    reason: fields.optionalChoice("reason", reasons),
    direction: fields.optionalChoice("direction", ["in", "out"]),
    after: fields.optionalInteger("after", 0, Number.MAX_SAFE_INTEGER),
  };
}

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

function tokenRoutes(world: World, route: Route): void {
  route("POST", "/tokens/expire", async (request) => ({
    families: await acts.expireTokens(world, bodyFields(request, familyKeys)),
  }));
  route("POST", "/tokens/revoke", async (request) => ({
    families: await acts.revokeTokens(world, bodyFields(request, familyKeys)),
  }));
  route("POST", "/grants/revoke", async (request) => ({
    revoked: await acts.revokeGrant(world, bodyFields(request, ["account", "client_id"])),
  }));
  route("PATCH", "/apps/:client_id", async (request) => {
    const fields = bodyFields(request, acts.appKeys);
    const { app, grantsRevoked } = await acts.changeApp(world, parameter(request, "client_id"), fields);
    const owner = await world.context.storage.findAccount(app.ownerId);
    return { app: appView(app, owner?.email ?? app.ownerId), grantsRevoked };
  });
  route("PATCH", "/accounts/:account", async (request) => {
    const name = parameter(request, "account");
    await acts.changeAccount(world, name, bodyFields(request, ["locked"]));
    const account = await world.context.storage.findAccountByEmail(name);
    return account ? accountView(account) : done;
  });
  route("POST", "/accounts/:account/confirm", async (request) => {
    const password = bodyFields(request, ["password"]).optionalText("password");
    return { confirmed: await acts.confirmByLink(world, parameter(request, "account"), password) };
  });
}

function parameter(request: FastifyRequest, name: string): string {
  return (request.params as Record<string, string>)[name] as string;
}

/** The answer of an act that has nothing to tell. */
const done = { ok: true };

async function answer(act: Act, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  try {
    const value = await act(request);
    return reply.header("cache-control", "no-store").send(toSnakeCase(value));
  } catch (error) {
    if (!(error instanceof ControlFault)) throw error;
    const { status, message, path } = error;
    notesOf(request).reason ??= "control_fault";
    return sendProblem(request, reply, {
      status,
      error: "invalid_request",
      description: message,
      parameter: path,
    });
  }
}
