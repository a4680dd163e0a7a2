/** Serves the static files of pages: their address changes with their content, so they are kept for ever. */

import { gzipSync } from "node:zlib";
import type { FastifyInstance } from "fastify";
import type { Asset } from "../pages/asset.js";
import { basePathOf } from "./base-path.js";

export function serveAssets(server: FastifyInstance, assets: readonly Asset[]): void {
  for (const { path, contentType, text } of assets) {
    // Made when somebody asks first: a start need not wait for it. Assets hold no secret that a length could tell.
    let packed: Buffer | undefined;
    server.get(`${basePathOf(server)}${path}`, async (request, reply) => {
      reply
        .header("content-type", contentType)
        .header("cache-control", "public, max-age=31536000, immutable")
        .header("vary", "accept-encoding")
        .header("x-content-type-options", "nosniff");
      if (!takesGzip(request.headers["accept-encoding"])) return reply.send(text);
      packed ??= gzipSync(text, { level: 9 });
      return reply.header("content-encoding", "gzip").send(packed);
    });
  }
}

/** RFC 9110 §12.5.3: a coding may be named only to be refused, by the weight 0. */
function takesGzip(header: string | string[] | undefined): boolean {
  const codings = String(header ?? "").split(",");
  return codings.some((coding) => /^\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(coding));
}
