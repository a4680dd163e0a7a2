/** What comes next in an authorization: login, consent, the code, or a refusal. A pure decision. */

import { type Grant, ownApi, type SessionView } from "../../storage/port/records.js";
import type { Profile } from "../profile/profile.js";
import { Refusal } from "../refusal.js";
import { isOpenTo } from "../tokens/family.js";
import type { AuthorizationRequest } from "./request.js";

export type NextStep =
  | { readonly step: "login" }
  | { readonly step: "consent" }
  /** The person is not the owner of an app that is not approved: only leaving is offered. */
  | { readonly step: "not_approved" }
  | { readonly step: "code" }
  | { readonly step: "refuse"; readonly refusal: Refusal };

export interface StepFacts {
  readonly session: SessionView | undefined;
  readonly grant: Grant | undefined;
  readonly now: number;
}

/** After a login the request comes back without the prompts and `max_age` that it satisfied: they have been satisfied. */
export function nextStep(profile: Profile, request: AuthorizationRequest, facts: StepFacts): NextStep {
  const silent = request.prompt.includes("none");
  if (needsLogin(request, facts)) {
    if (silent)
      return { step: "refuse", refusal: new Refusal("login_required", "prompt=none without a session") };
    return { step: "login" };
  }
  const account = (facts.session as SessionView).account;
  if (!isOpenTo(request.app, account.id)) {
    if (silent)
      return { step: "refuse", refusal: new Refusal("app_not_approved", "only its owner may authorize it") };
    return { step: "not_approved" };
  }
  if (isRemembered(profile, request, facts.grant)) return { step: "code" };
  if (silent)
    return { step: "refuse", refusal: new Refusal("consent_required", "prompt=none without consent") };
  return { step: "consent" };
}

function needsLogin(request: AuthorizationRequest, { session, now }: StepFacts): boolean {
  if (session === undefined || session.account.locked) return true;
  if (request.prompt.includes("login")) return true;
  const { maxAgeSeconds } = request;
  if (maxAgeSeconds === undefined) return false;
  // OpenID Connect Core §3.1.2.1: 0 is as `prompt=login`.
  return maxAgeSeconds === 0 || now - session.session.authenticatedAt > maxAgeSeconds * 1000;
}

function isRemembered(profile: Profile, request: AuthorizationRequest, grant: Grant | undefined): boolean {
  if (!profile.rememberConsent || request.prompt.includes("consent")) return false;
  // The page says who is signed in, and lets somebody else sign in.
  if (request.prompt.includes("select_account")) return false;
  // RFC 8252 §8.6: anybody can claim to be a public app; consent is asked each time.
  if (request.app.public || grant === undefined) return false;
  // RFC 8707 §3: consent to one resource, or to none, is not consent to another.
  const resources = request.resources.length === 0 ? [ownApi] : request.resources;
  return (
    request.scopes.every((scope) => grant.scopes.includes(scope)) &&
    resources.every((resource) => grant.resources.includes(resource))
  );
}
