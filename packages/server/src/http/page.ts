/** Pages as they are sent: never stored, never framed, with no script or style but our own. */

import type { FastifyReply } from "fastify";
import type { Page } from "../pages/layout.js";

/**
 * Sends a page. `formTargets` are origins beside our own that a form's answer may lead to, or `anywhere` for the forms
 * that end at an app's callback. Chromium applies `form-action` to every redirect that follows, and a callback may well
 * send the browser on to another origin, an IPv6 address (which the policy cannot name) or a scheme of its own.
 * The page becomes text at the last moment: a `preSerialization` hook may still add to it.
 */
export function sendPage(
  reply: FastifyReply,
  page: Page,
  status = 200,
  formTargets: readonly string[] | "anywhere" = [],
): FastifyReply {
  return reply
    .code(status)
    .header("content-type", "text/html; charset=utf-8")
    .header("cache-control", "no-store")
    .header("content-security-policy", contentSecurityPolicy(formTargets))
    .header("referrer-policy", "same-origin")
    .header("x-content-type-options", "nosniff")
    .header("x-frame-options", "DENY")
    .serializer((sent: Page) => sent.document())
    .send(page);
}

function contentSecurityPolicy(formTargets: readonly string[] | "anywhere"): string {
  const formAction =
    formTargets === "anywhere" ? "" : ` form-action ${["'self'", ...formTargets].join(" ")};`;
  return `default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self';${formAction} frame-ancestors 'none'; base-uri 'none'`;
}
