/** A route of the admin API, and one request to it. */

import type { FastifyReply, FastifyRequest } from "fastify";
import type { Actor } from "../actor.js";

/** One request to the API, as an act needs it. */
export interface Call {
  readonly actor: Actor;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** The body, or an empty object where there is none. */
  readonly body: unknown;
  /** A part of the path. */
  part(name: string): string;
}

export type Route = (
  method: "GET" | "POST" | "PATCH" | "DELETE",
  path: string,
  act: (call: Call) => Promise<object>,
) => void;
