/** What the pages of an authorization show: each is given the visit and what was found out. */

import { placeOf } from "../../oauth/authorize/redirect-uri.js";
import type { AuthorizationRequest } from "../../oauth/authorize/request.js";
import { endpoints } from "../../oauth/endpoints.js";
import { provenanceOf } from "../../oauth/open-clients/open-clients.js";
import { publicError } from "../../oauth/profile/public-error.js";
import type { Refusal } from "../../oauth/refusal.js";
import { describeScope } from "../../oauth/scope.js";
import { consentPage } from "../../pages/consent.js";
import type { Page } from "../../pages/layout.js";
import { loginPage } from "../../pages/login.js";
import { problemPage } from "../../pages/problem.js";
import type { Account, SessionView } from "../../storage/port/records.js";
import { pathTo } from "../base-path.js";
import type { Visit } from "../visit.js";

/** What a consent page says where only the app's owner can allow it. */
export const notApproved = "This app has not been approved yet. Until it is, only its owner can allow it.";

/** What a form tells back of the page it is on: of a pushed request alone, which is used up. */
function showingOf({ context }: Visit, { pushed }: AuthorizationRequest): string | undefined {
  return pushed && context.randomBytes(16).toString("base64url");
}

export function loginPageOf(
  visit: Visit,
  wanted: AuthorizationRequest,
  failed: { problem?: string; email?: string | undefined; status?: number },
): Page {
  return loginPage({
    action: `${pathTo(visit.context, endpoints.login)}?${visit.query}`,
    csrf: visit.csrf(),
    showing: showingOf(visit, wanted),
    appName: wanted.app.name,
    email: failed.email ?? wanted.loginHint,
    problem: failed.problem,
    wrong: failed.status === 401,
  });
}

export function consentPageOf(
  visit: Visit,
  wanted: AuthorizationRequest,
  { session, owner, canAllow }: { session: SessionView; owner: Account | undefined; canAllow: boolean },
): Page {
  const { profile } = visit.context;
  return consentPage({
    action: `${pathTo(visit.context, endpoints.decide)}?${visit.query}`,
    csrf: visit.csrf(),
    showing: showingOf(visit, wanted),
    appName: wanted.app.name,
    ownerEmail: owner?.email ?? "",
    accountEmail: session.account.email,
    scopes: wanted.scopes.map((name) => ({ name, ...describeScope(profile, wanted.app, name) })),
    resources: wanted.resources,
    goesBackTo: placeOf(wanted.redirectUri),
    provenance: provenanceOf(wanted.app),
    switchAccountAction: `${pathTo(visit.context, endpoints.switchAccount)}?${visit.query}`,
    notice: canAllow ? undefined : notApproved,
    canAllow,
  });
}

const explanations: Readonly<Record<string, string>> = {
  client_document_unusable:
    "The app that sent you here says what it is in a document of its own, and that document cannot be used.",
  rate_limited:
    "Apps that nobody here knows are looked up a limited number of times. Wait a minute and try again.",
  client_unknown: "The app that sent you here is not known to this server.",
  redirect_uri_mismatch:
    "The app asked to send you to an address that it has not registered. You were not sent there.",
};

/** Returns the page and its status. */
export function refusalPage(visit: Visit, refusal: Refusal): [Page, number] {
  const { description } = publicError(visit.context.profile, refusal);
  const status = refusal.reason === "rate_limited" ? 429 : 400;
  const page = problemPage({
    status,
    title: "This link cannot be used",
    what: explanations[refusal.reason] ?? description,
    todo: "Go back to the app you came from. If you build that app, the details below say what to change.",
    details: [
      ["Answer", description],
      ["Why", refusal.detail],
      ...(refusal.parameter ? [["Parameter", refusal.parameter, "code"] as const] : []),
    ],
    reference: visit.request.id,
  });
  return [page, status];
}

export function expiredFormPage(visit: Visit): Page {
  return problemPage({
    status: 403,
    title: "This form has expired",
    what: "The page was open for too long, cookies are blocked, or it was sent from another site. Nothing was changed.",
    todo: "Go back to the start and try again. Your browser must accept cookies of this site.",
    reference: visit.request.id,
    link: {
      href: `${pathTo(visit.context, endpoints.authorize)}?${visit.query}`,
      label: "Start again",
    },
  });
}
