/** `GET /` of a production server: says what it is to somebody who finds it by chance. */

import type { FastifyInstance } from "fastify";
import { endpoints } from "../../oauth/endpoints.js";
import { homePage } from "../../pages/home.js";
import type { HttpContext } from "../context.js";
import { sendPage } from "../page.js";

export function homeRoute(server: FastifyInstance, context: HttpContext): void {
  const links = [
    {
      href: endpoints.connectedApps.path,
      label: "Connected apps",
      description: "See which apps have access to your account, and remove it.",
    },
    {
      href: endpoints.metadata.path,
      label: "Metadata",
      description: "For developers: where the endpoints are and what they support (RFC 8414).",
    },
  ];
  server.get("/", async (_request, reply) => {
    const shown = context.profile.endpoints.includes("metadata") ? links : links.slice(0, 1);
    return sendPage(reply, homePage({ name: new URL(context.issuer()).host, links: shown }));
  });
}
