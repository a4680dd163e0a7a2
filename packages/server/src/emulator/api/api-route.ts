/** One operation of the API as a route: credentials, scope and limit first, then the act, then its answer or refusal. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { callerAccount } from "../../http/api-access.js";
import { type HttpContext, notesOf } from "../../http/context.js";
import { sendJson } from "../../http/json.js";
import { limitApiRequest } from "../../http/rate-limits.js";
import type { Endpoint } from "../../oauth/endpoints.js";
import type { Account } from "../../storage/port/records.js";
import { ApiFault } from "./api-fault.js";
import { type ApiBody, largestUploadBytes, readBody } from "./body.js";
import { checkFields } from "./fields.js";
import { Input } from "./input.js";
import type { Operation } from "./operation.js";
import { operations } from "./operations.js";

export interface Caller {
  readonly account: Account;
  /** The app whose access token was sent; undefined for an API key. */
  readonly clientId: string | undefined;
}

export interface ApiCall {
  readonly caller: Caller;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Reads the body and holds its fields to their kinds. @throws {ApiFault} and {Refusal} */
  readonly body: () => Promise<ApiBody>;
  /** Parameters of the path. */
  readonly params: Readonly<Record<string, string>>;
}

/** Returns the value to answer as JSON, nothing for an empty answer, or the reply when the act has sent it itself. */
export type ApiAct = (call: ApiCall) => Promise<object | undefined>;

/** Serves the operation with this `operationId`. */
export function apiRoute(server: FastifyInstance, context: HttpContext, id: string, act: ApiAct): void {
  const operation = operationNamed(id);
  server.route({
    method: operation.method,
    url: operation.path,
    config: { endpoint: endpointOf(operation) },
    ...(operation.contentTypes.includes("multipart/form-data") && { bodyLimit: largestUploadBytes }),
    handler: (request, reply) => answer(context, operation, act, request, reply),
  });
}

export function operationNamed(id: string): Operation {
  const operation = operations.find((one) => one.id === id);
  if (operation === undefined) throw new Error(`the API has no operation ${id}`);
  return operation;
}

/** How the request log and errors know an operation. */
export function endpointOf({ id, method, path }: Operation): Endpoint {
  return { operation: id, method, path, errors: "api" };
}

async function answer(
  context: HttpContext,
  operation: Operation,
  act: ApiAct,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const notes = notesOf(request);
  const account = await callerAccount(context, request, reply, operation.scopes);
  if (account === undefined) return reply;
  await limitApiRequest(context, reply, account.id);
  const usesToken = /^Bearer /i.test(request.headers.authorization ?? "");
  const caller = { account, clientId: usesToken ? notes.clientId : undefined };
  const params = request.params as Record<string, string>;
  try {
    const body = () => bodyOf(operation, request);
    const value = await act({ caller, request, reply, body, params });
    if (reply.sent) return reply;
    if (value === undefined)
      return reply.code(operation.success).header("cache-control", "no-store").send("");
    return sendJson(reply.code(operation.success), value);
  } catch (error) {
    if (!(error instanceof ApiFault)) throw error;
    Object.assign(notes, { reason: error.errorName, detail: error.message });
    return sendApiFault(reply, error);
  }
}

async function bodyOf(operation: Operation, request: FastifyRequest): Promise<ApiBody> {
  const body = await readBody(request);
  checkFields(operation.body, new Input(body.tree));
  return body;
}

/** The API's error object; `error_name` is one of the official names. */
export function sendApiFault(
  reply: FastifyReply,
  { errorName, message, path, status }: ApiFault,
): FastifyReply {
  return sendJson(reply.code(status), {
    error: { error_msg: message, error_name: errorName, ...(path !== undefined && { error_path: path }) },
  });
}
