/** Refusals in words for the developer: what the rule's own detail cannot know, and what to do about each. */

import { equalSecrets } from "../../crypto/compare.js";
import type { HttpContext } from "../../http/context.js";
import { unsealSecret } from "../../oauth/client/authentication.js";
import { endpoints } from "../../oauth/endpoints.js";
import type { App } from "../../storage/port/records.js";
import { type CauseDeps, causeOf, type End } from "./cause.js";
import type { RequestFacts } from "./facts.js";

export interface Explanation {
  readonly reason: string | undefined;
  readonly detail: string | undefined;
  readonly advice: string | undefined;
  readonly cause: number | undefined;
}

/** Returns what to know of a path that is served here and not live, however the request went. */
export function adviceForPath(path: string, reason: string | undefined): string | undefined {
  if (path !== endpoints.tokenOfApiHost.path || reason === "token_path_of_api_host") return undefined;
  return `The live service answers 404 here: use ${endpoints.token.path} at its host app.hellosign.com.`;
}

/** Most apps looked through for the owner of a secret. */
const mostApps = 1000;

export async function explain(
  deps: CauseDeps,
  facts: RequestFacts,
  { reason, detail }: { readonly reason?: string; readonly detail?: string },
): Promise<Explanation> {
  if (reason === undefined) return { reason, detail, advice: undefined, cause: undefined };
  const ended = await endedToken(deps, facts, reason);
  if (ended) return ended;
  if (facts.unreadBasic && isWithoutCredentials(reason, detail))
    return { reason, ...unreadBasic, cause: undefined };
  const better = await betterDetail(deps.context, facts, reason);
  return {
    reason,
    detail: better ?? detail,
    advice: adviceFor(reason, facts.operation),
    cause: undefined,
  };
}

function isWithoutCredentials(reason: string, detail: string | undefined): boolean {
  return (
    reason === "client_secret_missing" || (reason === "parameter_missing" && /client_id/.test(detail ?? ""))
  );
}

/** Most libraries send them so unless they are told otherwise, and the caller's answer names only what is missing. */
const unreadBasic = {
  detail: "client_id was not sent in the body; HTTP Basic was, which the live service does not read here",
  advice:
    "Send client_id and client_secret in the body: libraries call it client_secret_post, or authorizationMethod: body.",
};

const endings: Readonly<Record<End, readonly [detail: string, advice: string]>> = {
  replaced: [
    "a newer authorization of the same app and account replaced it",
    "Use the tokens of the newer authorization. Two developers who share an account end each other’s tokens.",
  ],
  code_reuse: [
    "its code was sent a second time, which ends the tokens of the first use",
    "Exchange each code once, then send the user to authorize again.",
  ],
  revoked: ["the access was removed", "Only the user can give access again: send them to authorize."],
};

/** A token that was ended before its time: by what, as the caller's answer does not say. */
async function endedToken(
  deps: CauseDeps,
  { keys }: RequestFacts,
  reason: string,
): Promise<Explanation | undefined> {
  const kind = /^(access_token|refresh_token)_revoked$/.exec(reason)?.[1];
  const family = keys.find((key) => key.startsWith("family:"))?.slice("family:".length);
  if (kind === undefined || family === undefined) return undefined;
  const cause = await causeOf(deps, family);
  if (cause === undefined) return undefined;
  const [detail, advice] = endings[cause.end];
  return { reason: `${kind}_${cause.end}`, detail, advice, cause: cause.number };
}

async function betterDetail(
  context: HttpContext,
  facts: RequestFacts,
  reason: string,
): Promise<string | undefined> {
  switch (reason) {
    case "client_secret_wrong":
      return secretOfAnother(context, facts);
    case "client_unknown":
      return unknownClient(context, facts);
    case "redirect_uri_mismatch":
      return redirectUris(context, facts);
    default:
      return undefined;
  }
}

async function secretOfAnother(context: HttpContext, facts: RequestFacts): Promise<string | undefined> {
  const { clientSecret } = facts;
  if (clientSecret === undefined) return undefined;
  const apps = await context.storage.listApps(mostApps);
  const owner = apps.find(
    (app) =>
      app.clientId !== facts.clientId &&
      secretsOf(context, app).some((one) => equalSecrets(one, clientSecret)),
  );
  return owner && `this client_secret belongs to another app: ${owner.name} (${owner.clientId})`;
}

function secretsOf(context: HttpContext, app: App): string[] {
  return app.secrets.map((stored) => unsealSecret(context.ring, app.clientId, stored));
}

