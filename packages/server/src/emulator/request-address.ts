/**
 * The address a request came to. Whoever discovers a server compares its issuer with the address asked (RFC 8414 §3.3),
 * so each of an emulator's addresses is its own issuer, and a public URL, if one is set, is the only one.
 */

import { AsyncLocalStorage } from "node:async_hooks";
import { isIP } from "node:net";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { sendProblem } from "../http/problem.js";
import { loopbackNames } from "../oauth/loopback.js";
import { liveHosts } from "./live-hosts.js";

export interface AddressOptions {
  /** Where it listens, without a trailing slash. */
  readonly listening: () => string;
  readonly publicUrl: string | undefined;
  /** More names under which it is reached. */
  readonly hosts: readonly string[];
}

export class RequestAddress {
  readonly #options: AddressOptions;
  readonly #names: ReadonlySet<string>;
  readonly #current = new AsyncLocalStorage<string>();

  constructor(options: AddressOptions) {
    this.#options = options;
    const own = options.publicUrl === undefined ? [] : [new URL(options.publicUrl).hostname];
    this.#names = new Set([...loopbackNames, ...own, ...options.hosts]);
  }

  /** The address that the present request came to, or where the emulator is. Bound: may be handed on as a function. */
  readonly issuer = (): string =>
    this.#options.publicUrl ?? this.#current.getStore() ?? this.#options.listening();

  attach(server: FastifyInstance): void {
    server.addHook("onRequest", (request, reply, done) => {
      const host = hostOf(request);
      if (host !== undefined && !this.#isOurs(host.hostname)) {
        refuse(request, reply, host.hostname);
        return;
      }
      this.#current.run(this.#baseOf(request, host), done);
    });
    // Else whatever the process does later carries the store along, and one more for each emulator that was started.
    server.addHook("onClose", (_instance, done) => {
      this.#current.disable();
      done();
    });
  }

  /**
   * A web page elsewhere may make its own name resolve to this machine (DNS rebinding), and would then be one origin
   * with the emulator. It needs a public name for that: an address, a name without a dot and a name of a private zone
   * cannot be one.
   */
  #isOurs(name: string): boolean {
    if (this.#names.has(name) || liveHosts.has(name)) return true;
    return name.startsWith("[") || isIP(name) !== 0 || !name.includes(".") || privateZone.test(name);
  }

  #baseOf(request: FastifyRequest, host: URL | undefined): string {
    const encrypted = "encrypted" in request.raw.socket;
    if (host === undefined || (liveHosts.has(host.hostname) && !encrypted)) return this.#options.listening();
    return `${encrypted ? "https" : "http"}://${host.host}`;
  }
}

/** Zones that nobody can register a name in (RFC 6761, RFC 6762, RFC 9476 and ICANN's `internal`). */
const privateZone = /\.(localhost|local|internal|test|home\.arpa)$/;

function hostOf(request: FastifyRequest): URL | undefined {
  const header = request.headers.host ?? "";
  const url = `${"encrypted" in request.raw.socket ? "https" : "http"}://${header}`;
  return /^[a-z0-9.:_[\]-]+$/i.test(header) && URL.canParse(url) ? new URL(url) : undefined;
}

function refuse(request: FastifyRequest, reply: Parameters<typeof sendProblem>[1], name: string): void {
  sendProblem(request, reply, {
    status: 421,
    error: "misdirected_request",
    description: `The emulator does not answer under the name ${name}; --public-url or --control-host lets it`,
  });
}
