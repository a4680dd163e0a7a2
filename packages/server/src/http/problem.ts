/** What a refusal looks like to the caller: the API's error object, RFC 6749's, or a page. One place decides. */

import type { FastifyReply, FastifyRequest } from "fastify";
import { PasswordsBusy } from "../crypto/passwords.js";
import { type ErrorShape, endpoints } from "../oauth/endpoints.js";
import type { Profile } from "../oauth/profile/profile.js";
import { publicError } from "../oauth/profile/public-error.js";
import { Refusal, wordedRefusal } from "../oauth/refusal.js";
import { problemPage } from "../pages/problem.js";
import { OwnerGone, StorageUnavailable } from "../storage/port/storage.js";
import { ownPathOf } from "./base-path.js";
import { bodyKind, unsupportedType } from "./body.js";
import { endpointOf } from "./endpoint.js";
import { sendPage } from "./page.js";

/** `error_name` of the API's error object for each status (OpenAPI: ErrorResponseError). */
const errorNames: Readonly<Record<number, string>> = {
  400: "bad_request",
  401: "unauthorized",
  402: "payment_required",
  403: "forbidden",
  404: "not_found",
  405: "method_not_supported",
  409: "conflict",
  410: "deleted",
  413: "bad_request",
  415: "bad_request",
  422: "unprocessable_entity",
  429: "exceeded_rate",
  500: "unknown",
  503: "unavailable",
};

/** What an error is sent as: the API's error object, RFC 6749's, or a page. */
function shapeFor(request: FastifyRequest): "api" | "rfc6749" | "page" {
  switch (endpointOf(request)?.errors ?? shapeElsewhere(request)) {
    case "client":
      return bodyKind(request) === "json" ? "api" : "rfc6749";
    case "oauth":
      return "rfc6749";
    case "browser":
      return (request.headers.accept ?? "").includes("text/html") ? "page" : "api";
    case "api":
      return "api";
    case "page":
      return "page";
  }
}

/** Paths at which a client is answered as such, also for a method that they do not have. */
const clientPaths: ReadonlyMap<string, ErrorShape> = new Map(
  Object.values(endpoints).flatMap(({ path, errors }) =>
    errors === "client" || errors === "oauth" ? [[path, errors]] : [],
  ),
);
/** Where programs ask, and are never answered with a page. */
const programPaths = ["/v3/", "/_emulator", "/.well-known"];

/** For what has no endpoint: pages of the emulator, assets, and what is found nowhere. */
function shapeElsewhere(request: FastifyRequest): ErrorShape {
  const path = ownPathOf(request);
  const shape = clientPaths.get(path);
  if (shape !== undefined) return shape;
  if (programPaths.some((start) => path.startsWith(start))) return "api";
  return path.startsWith("/oauth/") && request.method === "GET" ? "page" : "browser";
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
      const title = titles[status] ?? (status > 500 ? titles[500] : undefined) ?? "This did not work";
      return sendPage(
        reply,
        status === 404
          ? problemPage({ status, title, what: nothingHere, reference: request.id, link: start })
          : problemPage({ status, title, what: description, reference: request.id }),
        status,
      );
    }
  }
}

const titles: Readonly<Record<number, string>> = {
  404: "Page not found",
  500: "Something broke on our side",
  503: "Too much is going on here just now",
};
const nothingHere = "The address may be mistyped, or the page may have moved.";
const start = { href: "/", label: "Go to the start page" };

/** Turns anything thrown into a problem. What is unknown becomes `server_error` and a log line, never a stack trace. */
export function problemOf(profile: Profile, error: unknown): RefusedProblem {
  const refusal = asRefusal(error);
  const { error: code, description, status } = publicError(profile, refusal);
  return { status, error: code, description, parameter: refusal.parameter, refusal };
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof StorageUnavailable || error instanceof PasswordsBusy)
    return new Refusal("storage_busy", error.message, undefined, { retryAfterSeconds: 1 });
  if (error instanceof OwnerGone)
    return wordedRefusal("client_not_allowed", "The account or the app was deleted meanwhile");
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") {
    return wordedRefusal("body_too_large", "The request body is too large");
  }
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") return unsupportedType();
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return wordedRefusal("body_malformed", "the request is not well-formed");
  }
  return new Refusal(
    "unexpected",
    error instanceof Error ? `${error.name}: ${error.message}` : "unknown fault",
  );
}
