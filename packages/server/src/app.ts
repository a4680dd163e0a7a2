/** The composition root: the only file that knows everything. */

import type { FastifyInstance } from "fastify";
import { LoginThrottle } from "./accounts/login-throttle.js";
import type { KeyRing } from "./crypto/key-ring.js";
import { parseJsonObject } from "./http/body.js";
import { clientAddresses } from "./http/client-address.js";
import type { ConnectionLimits } from "./http/connections.js";
import type { HttpContext } from "./http/context.js";
import { cookieJar } from "./http/cookies.js";
import { csrfProtection } from "./http/csrf.js";
import type { Readiness } from "./http/health.js";
import { typedCredentials } from "./http/login-form.js";
import { createServer } from "./http/server.js";
import { networks } from "./limits/address.js";
import { AuditFlood, minuteMilliseconds } from "./limits/audit-flood.js";
import { Limiter } from "./limits/limiter.js";
import type { RateLimits } from "./limits/rate-limit.js";
import type { Log } from "./log.js";
import type { OpenClientSettings } from "./oauth/open-clients/settings.js";
import type { Profile } from "./oauth/profile/profile.js";
import { SigningKeys } from "./oauth/tokens/signing-keys.js";
import type { Observer, Tracing } from "./observer.js";
import { Documents } from "./outgoing/documents.js";
import { type Outgoing, publicInternet } from "./outgoing/guarded-get.js";
import type { AuditEvent } from "./storage/port/audit.js";
import type { Storage } from "./storage/port/storage.js";

export interface AppOptions {
  readonly profile: Profile;
  readonly storage: Storage;
  readonly ring: KeyRing;
  readonly log: Log;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Buffer;
  readonly issuer: () => string;
  /** The path of the issuer, below which all routes are. @default "" */
  readonly basePath?: string;
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. @default none */
  readonly trustProxy?: readonly string[];
  /** @default what the form's fields `email` and `password` say */
  readonly credentialsOf?: HttpContext["credentialsOf"];
  readonly liveApiHostTokenPath?: boolean;
  /** A page elsewhere that people sign in on: it gets the path to go on to as `return_to`. @default the server's own */
  readonly signInUrl?: string;
  /** Absent is without limits. */
  readonly rateLimits?: RateLimits;
  /** Whether browsers are told to come by TLS alone from now on (RFC 6797). @default false */
  readonly strictTransport?: boolean;
  /** @default those of a public server */
  readonly connections?: Partial<ConnectionLimits>;
  /** Which clients are let in that nobody registered here. @default none */
  readonly openClients?: OpenClientSettings | undefined;
  /** What may be called to read their documents. @default the public internet */
  readonly outgoing?: Outgoing | undefined;
  /** Who is told of requests and events, for metrics. @default nobody */
  readonly observer?: Observer | undefined;
  /** Who follows requests through what is done for them. @default nobody */
  readonly tracing?: Tracing | undefined;
}

export interface CountersignApp {
  readonly server: FastifyInstance;
  readonly context: HttpContext;
  readonly readiness: Readiness;
  /**
   * Says "draining" at /ready and serves on for as long as a load balancer needs to notice; then answers the requests
   * under way and stops listening.
   */
  drain(announcedMilliseconds?: number): Promise<void>;
}

/** Returns the server, not yet listening, with all its routes. */
export function createCountersign(options: AppOptions): CountersignApp {
  const { storage, log, now, issuer, ring, randomBytes } = options;
  const cookies = cookieJar(issuer);
  const audit = auditTo(options);
  const limiter = new Limiter(storage, now);
  const context: HttpContext = {
    profile: options.profile,
    storage,
    ring,
    log,
    now,
    randomBytes,
    issuer,
    addresses: clientAddresses(networks(options.trustProxy ?? []), log, now),
    limiter,
    loginThrottle: new LoginThrottle({ ring, storage, now, randomBytes }),
    rateLimits: options.rateLimits ?? { client: undefined, address: undefined, account: undefined },
    cookies,
    csrf: csrfProtection(ring, cookies, randomBytes),
    credentialsOf: options.credentialsOf ?? typedCredentials,
    basePath: options.basePath ?? "",
    liveApiHostTokenPath: options.liveApiHostTokenPath ?? false,
    signInUrl: options.signInUrl,
    keys: new SigningKeys(ring),
    audit: audit.record,
    openClients: openClientsOf(options, limiter),
  };
  const readiness = { draining: false };
  const server = createServer(context, {
    readiness,
    strictTransport: options.strictTransport,
    connections: options.connections,
    observer: options.observer,
    tracing: options.tracing,
  });
  const drain = async (announcedMilliseconds = 0) => {
    readiness.draining = true;
    if (announcedMilliseconds > 0) await new Promise((resolve) => setTimeout(resolve, announcedMilliseconds));
    await server.close();
    audit.end();
  };
  return { server, context, readiness, drain };
}

function openClientsOf(
  { openClients: settings, outgoing = publicInternet, now }: AppOptions,
  limiter: Limiter,
) {
  if (settings === undefined || settings.kinds.length === 0) return undefined;
  const documents = new Documents({ outgoing, limiter, now, readJson: parseJsonObject });
  return { settings, documents };
}

interface AuditLog {
  readonly record: HttpContext["audit"];
  /** Records how many events were left out of the last minute, if any were. */
  end(): void;
}

/** Security events are recorded beside the request, not in its way; a fault in recording is a log line. */
function auditTo({ storage, log, now, observer }: AppOptions): AuditLog {
  const flood = new AuditFlood();
  let ending: NodeJS.Timeout | undefined;
  const write = (events: readonly AuditEvent[]) => {
    if (events.length === 0) return;
    storage.recordAudit(events).catch((error) => {
      observer?.auditEventsLost(events.length);
      log.error({ event: events.at(-1)?.event, err: String(error) }, "audit event lost");
    });
  };
  const end = () => {
    clearTimeout(ending);
    ending = undefined;
    write(flood.rest(now()));
  };
  return {
    record: (event, { clientId, accountId, ...data }) => {
      observer?.auditEvent(event);
      const admitted = flood.admit({ at: now(), event, clientId, accountId, data });
      if (admitted.length === 0) ending ??= setTimeout(end, minuteMilliseconds).unref();
      write(admitted);
    },
    end,
  };
}
