/** Closing: requests under way are answered, and no connection without one holds the server up. */

import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";

export function closeGently(server: FastifyInstance): void {
  const sockets = new Set<Socket>();
  let closing = false;
  server.server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.addHook("preClose", (done) => {
    closing = true;
    // Browsers connect ahead of need. Node takes a connection that sent nothing yet for one with a request under way.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    done();
  });
  // Otherwise the answer leaves its connection alive, and the server waits for the client to end it.
  server.addHook("onSend", (_request, reply, _payload, done) => {
    if (closing) reply.header("connection", "close");
    done();
  });
}
