/** The HTTP server: its limits on connections and bodies, what every request goes through, and the routes. */

import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Observer, Tracing } from "../observer.js";
import { loginScript, stylesheet } from "../pages/assets.js";
import { serveAssets } from "./assets.js";
import { keepBasePath } from "./base-path.js";
import { keepParameters } from "./body.js";
import { closeGently } from "./closing.js";
import {
  type ConnectionLimits,
  limitedServer,
  type Peers,
  publicLimits,
  refuseConnection,
} from "./connections.js";
import { type HttpContext, keepNotes } from "./context.js";
import { allowCrossOrigin } from "./cross-origin.js";
import { handleErrors } from "./errors.js";
import { beginEveryRequest, requestIds } from "./every-request.js";
import { healthRoutes, type Readiness } from "./health.js";
import { observeRequests } from "./observe.js";
import { sendProblem } from "./problem.js";
import { logRequests } from "./request-log.js";
import { accountRoutes } from "./routes/account.js";
import { authorizeRoutes } from "./routes/authorize.js";
import { connectedAppsRoutes } from "./routes/connected-apps.js";
import { deviceRoutes } from "./routes/device.js";
import { registerRoutes } from "./routes/register.js";
import { standardRoutes } from "./routes/standard.js";
import { tokenRoutes } from "./routes/token.js";
import { traceRequests } from "./trace.js";

/** Largest request body, in bytes. No request of the protocol comes near it. */
const largestBodyBytes = 65_536;

export interface ServerOptions {
  readonly readiness: Readiness;
  /** Whether browsers are told to come by TLS alone from now on (RFC 6797). @default false */
  readonly strictTransport?: boolean | undefined;
  /** @default those of a public server */
  readonly connections?: Partial<ConnectionLimits> | undefined;
  /** @default nobody watches */
  readonly observer?: Observer | undefined;
  /** @default nobody follows */
  readonly tracing?: Tracing | undefined;
}

export function createServer(context: HttpContext, options: ServerOptions): FastifyInstance {
  const limits = { ...publicLimits, ...options.connections };
  const peers: Peers = new Map();
  const server = Fastify({
    // One for each address that a host name stands for.
    serverFactory: (listener) => limitedServer(listener, limits, peers),
    logger: false,
    bodyLimit: largestBodyBytes,
    return503OnClosing: false,
    forceCloseConnections: "idle",
    genReqId: requestIds(context.randomBytes),
    routerOptions: { maxParamLength: 200 },
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    frameworkErrors: (_error, request, reply) => refuseAddress(request, reply),
    clientErrorHandler: (error, socket) => refuseConnection(error as NodeJS.ErrnoException, socket),
  });
  closeGently(server, peers, options.readiness);
  readRawBodies(server);
  keepBasePath(server, context.basePath);
  keepNotes(server);
  keepParameters(server);
  if (options.tracing !== undefined) traceRequests(server, options.tracing);
  logRequests(server, context);
  if (options.observer !== undefined) observeRequests(server, options.observer);
  beginEveryRequest(server, options.strictTransport ?? false);
  if (context.profile.browserClients) allowCrossOrigin(server);
  handleErrors(server, context);
  healthRoutes(server, context, options.readiness);
  serveAssets(server, [stylesheet, loginScript]);
  tokenRoutes(server, context);
  standardRoutes(server, context);
  registerRoutes(server, context);
  accountRoutes(server, context);
  authorizeRoutes(server, context);
  deviceRoutes(server, context);
  connectedAppsRoutes(server, context);
  return server;
}

/** A path that cannot be decoded: it is judged before any hook or route. */
function refuseAddress(request: FastifyRequest, reply: FastifyReply): void {
  const description = "The address is not well-formed: its percent-encoding is broken";
  sendProblem(request, reply, { status: 400, error: "invalid_request", description });
}

/** No route has a schema: without this the compilers of schemas are loaded at every start. */
function noSchemas(): never {
  throw new Error("a route has a schema, and nothing compiles it");
}

/** Bodies arrive as bytes; the route decodes them, so that every fault in one has the caller's shape. */
function readRawBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  // Nearly all requests have one of the two named types, which are found by name; "*" costs a parse.
  const types = ["application/json", "application/x-www-form-urlencoded", "*"];
  server.addContentTypeParser(types, { parseAs: "buffer" }, (_request, body, done) => done(null, body));
}
