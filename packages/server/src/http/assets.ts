/** The style sheet and the script of the pages, under names that change with their content. */

import type { FastifyInstance } from "fastify";
import { script } from "../pages/script.js";
import { stylesheet } from "../pages/stylesheet.js";

export function assetRoutes(server: FastifyInstance): void {
  for (const { path, contentType, text } of [stylesheet, script]) {
    server.get(path, async (_request, reply) =>
      reply
        .header("content-type", contentType)
        .header("cache-control", "public, max-age=31536000, immutable")
        .header("x-content-type-options", "nosniff")
        .send(text),
    );
  }
}
