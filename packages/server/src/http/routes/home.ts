/** `GET /` of a production server: says what it is to somebody who finds it by chance. */

import type { FastifyInstance } from "fastify";
import { endpoints } from "../../oauth/endpoints.js";
import { homePage } from "../../pages/home.js";
import { pathTo } from "../base-path.js";
import type { HttpContext } from "../context.js";
import { sendPage } from "../page.js";

export function homeRoute(server: FastifyInstance, context: HttpContext): void {
  const links = [
    {
      href: pathTo(context, endpoints.connectedApps),
      label: "Connected apps",
      description: "See which apps have access to your account, and remove it.",
    },
    {
      // RFC 8414 §3.1
      href: `${endpoints.metadata.path}${context.basePath}`,
      label: "Metadata",
      description: "For developers: where the endpoints are and what they support (RFC 8414).",
    },
  ];
  const shown = context.profile.endpoints.includes("metadata") ? links : links.slice(0, 1);
  const { basePath } = context;
  for (const url of new Set([`${basePath}/`, basePath || "/"]))
    server.get(url, async (_request, reply) =>
      sendPage(reply, homePage({ name: `${new URL(context.issuer()).host}${basePath}`, links: shown })),
    );
}
