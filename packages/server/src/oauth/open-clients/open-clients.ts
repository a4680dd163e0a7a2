/**
 * Who an open client is: found by its client_id alone, without a row. A row is written when a person first consents, so
 * that grants and tokens have an app to belong to; what is registered, or looked up, and never consented to leaves nothing.
 */

import { isDeepStrictEqual } from "node:util";
import { type App, openClientsOwner } from "../../storage/port/records.js";
import type { Storage } from "../../storage/port/storage.js";
import type { OAuthContext } from "../context.js";
import { loopbackNames } from "../loopback.js";
import type { ClientMetadata } from "./client-metadata.js";
import { isDocumentId, type OpenClients, readDocument } from "./document.js";
import { isRegisteredId, metadataOfId } from "./registered-id.js";

type FindContext = Pick<OAuthContext, "ring" | "now" | "openClients"> & {
  readonly storage: Pick<Storage, "findApp">;
};

/**
 * Returns the lookup of the authorization endpoint: apps that are registered here, and open clients.
 * @param caller who asks, for limits.
 */
export function knownClients(context: FindContext, caller: string): Pick<Storage, "findApp"> {
  return { findApp: (clientId) => findClient(context, clientId, caller) };
}

/** @throws {Refusal} where the document of a client cannot be used. */
async function findClient(context: FindContext, clientId: string, caller: string): Promise<App | undefined> {
  const kept = await context.storage.findApp(clientId);
  if (kept !== undefined && kept.openClient === undefined) return kept;
  const { openClients } = context;
  if (openClients === undefined) return undefined;
  const { kinds } = openClients.settings;
  if (kinds.includes("register") && isRegisteredId(clientId)) {
    // A person has consented to it: it outlives the secret that its id was made with.
    const metadata = metadataOfId(context.ring, clientId);
    return metadata === undefined ? kept : appFrom(context, clientId, metadata, kept);
  }
  if (!kinds.includes("cimd") || !isDocumentId(clientId)) return undefined;
  // Stopped by an operator: nothing has to be fetched to know that.
  if (kept?.disabled) return kept;
  const metadata = await readDocument(openClients.documents, openClients.settings, clientId, caller);
  return appFrom(context, clientId, metadata, kept);
}

function appFrom(
  { openClients, now }: FindContext,
  clientId: string,
  metadata: ClientMetadata,
  kept: App | undefined,
): App {
  const { scopes, scopeTexts, resources, schemes } = (openClients as OpenClients).settings;
  return {
    clientId,
    openClient: isDocumentId(clientId) ? "document" : "registration",
    name: metadata.name,
    ownerId: openClientsOwner,
    callbackUrls: metadata.redirectUris,
    scopes: scopesWithin(scopes, metadata.scopes) ?? scopes,
    secrets: [],
    public: true,
    approved: true,
    disabled: kept?.disabled ?? false,
    requireClientCredentialsOnRefresh: true,
    refreshTokens: metadata.refreshes ? "rotate" : "none",
    accessTokens: "opaque",
    jwks: undefined,
    resources,
    eventCallbackUrl: undefined,
    scopeTexts,
    callbackSchemes: schemes,
    requirePkce: true,
    requirePushedRequests: metadata.requirePushedRequests,
    dpopBoundTokens: metadata.dpopBoundTokens,
    jwtAlgorithm: "ES256",
    grantTypes: [],
    tokenGeneration: 0,
    createdAt: kept?.createdAt ?? now(),
  };
}

/** Returns the scopes of the ceiling that were asked for; undefined where that says nothing: all of them, or none. */
export function scopesWithin(
  ceiling: readonly string[],
  asked: readonly string[] | undefined,
): readonly string[] | undefined {
  const within = ceiling.filter((scope) => asked?.includes(scope));
  return within.length === 0 || within.length === ceiling.length ? undefined : within;
}

/** Writes the row of an open client that a person consents to, or brings it up to date. */
export async function keepOpenClient(
  { storage, now }: Pick<OAuthContext, "storage" | "now">,
  app: App,
): Promise<void> {
  const kept = await storage.findApp(app.clientId);
  if (kept === undefined) {
    await ensureOwner(storage, now());
    await storage.createApp(app);
    return;
  }
  // Not the scopes: a change of them would end the consents of everybody.
  const { name, callbackUrls, refreshTokens, resources, scopeTexts, callbackSchemes } = app;
  const { requirePushedRequests, dpopBoundTokens } = app;
  const current = {
    ...{ name, callbackUrls, refreshTokens, resources, scopeTexts, callbackSchemes },
    ...{ requirePushedRequests, dpopBoundTokens },
  };
  const differs = Object.entries(current).some(
    ([key, value]) => !isDeepStrictEqual(value, kept[key as keyof App]),
  );
  if (differs) await storage.updateApp(app.clientId, current, now());
}

async function ensureOwner(storage: Storage, now: number): Promise<void> {
  if ((await storage.findAccount(openClientsOwner)) !== undefined) return;
  try {
    await storage.createAccount(ownerAccount(now));
  } catch (error) {
    // Another node may have been faster.
    if ((await storage.findAccount(openClientsOwner)) === undefined) throw error;
  }
}

/** Every app has an owner; that of open clients is nobody, and cannot sign in. */
const ownerAccount = (createdAt: number) => ({
  id: openClientsOwner,
  // No address that anybody could register.
  email: "open clients",
  passwordHash: undefined,
  createdAt,
  confirmedAt: createdAt,
  locked: true,
  locale: "en_US",
  callbackUrl: undefined,
  createdByClient: undefined,
});

/** What a person is to know of an open client. */
export interface Provenance {
  /** The host whose owner published it; undefined for one that registered itself. */
  readonly host: string | undefined;
  /** Whether every callback URL is on the person's own device, where any program could be the one that listens. */
  readonly loopbackOnly: boolean;
}

/** Returns undefined for an app that is registered here. */
export function provenanceOf({ openClient, clientId, callbackUrls }: App): Provenance | undefined {
  if (openClient === undefined) return undefined;
  return {
    host: openClient === "document" ? new URL(clientId).host : undefined,
    loopbackOnly: callbackUrls.every((url) => loopbackNames.has(new URL(url).hostname)),
  };
}
