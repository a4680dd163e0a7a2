/**
 * Connections: how many there are, how long a peer may take to send and to read, and how many answers wait on one. What
 * is not HTTP, or too large or slow to be read, gets a JSON answer and a closed connection.
 */

import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import type { Socket } from "node:net";

/** What one peer, or all of them, may take of the server. Times are in milliseconds. */
export interface ConnectionLimits {
  readonly headersMilliseconds: number;
  /** The whole request, its headers included. */
  readonly requestMilliseconds: number;
  /** How long answers may wait for a peer that does not read them. */
  readonly unreadMilliseconds: number;
  /** How often connections are checked; at Node's own 30 seconds each sender would stay that much longer. */
  readonly checkMilliseconds: number;
  /** Connections beyond these are closed at once. */
  readonly mostConnections: number;
  /** Requests that one connection may have sent ahead of their answers. No browser or library sends a second one. */
  readonly mostAhead: number;
}

export const publicLimits: ConnectionLimits = {
  headersMilliseconds: 10_000,
  requestMilliseconds: 15_000,
  unreadMilliseconds: 30_000,
  checkMilliseconds: 2_000,
  mostConnections: 4096,
  mostAhead: 10,
};

/** Longer than the idle time of common proxies, so that it is they who close. */
const keepAliveMilliseconds = 72_000;

/** Every open connection, whichever of the server's addresses it came to. */
export type Peers = Map<Socket, Peer>;

const peer = Symbol("peer");

/** Each request asks for it: as a property it is found faster than in the map. */
type PeerSocket = Socket & { [peer]?: Peer };

interface Peer {
  /** Requests that have come and whose answers have not been handed to the network. */
  waiting: number;
  /** For how many checks in a row answers have waited to be read. */
  checksUnread: number;
}

/** Returns an HTTP server that holds its peers to the limits. */
export function limitedServer(listener: RequestListener, limits: ConnectionLimits, peers: Peers): Server {
  const limited = limitAhead(listener, limits.mostAhead);
  const checking = { connectionsCheckingInterval: limits.checkMilliseconds };
  // What Node would answer by itself, a request without a host or with an expectation it does not know, would not count.
  const server = createHttpServer({ ...checking, requireHostHeader: false }, limited);
  server.on("checkExpectation", limited);
  server.headersTimeout = limits.headersMilliseconds;
  server.requestTimeout = limits.requestMilliseconds;
  server.keepAliveTimeout = keepAliveMilliseconds;
  server.maxConnections = limits.mostConnections;
  // A client that has sent everything may close its side and wait: without this the answer, and its code, would be lost.
  (server as { httpAllowHalfOpen?: boolean }).httpAllowHalfOpen = true;
  server.on("connection", (socket) => {
    const made = { waiting: 0, checksUnread: 0 };
    peers.set(socket, made);
    (socket as PeerSocket)[peer] = made;
    socket.once("close", () => peers.delete(socket));
  });
  const mostChecks = Math.ceil(limits.unreadMilliseconds / limits.checkMilliseconds);
  const timer = setInterval(() => hangUpOnUnread(peers, mostChecks), limits.checkMilliseconds).unref();
  server.on("close", () => clearInterval(timer));
  return server;
}

/** One read of the socket may hold a thousand requests: those beyond the limit are dropped with their connection. */
function limitAhead(listener: RequestListener, mostAhead: number): RequestListener {
  // One function for all answers: a closure for each would be made and collected at every request.
  function answered(this: ServerResponse): void {
    const its = (this.req.socket as PeerSocket | null)?.[peer];
    if (its !== undefined) its.waiting -= 1;
  }
  return (request: IncomingMessage, response: ServerResponse) => {
    const socket: PeerSocket = request.socket;
    const its = socket[peer];
    if (its === undefined || socket.destroyed) return;
    its.waiting += 1;
    if (its.waiting > mostAhead) {
      socket.destroy();
      return;
    }
    response.on("close", answered);
    listener(request, response);
  };
}

function hangUpOnUnread(peers: Peers, mostChecks: number): void {
  for (const [socket, its] of peers) {
    its.checksUnread = socket.writableLength > 0 ? its.checksUnread + 1 : 0;
    if (its.checksUnread > mostChecks) socket.destroy();
  }
}

export function refuseConnection(
  error: NodeJS.ErrnoException,
  socket: Pick<Socket, "writable" | "destroy" | "end">,
): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const [status, text] = faults[error.code ?? ""] ?? [
    "400 Bad Request",
    "The request is not well-formed HTTP",
  ];
  const body = JSON.stringify({ error: { error_msg: text, error_name: "bad_request" } });
  const length = Buffer.byteLength(body);
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${body}`,
  );
}

const faults: Readonly<Record<string, readonly [status: string, text: string]>> = {
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "The request's headers are too large"],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "The request took too long to arrive"],
};
