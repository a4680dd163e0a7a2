/** The HTTP server: raw bodies, one error handler, one log line for each request, and the routes. */

import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Reason } from "../oauth/refusal.js";
import { closeGently } from "./closing.js";
import { type HttpContext, keepNotes, notesOf } from "./context.js";
import { assets, pathOf, problemOf, sendProblem } from "./responses.js";
import { accountRoutes } from "./routes/account.js";
import { authorizeRoutes } from "./routes/authorize.js";
import { connectedAppsRoutes } from "./routes/connected-apps.js";
import { standardRoutes } from "./routes/standard.js";
import { tokenRoutes } from "./routes/token.js";

/** Largest request body, in bytes. No request of the protocol comes near it. */
const largestBodyBytes = 65_536;

/** How long a request may take to arrive, in milliseconds: slow senders cannot hold the server. */
export interface Timeouts {
  readonly headersMilliseconds: number;
  /** The whole request, its headers included. */
  readonly requestMilliseconds: number;
  /** How often connections are looked at; Node's own 30 seconds would let each sender stay that much longer. */
  readonly checkMilliseconds: number;
}

const publicTimeouts: Timeouts = {
  headersMilliseconds: 10_000,
  requestMilliseconds: 15_000,
  checkMilliseconds: 2_000,
};

export interface ServerOptions {
  /** Whether X-Forwarded-* of the connecting peer is believed: a list of addresses, or false. */
  readonly trustProxy: boolean | string[];
  readonly readiness: { readonly draining: boolean };
  readonly timeouts?: Timeouts | undefined;
}

export function createServer(context: HttpContext, options: ServerOptions): FastifyInstance {
  const timeouts = options.timeouts ?? publicTimeouts;
  const server = Fastify({
    // Node looks for overdue requests only every half minute unless told otherwise.
    http: { connectionsCheckingInterval: timeouts.checkMilliseconds },
    logger: false,
    trustProxy: options.trustProxy,
    bodyLimit: largestBodyBytes,
    requestTimeout: timeouts.requestMilliseconds,
    keepAliveTimeout: 72_000,
    return503OnClosing: false,
    forceCloseConnections: "idle",
    genReqId: requestIds(context.randomBytes),
    routerOptions: { maxParamLength: 200 },
    clientErrorHandler: (error, socket) => refuseConnection(error as NodeJS.ErrnoException, socket),
  });
  server.server.headersTimeout = timeouts.headersMilliseconds;
  // Who has sent all there is to send may say so and wait for the answer: it would be lost, with the code it used up.
  (server.server as { httpAllowHalfOpen?: boolean }).httpAllowHalfOpen = true;
  closeGently(server);
  readRawBodies(server);
  keepNotes(server);
  logRequests(server, context);
  server.setErrorHandler((error, request, reply) => handleError(context, error, request, reply));
  server.setNotFoundHandler((request, reply) => notFound(server, request, reply));
  healthRoutes(server, context, options.readiness);
  for (const { path, contentType, text } of assets) {
    server.get(path, async (_request, reply) =>
      reply
        .header("content-type", contentType)
        .header("cache-control", "public, max-age=31536000, immutable")
        .header("x-content-type-options", "nosniff")
        .send(text),
    );
  }
  tokenRoutes(server, context);
  standardRoutes(server, context);
  accountRoutes(server, context);
  authorizeRoutes(server, context);
  connectedAppsRoutes(server, context);
  return server;
}

/** Returns what makes ids that no two requests share, on whatever node: the start is drawn, the rest counts. */
function requestIds(randomBytes: HttpContext["randomBytes"]): () => string {
  const start = randomBytes(6).toString("hex");
  let count = 0;
  return () => start + (count++).toString(16).padStart(6, "0");
}

/** `/health` says the process lives; `/ready` says that requests should be sent to it. */
function healthRoutes(
  server: FastifyInstance,
  context: HttpContext,
  readiness: ServerOptions["readiness"],
): void {
  const answer = (reply: FastifyReply, status: number, text: string) =>
    reply.code(status).header("cache-control", "no-store").send({ status: text });
  server.get("/health", async (_request, reply) => answer(reply, 200, "ok"));
  server.get("/ready", async (_request, reply) => {
    if (readiness.draining) return answer(reply, 503, "draining");
    try {
      await context.storage.ping();
      return answer(reply, 200, "ready");
    } catch {
      return answer(reply, 503, "the database does not answer");
    }
  });
}

