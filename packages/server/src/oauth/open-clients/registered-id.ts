/**
 * The client_id of dynamic registration: the metadata itself, under a MAC of this server. Nothing is stored, as RFC 7591
 * appendix A.5.2 foresees; the same metadata gets the same id. An id is good for as long as the secret is configured that
 * made it.
 */

import type { KeyRing } from "../../crypto/key-ring.js";
import { type ClientMetadata, invalid } from "./client-metadata.js";

const prefix = "cs_c_";
const macBytes = 16;
/** Longest client_id: it is part of URLs, and a key of the database. */
export const longestClientId = 1024;

/** @throws {Refusal} `client_metadata_invalid` where the id would become too long. */
export function registeredId(
  ring: KeyRing,
  { name, redirectUris, refreshes, scopes, requirePushedRequests, dpopBoundTokens }: ClientMetadata,
): string {
  // Whoever asks for neither keeps the id that it had before these were known.
  const strict = requirePushedRequests || dpopBoundTokens ? [requirePushedRequests, dpopBoundTokens] : [];
  const canonical = Buffer.from(JSON.stringify([name, redirectUris, refreshes, scopes ?? null, ...strict]));
  const mac = ring.mac("client-id", canonical).subarray(0, macBytes);
  const id = prefix + Buffer.concat([mac, canonical]).toString("base64url");
  if (id.length > longestClientId)
    throw invalid("redirect_uris", "and client_name are too long together: leave some redirect URIs out");
  return id;
}

export const isRegisteredId = (clientId: string): boolean => clientId.startsWith(prefix);

/** Returns what a client_id was made of, or undefined if it was not made here. */
export function metadataOfId(ring: KeyRing, clientId: string): ClientMetadata | undefined {
  if (!isRegisteredId(clientId) || clientId.length > longestClientId) return undefined;
  const bytes = Buffer.from(clientId.slice(prefix.length), "base64url");
  // One spelling for each id: another would be another app with the same metadata.
  if (prefix + bytes.toString("base64url") !== clientId || bytes.length <= macBytes) return undefined;
  const canonical = bytes.subarray(macBytes);
  if (!ring.verifyMac("client-id", canonical, bytes.subarray(0, macBytes))) return undefined;
  const [name, redirectUris, refreshes, scopes, requirePushedRequests = false, dpopBoundTokens = false] =
    JSON.parse(canonical.toString());
  return {
    name,
    redirectUris,
    refreshes,
    scopes: scopes ?? undefined,
    requirePushedRequests,
    dpopBoundTokens,
  };
}
