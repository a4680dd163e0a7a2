/** Closing: requests under way are answered, and no connection without one holds the server up. */

import type { FastifyInstance } from "fastify";
import type { Peers } from "./connections.js";
import type { Readiness } from "./health.js";

export function closeGently(server: FastifyInstance, peers: Peers, readiness: Readiness): void {
  let closing = false;
  server.addHook("preClose", (done) => {
    closing = true;
    // Browsers connect ahead of need. Node takes a connection that sent nothing yet for one with a request under way.
    for (const socket of peers.keys()) if (socket.bytesRead === 0) socket.destroy();
    done();
  });
  // Otherwise the answer leaves its connection alive, and the server waits for the client to end it. A proxy that keeps
  // connections opens its next one elsewhere.
  server.addHook("onSend", (_request, reply, _payload, done) => {
    if (closing || readiness.draining) reply.header("connection", "close");
    done();
  });
}
