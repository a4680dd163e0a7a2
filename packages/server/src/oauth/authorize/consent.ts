/**
 * What an authorization request leads to, for a browser and for a test without one: a login, the question, a code, or a
 * refusal. The steps are a pure decision (`next-step.ts`); this file does what the step says, and never goes from one
 * step to another.
 */

import type { App, SessionView } from "../../storage/port/records.js";
import type { OAuthContext } from "../context.js";
import { keepOpenClient } from "../open-clients/open-clients.js";
import { Refusal } from "../refusal.js";
import { isOpenTo } from "../tokens/family.js";
import { type CodeContext, issueCode, refusalCallback } from "./code.js";
import { nextStep } from "./next-step.js";
import { usePushedRequest } from "./pushed-request.js";
import type { AuthorizationRequest } from "./request.js";

export type Decision =
  | { readonly step: "login" }
  /** The question is to be asked; where the app is not approved, only leaving is offered. */
  | { readonly step: "ask"; readonly session: SessionView; readonly canAllow: boolean }
  | {
      readonly step: "code";
      readonly session: SessionView;
      readonly code: string;
      readonly callbackUrl: string;
    }
  | {
      readonly step: "refused";
      readonly refusal: Refusal;
      readonly callbackUrl: string;
      /** No person has clicked for it: see `mayLeadOn`. */
      readonly atOnce: boolean;
    }
  /** What was pushed has led to a code before. Its client has been told: nobody is sent there again. */
  | { readonly step: "spent"; readonly refusal: Refusal };

/** A person's answer to the question. */
export interface Answer {
  readonly choice: "allow" | "deny";
  /** The question was on a page: the answer counts, also where it need not have been asked. */
  readonly shown: boolean;
  /** Which showing of the page it is the answer to, where the form says so. */
  readonly showing?: string | undefined;
}

export type ConsentContext = CodeContext & Pick<OAuthContext, "audit">;

/** Takes the next step of a valid request. A code is issued where, and only where, the step is `code`. */
export async function decide(
  context: ConsentContext,
  wanted: AuthorizationRequest,
  session: SessionView | undefined,
  answer?: Answer,
): Promise<Decision> {
  const grant = session && (await context.storage.findGrant(session.account.id, wanted.app.clientId));
  const next = nextStep(context.profile, wanted, { session, grant, now: context.now() });
  if (next.step === "refuse") return refused(context, wanted, next.refusal, true);
  if (next.step === "login" || session === undefined) return { step: "login" };
  const asks = next.step !== "code" || answer?.shown === true;
  if (!asks) return withCode(context, wanted, session, undefined);
  const canAllow = next.step !== "not_approved";
  if (answer === undefined) return { step: "ask", session, canAllow };
  const who = { clientId: wanted.app.clientId, accountId: session.account.id };
  if (answer.choice === "deny") {
    context.audit("consent_denied", who);
    const reason = canAllow ? "denied_by_user" : "app_not_approved";
    return refused(context, wanted, new Refusal(reason, "the user chose deny"), false);
  }
  if (!canAllow) {
    const detail = "only the app's owner may authorize it until it is approved";
    return refused(context, wanted, new Refusal("app_not_approved", detail), false);
  }
  if (wanted.app.openClient !== undefined) await keepOpenClient(context, wanted.app);
  context.audit("consent_given", who);
  return withCode(context, wanted, session, answer.showing);
}

async function withCode(
  context: CodeContext,
  wanted: AuthorizationRequest,
  session: SessionView,
  showing: string | undefined,
): Promise<Decision> {
  if (wanted.pushed !== undefined && !(await usePushedRequest(context, wanted.pushed, session, showing)))
    return {
      step: "spent",
      refusal: new Refusal("request_uri_used", "a code was issued for it before", "request_uri"),
    };
  return { step: "code", session, ...(await issueCode(context, wanted, session.account)) };
}

function refused(
  context: CodeContext,
  wanted: AuthorizationRequest,
  refusal: Refusal,
  atOnce: boolean,
): Decision {
  return { step: "refused", refusal, callbackUrl: refusalCallback(context, wanted, refusal), atOnce };
}

/**
 * Whether a refusal that no person has clicked for may go to the app's callback. Whoever can register an app could make
 * a link to this server lead anywhere: only to an approved app, or with the owner's own browser, is it followed
 * (RFC 9700 §4.11.2). Nobody has approved an open client.
 */
export function mayLeadOn(app: App, session: SessionView | undefined): boolean {
  return app.openClient === undefined && isOpenTo(app, session?.account.id);
}
