/**
 * Protection of state-changing pages: a form carries a MAC of the browser's visit and session cookies. A page of
 * another site can neither read nor make it; and before login it protects the login form itself (RFC 6749 §10.12).
 */

import type { FastifyReply, FastifyRequest } from "fastify";
import type { KeyRing } from "../crypto/key-ring.js";
import type { CookieJar } from "./cookies.js";

export interface Csrf {
  /** Returns the token for a form of this reply, and starts a visit if there is none. */
  token(request: FastifyRequest, reply: FastifyReply): string;
  /** Returns whether a form that came back is of this browser's own visit. */
  verify(request: FastifyRequest, token: string | null | undefined): boolean;
}

export function csrfProtection(ring: KeyRing, cookies: CookieJar, randomBytes: (n: number) => Buffer): Csrf {
  const bound = (request: FastifyRequest, visit: string) =>
    `${visit}|${cookies.get(request, "session") ?? ""}`;
  return {
    token: (request, reply) => {
      let visit = cookies.get(request, "visit");
      if (visit === undefined) {
        visit = randomBytes(16).toString("base64url");
        cookies.set(reply, "visit", visit);
      }
      return ring.mac("csrf", bound(request, visit)).toString("base64url");
    },
    verify: (request, token) => {
      const site = request.headers["sec-fetch-site"];
      if (site === "cross-site" || site === "same-site") return false;
      const visit = cookies.get(request, "visit");
      if (visit === undefined || !token) return false;
      return ring.verifyMac("csrf", bound(request, visit), Buffer.from(token, "base64url"));
    },
  };
}
