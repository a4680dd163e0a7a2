/** What a refusal looks like to the caller: the API's error object, RFC 6749's, or a page. One place decides. */

import type { FastifyReply, FastifyRequest } from "fastify";
import type { Profile } from "../oauth/profile/profile.js";
import { publicError } from "../oauth/profile/public-error.js";
import { Refusal } from "../oauth/refusal.js";
import { problemPage } from "../pages/problem.js";
import { script } from "../pages/script.js";
import { stylesheet } from "../pages/stylesheet.js";
import { StorageUnavailable } from "../storage/storage.js";
import { bodyKind, unsupportedType } from "./body.js";

/** `error_name` of the API's error object for each status (OpenAPI: ErrorResponseError). */
const errorNames: Readonly<Record<number, string>> = {
  400: "bad_request",
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  405: "method_not_supported",
  409: "conflict",
  413: "bad_request",
  415: "bad_request",
  429: "exceeded_rate",
  500: "unknown",
  503: "unavailable",
};

export type ErrorShape = "api" | "rfc6749" | "page";

/** The official SDKs crash on RFC 6749's shape for a JSON request, and generic clients do not know the API's. */
export function shapeFor(request: FastifyRequest): ErrorShape {
  // The target of a request may be absolute or percent-encoded (RFC 9112 §3.2); its route's address is not.
  const path = request.routeOptions.url ?? pathOf(request);
  if (/^(\/v3)?\/oauth\/(token|revoke|introspect)$/.test(path))
    return bodyKind(request) === "json" ? "api" : "rfc6749";
  if (path.startsWith("/v3/") || path.startsWith("/_emulator") || path.startsWith("/.well-known"))
    return "api";
  const accept = request.headers.accept ?? "";
  if (accept.includes("text/html")) return "page";
  return path.startsWith("/oauth/") && request.method === "GET" ? "page" : "api";
}

export function pathOf(request: FastifyRequest): string {
  const url = request.raw.url ?? "";
  const mark = url.indexOf("?");
  return mark < 0 ? url : url.slice(0, mark);
}

export interface Problem {
  readonly status: number;
  readonly error: string;
  readonly description: string;
  readonly parameter?: string | undefined;
}

/** Sends a problem in the shape the caller expects. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, error, description, parameter } = problem;
  reply.code(status).header("cache-control", "no-store");
  switch (shapeFor(request)) {
    case "rfc6749":
      return reply.send({ error, error_description: description });
    case "api": {
      const path = parameter === undefined ? {} : { error_path: parameter };
      return reply.send({
        error: {
          error_msg: description,
          error_name: errorNames[status] ?? (status >= 500 ? "unknown" : "bad_request"),
          ...path,
        },
      });
    }
    case "page": {
      const title =
        status >= 500
          ? "Something broke on our side"
          : status === 404
            ? "Page not found"
            : "This did not work";
      return sendPage(
        reply,
        problemPage({ status, title, what: description, reference: request.id }),
        status,
      );
    }
  }
}

/**
 * Sends what is not to be stored (RFC 6749 §5.1) as JSON. Made here: a value that Fastify has to make text of takes a
 * longer way through it.
 */
export function sendJson(reply: FastifyReply, value: object): FastifyReply {
  return sendJsonText(reply, JSON.stringify(value));
}

/** As `sendJson`, for what is text already. */
export function sendJsonText(reply: FastifyReply, text: string): FastifyReply {
  return reply
    .header("cache-control", "no-store")
    .header("content-type", "application/json; charset=utf-8")
    .send(text);
}

/** Turns anything thrown into a problem. What is unknown becomes `server_error` and a log line, never a stack trace. */
export function problemOf(profile: Profile, error: unknown): Problem & { refusal: Refusal } {
  const refusal = asRefusal(error);
  const { error: code, description, status } = publicError(profile, refusal);
  return {
    status: specialStatus(refusal) ?? status,
    error: code,
    description,
    parameter: refusal.parameter,
    refusal,
  };
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof StorageUnavailable) return new Refusal("storage_busy", error.message, undefined, 1);
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") {
    return new Refusal("body_too_large", "The request body is too large");
  }
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") return unsupportedType();
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new Refusal("body_malformed", "the request is not well-formed");
  }
  return new Refusal(
    "unexpected",
    error instanceof Error ? `${error.name}: ${error.message}` : "unknown fault",
  );
}

function specialStatus(refusal: Refusal): number | undefined {
  if (refusal.reason === "body_too_large") return 413;
  return refusal.reason === "body_unsupported" ? 415 : undefined;
}

/**
 * Sends a page. `formTargets` are origins beside our own that a form's answer may lead to, or `anywhere` for the forms
 * that end at an app's callback. Chromium applies `form-action` to every redirect that follows, and a callback may well
 * send the browser on to another origin, an IPv6 address (which the policy cannot name) or a scheme of its own.
 */
export function sendPage(
  reply: FastifyReply,
  page: string,
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
    .send(page);
}

function contentSecurityPolicy(formTargets: readonly string[] | "anywhere"): string {
  const formAction =
    formTargets === "anywhere" ? "" : ` form-action ${["'self'", ...formTargets].join(" ")};`;
  return `default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self';${formAction} frame-ancestors 'none'; base-uri 'none'`;
}

/** The two assets, under names that change with their content. */
export const assets = [stylesheet, script];
