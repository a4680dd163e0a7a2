/** Owns a web server with a certificate of its own, on which tests publish metadata documents of clients. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { certifyHosts, openAuthority } from "../../src/emulator/https/authority.js";
import { type Outgoing, publicInternet } from "../../src/outgoing/guarded-get.js";

export interface DocumentHost {
  /** Without a trailing slash. */
  readonly origin: string;
  /** What leads a server under test here, and nowhere else. */
  readonly outgoing: Outgoing;
  /** The certificate of the authority to trust. */
  readonly ca: string;
  /** What has been asked for so far. */
  readonly asked: string[];
  /** Answers a path from now on: with a value as JSON, or as a function of Node's does. */
  publish(
    path: string,
    answer: object | ((request: IncomingMessage, response: ServerResponse) => void),
  ): string;
  close(): Promise<void>;
}

export async function startDocumentHost(name = "client.example.com"): Promise<DocumentHost> {
  const authority = openAuthority(undefined, [name], Date.now());
  const { key, certificate } = certifyHosts(authority, [name], Date.now());
  const published = new Map<string, Parameters<DocumentHost["publish"]>[1]>();
  const asked: string[] = [];
  const server = createServer(
    { key: key.export({ type: "pkcs8", format: "pem" }), cert: certificate + authority.certificate },
    (request, response) => {
      const path = request.url ?? "";
      asked.push(path);
      const answer = published.get(path);
      if (typeof answer === "function") return answer(request, response);
      response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer ?? {}));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `https://${name}:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    asked,
    ca: authority.certificate,
    outgoing: {
      ...publicInternet,
      resolve: async (host) => (host === name ? ["127.0.0.1"] : []),
      mayCall: () => true,
      mayUsePort: () => true,
      ca: authority.certificate,
    },
    publish: (path, answer) => {
      published.set(path, answer);
      return origin + path;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      authority.close();
    },
  };
}
