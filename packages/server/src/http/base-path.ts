/** Where the server is below its host: the path of its issuer. Every route begins with it, and every link on a page. */

import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Endpoint } from "../oauth/endpoints.js";
import { pathOf } from "./target.js";

const basePath = Symbol("base path");

/** Returns where an endpoint is on its host: what links and redirects name. */
export function pathTo({ basePath: base }: { readonly basePath: string }, { path }: Endpoint): string {
  return `${base}${path}`;
}

/** Returns the path of an issuer: "" where it has none, else as `/auth`. */
export function basePathOfIssuer(issuer: string): string {
  return new URL(issuer).pathname.replace(/\/$/, "");
}

/** Gives a server its base path, before its routes. */
export function keepBasePath(server: FastifyInstance, path: string): void {
  server.decorate(basePath, path);
}

export function basePathOf(server: FastifyInstance): string {
  return (server as { [basePath]?: string })[basePath] ?? "";
}

/** Returns the path of a request below the base path; of another path, the whole. */
export function ownPathOf(request: FastifyRequest): string {
  // The target of a request may be absolute or percent-encoded (RFC 9112 §3.2); its route's address is not.
  const [base, path] = [basePathOf(request.server), request.routeOptions.url ?? pathOf(request)];
  return base !== "" && path.startsWith(`${base}/`) ? path.slice(base.length) : path;
}
