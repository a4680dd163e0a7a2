/** The target of a request (RFC 9112 §3.2): its path and its query, as they came. */

import type { FastifyRequest } from "fastify";
import { Parameters, undecodable } from "../oauth/parameters.js";

/** Returns the path as it came, percent-encoding included. */
export function pathOf(request: FastifyRequest): string {
  const url = request.raw.url ?? "";
  const mark = url.indexOf("?");
  return mark < 0 ? url : url.slice(0, mark);
}

/** Returns the parameters of the query string. One that is known is refused where its value has no text. */
export function queryParameters(request: FastifyRequest): Parameters {
  const query = queryOf(request);
  return Parameters.fromPairs(query === "" ? [] : readQuery(query));
}

/** URLSearchParams puts U+FFFD for what is not UTF-8: whether it did is seen by decoding strictly. */
function readQuery(query: string): Iterable<readonly [string, unknown]> {
  const pairs = [...new URLSearchParams(query)];
  if (!pairs.some(([, value]) => value.includes("\uFFFD"))) return pairs;
  const parts = query.split("&").filter((part) => part !== "");
  return pairs.map(([name, value], index) => [name, isDecodable(parts[index] ?? "") ? value : undecodable]);
}

function isDecodable(text: string): boolean {
  try {
    // A percent sign that encodes nothing is taken as itself, as URLSearchParams does.
    decodeURIComponent(text.replace(/%(?![0-9A-Fa-f]{2})/g, "%25"));
    return true;
  } catch {
    return false;
  }
}

/** Returns the query string as it came, without `?`. */
export function queryOf(request: FastifyRequest): string {
  const url = request.raw.url ?? "";
  const mark = url.indexOf("?");
  return mark < 0 ? "" : url.slice(mark + 1);
}
