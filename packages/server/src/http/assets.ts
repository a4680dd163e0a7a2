/** Serves the static files of pages: their address changes with their content, so they are kept for ever. */

import type { FastifyInstance } from "fastify";
import type { Asset } from "../pages/asset.js";
import { basePathOf } from "./base-path.js";

export function serveAssets(server: FastifyInstance, assets: readonly Asset[]): void {
  for (const { path, contentType, text } of assets) {
    server.get(`${basePathOf(server)}${path}`, async (_request, reply) =>
      reply
        .header("content-type", contentType)
        .header("cache-control", "public, max-age=31536000, immutable")
        .header("x-content-type-options", "nosniff")
        .send(text),
    );
  }
}
