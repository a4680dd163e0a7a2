/** What a refusal looks like to the caller: the API's error object, RFC 6749's, or a page. One place decides. */

import type { FastifyReply, FastifyRequest } from "fastify";
import type { Profile } from "../oauth/profile/profile.js";
import { publicError } from "../oauth/profile/public-error.js";
import { Refusal } from "../oauth/refusal.js";
import { problemPage } from "../pages/problem.js";
import { StorageUnavailable } from "../storage/storage.js";
import { bodyKind, unsupportedType } from "./body.js";
import { sendPage } from "./page.js";
import { pathOf } from "./target.js";

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

export interface Problem {
  readonly status: number;
  readonly error: string;
  readonly description: string;
  readonly parameter?: string | undefined;
}

/** A problem with the refusal it came from. */
export interface RefusedProblem extends Problem {
  readonly refusal: Refusal;
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

/** Turns anything thrown into a problem. What is unknown becomes `server_error` and a log line, never a stack trace. */
export function problemOf(profile: Profile, error: unknown): RefusedProblem {
  const refusal = asRefusal(error);
  const { error: code, description, status } = publicError(profile, refusal);
  return { status, error: code, description, parameter: refusal.parameter, refusal };
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
