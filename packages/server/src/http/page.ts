/** Pages as they are sent: never stored, never framed, with no script or style but our own. */

import type { FastifyReply } from "fastify";
import type { Page } from "../pages/layout.js";
import { basePathOf } from "./base-path.js";

/**
 * Sends a page. `formTargets` are origins beside our own that a form's answer may lead to, or `anywhere` for the forms
 * that end at an app's callback. Chromium applies `form-action` to every redirect that follows, and a callback may well
 * send the browser on to another origin, an IPv6 address (which the policy cannot name) or a scheme of its own.
 * `frameAncestor` is the one origin that may frame the page; nobody may without it.
 * The page becomes text at the last moment: a `preSerialization` hook may still add to it.
 */
export function sendPage(
  reply: FastifyReply,
  page: Page,
  status = 200,
  formTargets: readonly string[] | "anywhere" = [],
  frameAncestor?: string,
): FastifyReply {
  // Which origin may frame a page is said by the policy; X-Frame-Options knows no origins.
  if (frameAncestor === undefined) reply.header("x-frame-options", "DENY");
  return reply
    .code(status)
    .header("content-type", "text/html; charset=utf-8")
    .header("cache-control", "no-store")
    .header("content-security-policy", contentSecurityPolicy(formTargets, frameAncestor))
    .header("referrer-policy", "same-origin")
    .header("x-content-type-options", "nosniff")
    .serializer((sent: Page) => sent.document(basePathOf(reply.server)))
    .send(page);
}

function contentSecurityPolicy(
  formTargets: readonly string[] | "anywhere",
  frameAncestor = "'none'",
): string {
  const formAction =
    formTargets === "anywhere" ? "" : ` form-action ${["'self'", ...formTargets].join(" ")};`;
  return `default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self';${formAction} frame-ancestors ${frameAncestor}; base-uri 'none'`;
}
