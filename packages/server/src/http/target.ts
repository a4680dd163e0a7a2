/** The target of a request (RFC 9112 §3.2): its path and its query, as they came. */

import type { FastifyRequest } from "fastify";
import { Parameters } from "../oauth/parameters.js";

/** Returns the path as it came, percent-encoding included. */
export function pathOf(request: FastifyRequest): string {
  const url = request.raw.url ?? "";
  const mark = url.indexOf("?");
  return mark < 0 ? url : url.slice(0, mark);
}

/** Returns the parameters of the query string. */
export function queryParameters(request: FastifyRequest): Parameters {
  const query = queryOf(request);
  return Parameters.fromPairs(query === "" ? [] : new URLSearchParams(query));
}

/** Returns the query string as it came, without `?`. */
export function queryOf(request: FastifyRequest): string {
  const url = request.raw.url ?? "";
  const mark = url.indexOf("?");
  return mark < 0 ? "" : url.slice(mark + 1);
}
