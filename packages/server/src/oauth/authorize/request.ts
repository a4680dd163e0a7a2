/**
 * The authorization request (RFC 6749 §4.1.1): one ordered list of checks. Until client and redirect URI are known to
 * be good, nothing is ever redirected; after that, every refusal goes to the callback.
 */

import type { App } from "../../storage/port/records.js";
import type { Storage } from "../../storage/port/storage.js";
import type { Parameters } from "../parameters.js";
import { readChallenge } from "../pkce.js";
import type { Profile } from "../profile/profile.js";
import { Refusal, wordedRefusal } from "../refusal.js";
import { sameResource } from "../resource.js";
import { readScope, scopesWithin } from "../scope.js";
import { type Prompts, readPrompt } from "./prompts.js";
import { chooseRedirectUri } from "./redirect-uri.js";

/** A request that its client pushed before (RFC 9126): what was kept of it in its request_uri. */
export interface PushedRequest {
  /** The same for every request_uri that is made of one push: what is used up. */
  readonly id: string;
  /** In milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly clientId: string;
  /** The parameters that were pushed, but for those that proved who the client is. */
  readonly query: string;
  /** Which showing of the sign-in page led on with it, if one did. */
  readonly showing?: string | undefined;
}

export interface AuthorizationRequest extends Prompts {
  readonly app: App;
  readonly redirectUri: string;
  readonly redirectUriGiven: boolean;
  readonly state: string | undefined;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly codeChallenge: string | undefined;
  /** The key that the code is bound to (RFC 9449 §10). */
  readonly dpopJkt: string | undefined;
  /** Undefined where the request came through the browser alone. */
  readonly pushed: PushedRequest | undefined;
}

export type Validation =
  | { readonly outcome: "valid"; readonly request: AuthorizationRequest }
  | RefusedRequest;

/** A request that was refused: on a page, or at the callback when that is known to be the app's. */
export type RefusedRequest =
  | { readonly outcome: "page"; readonly refusal: Refusal; readonly app?: App }
  | {
      readonly outcome: "redirect";
      readonly refusal: Refusal;
      readonly redirectUri: string;
      readonly state: string | undefined;
      readonly app: App;
    };

export async function validateAuthorizationRequest(
  profile: Profile,
  storage: Pick<Storage, "findApp">,
  parameters: Parameters,
  pushed?: PushedRequest,
): Promise<Validation> {
  let app: App | undefined;
  let redirectUri: string;
  // The order is security: 1 client, 2 redirect URI. A redirect before both are checked is an open redirector.
  try {
    app = await knownClient(storage, parameters.required("client_id"));
    redirectUri = chooseRedirectUri(profile, app, parameters.optional("redirect_uri"));
  } catch (refusal) {
    if (refusal instanceof Refusal) return { outcome: "page", refusal, ...(app && { app }) };
    throw refusal;
  }
  let state: string | undefined;
  try {
    // 3 state first, so that every later refusal can carry it back.
    state = parameters.optional("state");
    return { outcome: "valid", request: readRest(profile, app, { redirectUri, state, pushed }, parameters) };
  } catch (refusal) {
    if (refusal instanceof Refusal) return { outcome: "redirect", refusal, redirectUri, state, app };
    throw refusal;
  }
}

async function knownClient(storage: Pick<Storage, "findApp">, clientId: string): Promise<App> {
  const app = await storage.findApp(clientId);
  if (app === undefined) throw new Refusal("client_unknown", "no app has this client_id", "client_id");
  if (app.disabled) throw new Refusal("app_disabled", "an operator has disabled the app", "client_id");
  return app;
}

function readRest(
  profile: Profile,
  app: App,
  known: Pick<AuthorizationRequest, "redirectUri" | "state" | "pushed">,
  parameters: Parameters,
): AuthorizationRequest {
  // Without PKCE, whoever catches a public app's code can exchange it (RFC 8252 §8.1).
  if (app.public && profile.pkce === "ignored")
    throw wordedRefusal("client_not_allowed", "A public app cannot be used here: codes are not bound to it");
  if (app.public && !profile.publicApps)
    throw wordedRefusal("client_not_allowed", "A public app cannot be used here: it cannot prove who it is");
  if ((profile.pushedRequests === "required" || app.requirePushedRequests) && known.pushed === undefined)
    throw new Refusal("pushed_request_required", "the request came through the browser", "request_uri");
  checkResponseType(parameters); // 4
  if (profile.extensionParameters === "refused") refuseUnsupported(parameters);
  const scopes = chooseScopes(profile, app, parameters); // 5
  const codeChallenge = readChallenge(profile, app, parameters); // 6
  const resources = chooseResources(profile, app, parameters); // 7
  return {
    app,
    ...known,
    redirectUriGiven: parameters.optional("redirect_uri") !== undefined,
    scopes,
    resources,
    codeChallenge,
    dpopJkt: readThumbprint(profile, parameters),
    ...readPrompt(profile, parameters), // 8
  };
}

/** RFC 9449 §10. @throws {Refusal} `parameter_malformed`. */
function readThumbprint(profile: Profile, parameters: Parameters): string | undefined {
  const jkt = profile.dpop === "none" ? undefined : parameters.optional("dpop_jkt");
  if (jkt === undefined || /^[A-Za-z0-9_-]{43}$/.test(jkt)) return jkt;
  throw wordedRefusal(
    "parameter_malformed",
    "must be the SHA-256 thumbprint of a key, base64url",
    "dpop_jkt",
  );
}

function checkResponseType(parameters: Parameters): void {
  const type = parameters.required("response_type");
  if (type !== "code") {
    throw new Refusal("response_type_unsupported", "response_type is not code", "response_type");
  }
}

/** What would change the request or its answer is refused as such: ignored, the app would wait for another answer. */
function refuseUnsupported(parameters: Parameters): void {
  if (parameters.has("request"))
    throw new Refusal("request_object_unsupported", "request objects (RFC 9101) are not read", "request");
  if (parameters.has("request_uri"))
    throw new Refusal("request_uri_unsupported", "it is not one that was given for a push", "request_uri");
  const mode = parameters.optional("response_mode");
  if (mode !== undefined && mode !== "query")
    throw new Refusal("response_mode_unsupported", "the answer comes in the query", "response_mode");
}

function chooseScopes(profile: Profile, app: App, parameters: Parameters): readonly string[] {
  // Also an empty one: the live service refuses the parameter, whatever it holds.
  if (profile.scopeAtAuthorize === "refused" && parameters.has("scope")) {
    throw new Refusal("scope_unsupported", "the scopes are the app's own; leave the parameter out", "scope");
  }
  const requested = parameters.optional("scope");
  return scopesWithin(profile, app, requested === undefined ? undefined : readScope(requested));
}

function chooseResources(profile: Profile, app: App, parameters: Parameters): readonly string[] {
  if (!profile.resources) return [];
  const resources = parameters.all("resource").map((asked) => sameResource(app.resources, asked));
  if (resources.includes(undefined)) {
    throw new Refusal("resource_unknown", "the app is not registered for this resource", "resource");
  }
  return [...new Set(resources as string[])];
}
