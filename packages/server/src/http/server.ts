/** The HTTP server: its limits on connections and bodies, what every request goes through, and the routes. */

import Fastify, { type FastifyInstance } from "fastify";
import { loginScript, stylesheet } from "../pages/assets.js";
import { serveAssets } from "./assets.js";
import { keepParameters } from "./body.js";
import { closeGently } from "./closing.js";
import { refuseConnection } from "./connections.js";
import { type HttpContext, keepNotes } from "./context.js";
import { handleErrors } from "./errors.js";
import { healthRoutes, type Readiness } from "./health.js";
import { logRequests, requestIds } from "./request-log.js";
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
  /** How often connections are checked; at Node's own 30 seconds each sender would stay that much longer. */
  readonly checkMilliseconds: number;
}

const publicTimeouts: Timeouts = {
  headersMilliseconds: 10_000,
  requestMilliseconds: 15_000,
  checkMilliseconds: 2_000,
};

export interface ServerOptions {
  readonly readiness: Readiness;
  readonly timeouts?: Timeouts | undefined;
}

export function createServer(context: HttpContext, options: ServerOptions): FastifyInstance {
  const timeouts = options.timeouts ?? publicTimeouts;
  const server = Fastify({
    http: { connectionsCheckingInterval: timeouts.checkMilliseconds },
    logger: false,
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
  // A client that has sent everything may close its side and wait: without this the answer, and its code, would be lost.
  (server.server as { httpAllowHalfOpen?: boolean }).httpAllowHalfOpen = true;
  closeGently(server);
  readRawBodies(server);
  keepNotes(server);
  keepParameters(server);
  logRequests(server, context);
  handleErrors(server, context);
  healthRoutes(server, context, options.readiness);
  serveAssets(server, [stylesheet, loginScript]);
  tokenRoutes(server, context);
  standardRoutes(server, context);
  accountRoutes(server, context);
  authorizeRoutes(server, context);
  connectedAppsRoutes(server, context);
  return server;
}

/** Bodies arrive as bytes; the route decodes them, so that every fault in one has the caller's shape. */
function readRawBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  // Nearly all requests have one of the two named types, which are found by name; "*" costs a parse.
  const types = ["application/json", "application/x-www-form-urlencoded", "*"];
  server.addContentTypeParser(types, { parseAs: "buffer" }, (_request, body, done) => done(null, body));
}
