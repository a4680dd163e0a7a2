/** A second listener, with TLS, for code whose addresses start with https or name the live hosts. */

import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { baseUrl } from "../address.js";
import { liveHosts } from "../live-hosts.js";
import { certifyHosts, openAuthority } from "./authority.js";

export interface HttpsListener {
  readonly facts: { readonly httpsUrl: string; readonly authorityFile: string };
  close(): Promise<void>;
}

export interface HttpsOptions {
  readonly host: string;
  readonly port: number;
  readonly data: string | undefined;
  readonly controlHosts?: readonly string[];
}

/** Answers what the HTTP server answers. Certificates are dated by this machine's clock, not by the emulated one. */
export async function listenHttps(server: FastifyInstance, options: HttpsOptions): Promise<HttpsListener> {
  const wildcard = options.host === "0.0.0.0" || options.host === "::";
  const own = wildcard ? [] : [options.host];
  const named = ["localhost", "127.0.0.1", "::1", ...own, ...liveHosts, ...(options.controlHosts ?? [])];
  const hosts = [...new Set(named)];
  const authority = openAuthority(options.data, hosts, Date.now());
  const { key, certificate } = certifyHosts(authority, hosts, Date.now());
  await server.ready();
  const listener = createServer(
    { key: key.export({ type: "pkcs8", format: "pem" }), cert: certificate + authority.certificate },
    (request, response) => server.routing(request, response),
  );
  await new Promise<void>((resolve, reject) => {
    listener.once("error", (error) => {
      authority.close();
      reject(error);
    });
    listener.listen({ host: options.host, port: options.port }, resolve);
  });
  const { port } = listener.address() as AddressInfo;
  return {
    facts: { httpsUrl: baseUrl("https", { host: options.host, port }), authorityFile: authority.file },
    close: () => {
      authority.close();
      listener.closeAllConnections();
      return new Promise((resolve) => listener.close(() => resolve()));
    },
  };
}
