/**
 * Cookies: read strictly, set HttpOnly and SameSite=Lax; `__Host-` over TLS. That name wants the path `/`: a server below its
 * host takes `__Secure-`, and its cookies are for its own path.
 */

import type { FastifyReply, FastifyRequest } from "fastify";
import { basePathOfIssuer } from "./base-path.js";

export interface CookieJar {
  get(request: FastifyRequest, name: CookieName): string | undefined;
  set(reply: HeaderSink, name: CookieName, value: string, maxAgeSeconds?: number): void;
  clear(reply: FastifyReply, name: CookieName): void;
}

/** An answer under way. */
export interface HeaderSink {
  header(name: "set-cookie", value: string): unknown;
}

export type CookieName = "session" | "visit" | "device";

/** @param issuer the server's public URL: it decides `Secure`, and keeps two servers on one host apart by port and path. */
export function cookieJar(issuer: () => string): CookieJar {
  const fullName = (name: CookieName) => {
    const url = new URL(issuer());
    if (url.protocol === "https:")
      return `${url.pathname === "/" ? "__Host" : "__Secure"}-countersign-${name}`;
    return `countersign-${name}${url.port === "" ? "" : `-${url.port}`}`;
  };
  const attributes = () =>
    `; Path=${basePathOfIssuer(issuer()) || "/"}; HttpOnly; SameSite=Lax${issuer().startsWith("https:") ? "; Secure" : ""}`;
  // Of all headers this one is added to, not replaced.
  const append = (reply: HeaderSink, cookie: string) => reply.header("set-cookie", cookie);
  return {
    get: (request, name) => readCookie(request.headers.cookie, fullName(name)),
    set: (reply, name, value, maxAgeSeconds) => {
      const age = maxAgeSeconds === undefined ? "" : `; Max-Age=${maxAgeSeconds}`;
      append(reply, `${fullName(name)}=${value}${age}${attributes()}`);
    },
    clear: (reply, name) => {
      append(reply, `${fullName(name)}=; Max-Age=0${attributes()}`);
    },
  };
}

function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? "").split(";")) {
    const pair = part.trim();
    const value = pair.slice(name.length + 1);
    if (pair.startsWith(`${name}=`) && /^[A-Za-z0-9_-]{1,200}$/.test(value)) return value;
  }
  return undefined;
}
