/**
 * Who may drive the emulator: programs on this machine and its own pages. A web page elsewhere may not, neither by a
 * cross-site request nor by a name that it makes resolve to this machine (DNS rebinding).
 */

import type { FastifyInstance, FastifyRequest } from "fastify";
import { sendProblem } from "../../http/problem.js";
import { loopbackNames } from "../../oauth/loopback.js";

export interface GuardOptions {
  /**
   * More host names under which the control API may be reached, for a container beside others. Naming one also lets
   * in requests from other addresses than loopback.
   */
  readonly controlHosts: readonly string[];
}

export function guardControl(server: FastifyInstance, { controlHosts }: GuardOptions): void {
  const names = new Set([...loopbackNames, ...controlHosts]);
  server.addHook("onRequest", async (request, reply) => {
    // The route that was found, not the path that was sent: a percent-encoded path finds the same route.
    if (!/^\/_emulator(\/|$)/.test(request.routeOptions.url ?? "")) return undefined;
    const problem =
      faultInAddress(request, controlHosts.length > 0) ??
      faultInHost(request, names) ??
      faultInOrigin(request);
    if (problem === undefined) return undefined;
    return sendProblem(request, reply, { status: 403, error: "access_denied", description: problem });
  });
}

function faultInAddress(request: FastifyRequest, others: boolean): string | undefined {
  const address = request.socket.remoteAddress ?? "";
  if (others || address === "::1" || /^(::ffff:)?127\./.test(address)) return undefined;
  return "The emulator is driven from its own machine only; --control-host NAME lets others in";
}

function faultInHost(request: FastifyRequest, names: ReadonlySet<string>): string | undefined {
  const name = (request.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  if (names.has(name)) return undefined;
  return "The emulator is driven under a loopback name only; --control-host NAME allows another";
}

function faultInOrigin(request: FastifyRequest): string | undefined {
  const problem = "The emulator is not driven by pages of other sites";
  const { origin, host } = request.headers;
  if (origin !== undefined && !["http", "https"].some((scheme) => origin === `${scheme}://${host}`))
    return problem;
  const site = request.headers["sec-fetch-site"];
  if (site === undefined || site === "same-origin" || site === "none") return undefined;
  // A link to the inspector may stand anywhere: what it opens cannot be read or framed by the page it stands on.
  const followed = request.method === "GET" && request.headers["sec-fetch-mode"] === "navigate";
  return followed && request.headers["sec-fetch-dest"] === "document" ? undefined : problem;
}