async function unknownClient(context: HttpContext, facts: RequestFacts): Promise<string> {
  const apps = await context.storage.listApps(5);
  const known = apps.map(({ clientId }) => clientId).join(", ");
  return `no app has the client_id ${facts.clientId ?? "(none was sent)"}; the apps here are ${known}`;
}

async function redirectUris(context: HttpContext, facts: RequestFacts): Promise<string | undefined> {
  const app = facts.clientId === undefined ? undefined : await context.storage.findApp(facts.clientId);
  const sent = facts.parameters.redirect_uri;
  if (app === undefined || sent === undefined) return undefined;
  return `sent ${sent}, registered ${app.callbackUrls.join(", ")}: they are compared character by character`;
}

/** The reasons that the emulator has beside those of the protocol. */
export const ownReasons: readonly string[] = [
  "access_token_replaced",
  "access_token_code_reuse",
  "refresh_token_replaced",
  "refresh_token_code_reuse",
  "control_fault",
  "csrf",
  "event_not_received",
  "fault_ordered",
  "login_failed",
  "login_throttled",
  "token_path_of_api_host",
];

function adviceFor(reason: string, operation: string): string | undefined {
  // An authorization request is an address: it has no body.
  if (reason === "parameter_missing" && operation.startsWith("authorize"))
    return "Add it to the query of the address.";
  return advice[reason];
}

/** What to do about each reason. One without an entry says all in its detail. */
const advice: Readonly<Record<string, string>> = {
  parameter_missing: "Send it in the body, as JSON, a form or multipart.",
  client_unknown: "Compare the client_id with the app's.",
  client_secret_wrong: "Use the secret of the app whose client_id is sent.",
  client_secret_missing: "Send client_id and client_secret; this app was set to require them.",
  redirect_uri_mismatch: "Register the callback URL with the app, or send the registered one.",
  code_unknown: "A code works once, on the server that issued it: start a new authorization.",
  code_expired: "Exchange the code as soon as it arrives at the callback.",
  code_used: "Exchange a code once. A retry after a lost answer needs a new authorization.",
  code_of_other_client: "Exchange the code with the client_id that asked for it.",
  code_redirect_uri_mismatch: "Send the redirect_uri of the authorization request, or none.",
  code_state_mismatch: "Send the state of the same authorization request; compare it in your callback first.",
  grant_revoked: "The user removed the access: send them to authorize again.",
  refresh_token_unknown: "Keep the refresh token of the newest token response, whole.",
  refresh_token_of_other_client: "Refresh with the client_id that the token was issued to.",
  refresh_token_revoked: "Only the user can give access again: send them to authorize.",
  refresh_token_reused:
    "Store a rotated refresh token before anything else, and refresh in one place at a time.",
  refresh_token_expired: "Only the user can give access again: send them to authorize.",
  request_uri_invalid: "Send the request_uri whole, with the client_id that pushed the request.",
  request_uri_expired: "Push the request when the user starts, and send the browser on at once.",
  request_uri_used: "Push a request for each authorization.",
  dpop_proof_invalid: "Make a proof for this request: RFC 9449 section 4.2 says what it holds.",
  dpop_nonce_required:
    "Send the request again, with a new proof that has the nonce of the header DPoP-Nonce.",
  access_proof_invalid: "Make a proof for this request: RFC 9449 section 4.2 says what it holds.",
  access_nonce_required:
    "Send the request again, with a new proof that has the nonce of the header DPoP-Nonce.",
  code_key_mismatch: "Exchange the code with a proof by the key that the authorization request named.",
  refresh_token_key_mismatch: "Refresh with a proof by the key that the code was exchanged with.",
  pushed_request_required:
    "POST the parameters to /oauth/par; send the browser with the request_uri it gives.",
  scope_unsupported: "Leave scope out: an app's scopes are set with the app.",
  denied_by_user: "The callback gets error=access_denied: tell the user what works without access.",
  app_not_approved: "Until an app is approved, only its owner can authorize it.",
  access_token_missing: "Send Authorization: Bearer and the access token.",
  access_token_malformed: "Send the complete access token that this server issued.",
  access_token_expired: "Refresh, then repeat the call.",
  access_token_revoked: "Only the user can give access again: send them to authorize.",
  access_token_scope: "Add the scope to the app, then authorize again: a change of scopes ends every grant.",
  account_unconfirmed: "The user must open the link in the confirmation email first: see the outbox.",
  rate_limited: "Wait for as long as Retry-After says.",
  csrf: "The form was not of this browser's visit: reload the page.",
  token_path_of_api_host: "Send token requests to https://app.hellosign.com/oauth/token.",
  login_failed: "Compare the email address and password with the seed.",
};
