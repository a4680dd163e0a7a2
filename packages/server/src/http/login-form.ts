/** The login form, wherever it stands: CSRF, throttle, password, a new session. One order, one place. */

import type { FastifyReply, FastifyRequest } from "fastify";
import { checkLogin, sessionHash, sessionOf, sessionSeconds, startSession } from "../accounts/login.js";
import { deviceSeconds } from "../accounts/login-throttle.js";
import type { Parameters } from "../oauth/parameters.js";
import type { SessionView } from "../storage/port/records.js";
import { readParameters } from "./body.js";
import { type Credentials, type HttpContext, notesOf } from "./context.js";

export type LoginOutcome =
  | { readonly outcome: "logged_in" }
  /** The form is of an earlier visit of this browser, which has signed in since. The password was not looked at. */
  | { readonly outcome: "signed_in_before" }
  | {
      readonly outcome: "refused";
      readonly status: number;
      readonly problem: string;
      readonly email: string | undefined;
    };

/** Returns what a person typed. */
export function typedCredentials(form: Parameters): Credentials {
  return { email: form.optional("email"), password: form.optional("password") };
}

/** Logs in by the form of a request, or says what to show instead. */
export async function logIn(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
  clientId?: string,
): Promise<LoginOutcome> {
  // Passwords are none of this server's business where people sign in elsewhere: whoever is refused is sent there.
  if (context.signInUrl !== undefined)
    return { outcome: "refused", status: 403, problem: "", email: undefined };
  const form = await readParameters(request);
  const { email, password } = context.credentialsOf(form);
  const refused = (status: number, reason: string, problem: string): LoginOutcome => {
    Object.assign(notesOf(request), { reason, clientId });
    return { outcome: "refused", status, problem, email };
  };
  if (!context.csrf.verify(request, form.optional("csrf"))) {
    if (await sessionOfRequest(context, request)) return { outcome: "signed_in_before" };
    return refused(403, "csrf", "This form has expired. Please sign in again.");
  }
  if (email === undefined || password === undefined) {
    return refused(401, "login_failed", "Enter your email address and your password.");
  }
  const address = context.addresses.of(request);
  const attempt = { email, address, device: context.cookies.get(request, "device") };
  const login = await context.loginThrottle.attempt(attempt, () =>
    checkLogin(context.storage, email, password),
  );
  if (login.outcome === "throttled") {
    reply.header("retry-after", "900");
    return refused(429, "login_throttled", "Too many failed attempts. Please try again in 15 minutes.");
  }
  if (login.outcome === "wrong") {
    context.audit("login_failed", { ...(clientId !== undefined && { clientId }), address });
    return refused(401, "login_failed", "The email address or password is wrong.");
  }
  const account = login.value;
  // A new session and a new visit at each login: nothing an attacker planted before survives it (session fixation).
  await endSession(context, request);
  context.cookies.set(reply, "session", await startSession(context, account), sessionSeconds);
  context.cookies.set(reply, "visit", context.randomBytes(16).toString("base64url"));
  context.cookies.set(reply, "device", context.loginThrottle.device(account), deviceSeconds);
  context.audit("login", { accountId: account.id });
  return { outcome: "logged_in" };
}

/** Returns the page elsewhere that people sign in on, told the path of this server to go on to. */
export function signInElsewhere(signInUrl: string, onward: string): string {
  return `${signInUrl}${signInUrl.includes("?") ? "&" : "?"}${new URLSearchParams({ return_to: onward })}`;
}

/** Returns the live session of the request's cookie. */
export function sessionOfRequest(
  context: HttpContext,
  request: FastifyRequest,
): Promise<SessionView | undefined> {
  return sessionOf(context.storage, context.cookies.get(request, "session"), context.now());
}

/** Ends the session of the request's cookie, if there is one. */
export async function endSession(context: HttpContext, request: FastifyRequest): Promise<void> {
  const value = context.cookies.get(request, "session");
  if (value !== undefined) await context.storage.deleteSession(sessionHash(value));
}
