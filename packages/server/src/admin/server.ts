/**
 * The operators' listener: metrics, and the admin API where it has a token. Apart from the public one, so that a firewall
 * tells them apart; it knows nothing of cookies, pages and cross-origin requests.
 */

import Fastify, { type FastifyInstance } from "fastify";
import { closeGently } from "../http/closing.js";
import { limitedServer, type Peers, publicLimits, refuseConnection } from "../http/connections.js";
import { keepNotes } from "../http/context.js";
import { beginEveryRequest, requestIds } from "../http/every-request.js";
import { healthRoutes, type Readiness } from "../http/health.js";
import { logRequests } from "../http/request-log.js";
import { traceRequests } from "../http/trace.js";
import type { Tracing } from "../observer.js";
import type { AdminContext } from "./context.js";
import { AdminFault, answerFault } from "./fault.js";
import { type Metered, metricsRoute } from "./routes/metrics.js";
import { type AdminApi, adminRoutes } from "./routes/routes.js";

export interface AdminOptions {
  readonly readiness: Readiness;
  readonly metrics: Metered;
  /** Without one there is no API, only metrics. */
  readonly api: AdminApi | undefined;
  /** What opens the metrics; without one they are open to whoever reaches the listener. */
  readonly metricsToken: string | undefined;
  /** @default requests are not traced */
  readonly tracing?: Tracing | undefined;
}

const largestBodyBytes = 262_144;
const mostConnections = 256;

/** Returns the server, not yet listening. */
export function createAdminServer(context: AdminContext, options: AdminOptions): FastifyInstance {
  const peers: Peers = new Map();
  const server = Fastify({
    serverFactory: (listener) => limitedServer(listener, { ...publicLimits, mostConnections }, peers),
    logger: false,
    bodyLimit: largestBodyBytes,
    return503OnClosing: false,
    forceCloseConnections: "idle",
    genReqId: requestIds(context.randomBytes),
    routerOptions: { maxParamLength: 200 },
    clientErrorHandler: (error, socket) => refuseConnection(error as NodeJS.ErrnoException, socket),
  });
  closeGently(server, peers, options.readiness);
  keepNotes(server);
  logRequests(server, context);
  beginEveryRequest(server, false);
  if (options.tracing !== undefined) traceRequests(server, options.tracing);
  server.setErrorHandler((error, request, reply) => answerFault(context.log, error, request, reply));
  server.setNotFoundHandler((request, reply) =>
    answerFault(context.log, new AdminFault("not_found", "There is no such path."), request, reply),
  );
  healthRoutes(server, context, options.readiness);
  metricsRoute(server, options.metrics, options.metricsToken);
  if (options.api !== undefined) adminRoutes(server, context, options.api);
  return server;
}
