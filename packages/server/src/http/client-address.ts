/** Which address a request comes from: the peer's, or what proxies that are trusted say of theirs. */

import type { FastifyRequest } from "fastify";
import { type Networks, parseAddress } from "../limits/address.js";
import type { Log } from "../log.js";

export interface ClientAddresses {
  /** Returns an IP address without port, brackets and zone. */
  of(request: FastifyRequest): string;
}

/** How often an operator is reminded of a proxy that is not trusted, in milliseconds. */
const reminderMilliseconds = 3_600_000;

/** Longest list of forwarded addresses that is read. More proxies stand before nobody. */
const mostForwarded = 20;

export function clientAddresses(trusted: Networks, log: Log, now: () => number): ClientAddresses {
  let remindedAt = Number.NEGATIVE_INFINITY;
  const remind = (peer: string, message: string) => {
    if (now() - remindedAt < reminderMilliseconds) return;
    remindedAt = now();
    log.warn({ peer }, message);
  };
  const peers = new WeakMap<FastifyRequest["socket"], string>();
  /** A connection keeps its peer, also when it is closed before the request is logged. */
  const peerOf = (socket: FastifyRequest["socket"]) => {
    const known = peers.get(socket);
    if (known !== undefined) return known;
    const peer = parseAddress(socket.remoteAddress ?? "");
    if (peer !== undefined) peers.set(socket, peer);
    return peer ?? "0.0.0.0";
  };
  return {
    of(request) {
      const peer = peerOf(request.socket);
      const forwarded = request.headers["x-forwarded-for"];
      if (forwarded === undefined || forwarded === "") return peer;
      if (!trusted(peer)) {
        remind(peer, untrusted);
        return peer;
      }
      const { address, unreadable } = furthest([forwarded].flat().join(","), peer, trusted);
      if (unreadable) remind(address, unread);
      return address;
    },
  };
}

const untrusted =
  "X-Forwarded-For came from a peer that COUNTERSIGN_TRUST_PROXY does not list: it was ignored, and all who come by that peer share its limits";
const unread =
  "X-Forwarded-For from a trusted proxy is not an IP address: all clients it stands for share the proxy's limits";

/** Goes back from proxy to proxy: each trusted one says whom it speaks for, and what lies behind is only claimed. */
function furthest(
  forwarded: string,
  peer: string,
  trusted: Networks,
): { address: string; unreadable: boolean } {
  let address = peer;
  // Empty elements of a list count for nothing (RFC 9110 §5.6.1.2).
  const items = forwarded.split(",").filter((item) => item.trim() !== "");
  for (const item of items.slice(-mostForwarded).reverse()) {
    const before = parseAddress(item);
    if (before === undefined) return { address, unreadable: true };
    address = before;
    if (!trusted(before)) break;
  }
  return { address, unreadable: false };
}