/** Bodies arrive as bytes; the route decodes them, so that every fault in one has the caller's shape. */
function readRawBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  // The two that nearly all requests have are found by their name, "*" by parsing it first.
  const types = ["application/json", "application/x-www-form-urlencoded", "*"];
  server.addContentTypeParser(types, { parseAs: "buffer" }, (_request, body, done) => done(null, body));
}

function logRequests(server: FastifyInstance, context: HttpContext): void {
  server.addHook("onResponse", (request, reply, done) => {
    const notes = notesOf(request);
    const fields = {
      id: request.id,
      method: request.method,
      path: pathOf(request).slice(0, 200),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      operation: notes.operation,
      client_id: printable(notes.clientId),
      account_id: notes.accountId,
      family: notes.familyId,
      reason: notes.reason,
      detail: notes.detail,
    };
    if (reply.statusCode >= 500) context.log.error(fields, "request");
    else context.log.info(fields, "request");
    done();
  });
}

/** What is recorded as a failed client authentication, whatever a profile answers. */
const authenticationFailures: ReadonlySet<Reason> = new Set([
  "client_unknown",
  "client_secret_wrong",
  "client_secret_missing",
  "client_authentication_unsupported",
  "client_assertion_invalid",
] as const);

/** A client id as it is written down: whoever reads the log at a terminal reads text, and not too much of it. */
function printable(clientId: string | undefined): string | undefined {
  return clientId?.slice(0, 100).replace(/[^\x21-\x7e]/g, "?");
}

function handleError(
  context: HttpContext,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const problem = problemOf(context.profile, error);
  const { refusal } = problem;
  const notes = Object.assign(notesOf(request), { reason: refusal.reason, detail: refusal.detail });
  // A client_id that is no app's may be a secret in the wrong place: enough of it to recognise is enough.
  if (refusal.reason === "client_unknown" && notes.clientId)
    notes.clientId = `${notes.clientId.slice(0, 4)}...`;
  if (problem.status >= 500) context.log.error({ id: request.id, err: faultOf(error) }, "fault");
  if (authenticationFailures.has(refusal.reason)) {
    context.audit("client_authentication_failed", {
      clientId: printable(notes.clientId),
      reason: refusal.reason,
      address: request.ip,
    });
    if (problem.status === 401 && request.headers.authorization !== undefined)
      reply.header("www-authenticate", 'Basic realm="token endpoint"');
  }
  if (refusal.retryAfterSeconds !== undefined) reply.header("retry-after", String(refusal.retryAfterSeconds));
  return sendProblem(request, reply, problem);
}

/** The fault for the log: where it came from, without the values it was about. */
function faultOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: "not an Error" };
  const cause = error.cause instanceof Error ? `${error.cause.name}: ${error.cause.message}` : undefined;
  return { name: error.name, message: error.message, stack: error.stack, cause };
}

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** A known path under another method is 405 with `Allow`, not 404. */
function notFound(server: FastifyInstance, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = pathOf(request);
  const allowed = methods.filter((method) => server.findRoute({ method, url: path }) !== null);
  if (allowed.length > 0) {
    reply.header("allow", allowed.join(", "));
    const description = `Method ${request.method} is not supported here; use ${allowed.join(" or ")}`;
    return sendProblem(request, reply, { status: 405, error: "invalid_request", description });
  }
  const description = path.startsWith("/v3/") ? "Invalid URI..." : "Not found.";
  return sendProblem(request, reply, { status: 404, error: "not_found", description });
}

/** What is not HTTP, or too large or slow to be read, gets a JSON answer and a closed connection. */
function refuseConnection(
  error: NodeJS.ErrnoException,
  socket: { writable: boolean; destroy(): void; end(text: string): void },
): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const [status, text] =
    error.code === "HPE_HEADER_OVERFLOW"
      ? ["431 Request Header Fields Too Large", "The request's headers are too large"]
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? ["408 Request Timeout", "The request took too long to arrive"]
        : ["400 Bad Request", "The request is not well-formed HTTP"];
  const body = JSON.stringify({ error: { error_msg: text, error_name: "bad_request" } });
  const length = Buffer.byteLength(body);
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${body}`,
  );
}
