/** What an operator's act was refused for, for the command line and the admin API alike. */

import type { FastifyReply, FastifyRequest } from "fastify";
import { notesOf } from "../http/context.js";
import type { Log } from "../log.js";
import { StorageUnavailable } from "../storage/port/storage.js";

const statusOfFault = {
  bad_request: 400,
  unauthorized: 401,
  not_found: 404,
  conflict: 409,
  too_many_requests: 429,
} as const;

/** The message is for the operator, and holds no secret. */
export class AdminFault extends Error {
  override readonly name = "AdminFault";
  readonly code: keyof typeof statusOfFault;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: keyof typeof statusOfFault, message: string, retryAfterSeconds?: number) {
    super(message);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export function answerFault(
  log: Log,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { status, code, message, retryAfterSeconds } = problemOf(error);
  notesOf(request).reason = code;
  if (status === 500) log.error({ id: request.id, err: String(error) }, "fault");
  if (status === 401) reply.header("www-authenticate", 'Bearer realm="admin"');
  if (retryAfterSeconds !== undefined) reply.header("retry-after", String(retryAfterSeconds));
  const body = { error: { error_msg: message, error_name: code } };
  return reply.code(status).header("cache-control", "no-store").send(body);
}

interface Told {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds?: number | undefined;
}

function problemOf(error: unknown): Told {
  if (error instanceof AdminFault)
    return { ...error, status: statusOfFault[error.code], message: error.message };
  if (error instanceof StorageUnavailable)
    return { status: 503, code: "unavailable", message: error.message, retryAfterSeconds: 1 };
  const { statusCode = 500, message } = error as { statusCode?: number; message: string };
  if (statusCode >= 400 && statusCode < 500) return { status: statusCode, code: "bad_request", message };
  return { status: 500, code: "server_error", message: "Something went wrong; the log has the details." };
}
