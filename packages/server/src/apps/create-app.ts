/** Making an app, and its client secrets. */

import type { KeyRing } from "../crypto/key-ring.js";
import { seal, sealNonceBytes } from "../crypto/sealed.js";
import { clientSecretContext } from "../oauth/client/authentication.js";
import type { App, ClientSecret } from "../storage/port/records.js";
import type { Storage } from "../storage/port/storage.js";

export interface NewApp extends Partial<Omit<App, "secrets" | "createdAt" | "clientId" | "openClient">> {
  readonly name: string;
  readonly ownerId: string;
  readonly callbackUrls: readonly string[];
  readonly scopes: readonly string[];
  /** Made up where absent: 32 hex digits each, as the live service gives them. */
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
}

export interface AppDeps {
  readonly storage: Pick<Storage, "createApp">;
  readonly ring: KeyRing;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Buffer;
}

/** Returns the app and its secret, shown this once; or undefined if the client id is taken. */
export async function createApp(
  deps: AppDeps,
  wanted: NewApp,
): Promise<{ app: App; clientSecret: string | undefined } | undefined> {
  const clientId = wanted.clientId ?? deps.randomBytes(16).toString("hex");
  // An app with keys has no secret beside them: one way of authentication (RFC 6749 §2.3).
  const secretless = wanted.public || wanted.jwks !== undefined;
  const clientSecret = secretless ? undefined : (wanted.clientSecret ?? secretUnlessKeys(deps, wanted));
  const app: App = {
    clientId,
    name: wanted.name,
    ownerId: wanted.ownerId,
    callbackUrls: wanted.callbackUrls,
    scopes: wanted.scopes,
    secrets: clientSecret === undefined ? [] : [sealClientSecret(deps, clientId, clientSecret)],
    public: wanted.public ?? false,
    approved: wanted.approved ?? false,
    // Nobody makes an app to stop it at once.
    disabled: false,
    requireClientCredentialsOnRefresh: wanted.requireClientCredentialsOnRefresh ?? true,
    refreshTokens: wanted.public ? "rotate" : (wanted.refreshTokens ?? "same"),
    accessTokens: wanted.accessTokens ?? "opaque",
    jwks: wanted.jwks,
    resources: wanted.resources ?? [],
    eventCallbackUrl: wanted.eventCallbackUrl,
    scopeTexts: wanted.scopeTexts ?? {},
    callbackSchemes: wanted.callbackSchemes ?? [],
    ...withoutExtras,
    ...extrasOf(wanted),
    createdAt: deps.now(),
    openClient: undefined,
  };
  return (await deps.storage.createApp(app)) === "created" ? { app, clientSecret } : undefined;
}

/** What an app has where nobody said otherwise. */
const withoutExtras: Pick<
  App,
  | "requirePkce"
  | "requirePushedRequests"
  | "dpopBoundTokens"
  | "jwtAlgorithm"
  | "grantTypes"
  | "tokenGeneration"
> = {
  requirePkce: false,
  requirePushedRequests: false,
  dpopBoundTokens: false,
  jwtAlgorithm: "ES256",
  grantTypes: [],
  tokenGeneration: 0,
};

function extrasOf(wanted: NewApp): Partial<typeof withoutExtras> {
  const { requirePkce, requirePushedRequests, dpopBoundTokens, jwtAlgorithm, grantTypes } = wanted;
  return {
    ...(requirePkce !== undefined && { requirePkce }),
    ...(requirePushedRequests !== undefined && { requirePushedRequests }),
    ...(dpopBoundTokens !== undefined && { dpopBoundTokens }),
    ...(jwtAlgorithm !== undefined && { jwtAlgorithm }),
    ...(grantTypes !== undefined && { grantTypes }),
  };
}

/** An app that signs in with keys needs no secret that nobody asked for. */
function secretUnlessKeys(deps: AppDeps, { jwks }: NewApp): string | undefined {
  return jwks === undefined ? newClientSecret(deps) : undefined;
}

/** Returns a new client secret: 32 hex digits, 128 bits. */
export function newClientSecret(deps: Pick<AppDeps, "randomBytes">): string {
  return deps.randomBytes(16).toString("hex");
}

/** Returns a client secret as it is stored. */
export function sealClientSecret(
  deps: Pick<AppDeps, "ring" | "randomBytes" | "now">,
  clientId: string,
  secret: string,
): ClientSecret {
  const sealed = seal(deps.ring, clientSecretContext(clientId), secret, deps.randomBytes(sealNonceBytes));
  return { sealed, createdAt: deps.now(), expiresAt: undefined };
}
