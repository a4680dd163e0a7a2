/** What the routes need, made once by the composition root. */

import type { FastifyInstance, FastifyRequest } from "fastify";
import type { LoginThrottle } from "../accounts/login-throttle.js";
import type { Limiter } from "../limits/limiter.js";
import type { RateLimits } from "../limits/rate-limit.js";
import type { Log } from "../log.js";
import type { ClientCredentials } from "../oauth/client/authentication.js";
import type { OAuthContext } from "../oauth/context.js";
import type { Parameters } from "../oauth/parameters.js";
import type { ClientAddresses } from "./client-address.js";
import type { CookieJar } from "./cookies.js";
import type { Csrf } from "./csrf.js";

export interface Credentials {
  readonly email: string | undefined;
  readonly password: string | undefined;
}

export interface HttpContext extends OAuthContext {
  readonly log: Log;
  readonly addresses: ClientAddresses;
  readonly limiter: Limiter;
  readonly loginThrottle: LoginThrottle;
  readonly rateLimits: RateLimits;
  readonly cookies: CookieJar;
  readonly csrf: Csrf;
  /** What a sign-in form says. */
  readonly credentialsOf: (form: Parameters) => Credentials;
  /** Where people sign in, if not on the server's own page: see AppOptions. */
  readonly signInUrl?: string | undefined;
  /** The path below the host that the server is at: "" or as `/auth`. */
  readonly basePath: string;
  /** Whether `/v3/oauth/token` answers like the live API host: 404. */
  readonly liveApiHostTokenPath: boolean;
}

/** What a route notes for the request's log line. */
export interface RequestNotes {
  operation?: string;
  clientId?: string | undefined;
  /** Whether the client showed something in the body to prove itself. */
  provesInBody?: boolean;
  accountId?: string | undefined;
  familyId?: string | undefined;
  /** Of the trace that this server follows it in. */
  traceId?: string;
  reason?: string;
  detail?: string;
}

const notes = Symbol("notes");

/** Gives each request of a server its notes. */
export function keepNotes(server: FastifyInstance): void {
  server.decorateRequest(notes, undefined);
}

/** Returns the notes of a request, to be read or added to. */
export function notesOf(request: FastifyRequest): RequestNotes {
  const noted = request as { [notes]?: RequestNotes };
  noted[notes] ??= {};
  return noted[notes];
}

/** Notes who a request says it is from, and how it shows that. */
export function noteClient(noted: RequestNotes, { clientId, method }: ClientCredentials): void {
  noted.clientId = clientId;
  noted.provesInBody = method === "client_secret_post" || method === "private_key_jwt";
}
