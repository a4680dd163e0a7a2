/**
 * Client ID metadata documents (draft-ietf-oauth-client-id-metadata-document): the client_id is the https address of a
 * JSON document that says who the client is. This file judges the address and the document; who fetches it is a port.
 */

import { Refusal, wordedRefusal } from "../refusal.js";
import { type ClientMetadata, type Members, readClientMetadata, textIn } from "./client-metadata.js";
import { isHostAllowed, type OpenClientSettings } from "./settings.js";

/** Reads documents from the network. */
export interface DocumentSource {
  /**
   * Returns the members of the document at an address.
   * @param caller who asked for it, for limits.
   * @throws {Refusal} `client_document_unusable` or `rate_limited`.
   */
  read(url: URL, caller: string): Promise<Members>;
}

/** What a server has that lets open clients in. */
export interface OpenClients {
  readonly settings: OpenClientSettings;
  readonly documents: DocumentSource;
}

const longestAddress = 512;

/** Whether a client_id can only be the address of a document. */
export const isDocumentId = (clientId: string): boolean => /^https:\/\//i.test(clientId);

/** Returns what is wrong with a client_id as the address of a document, or undefined if nothing is. */
export function faultInDocumentId(clientId: string): string | undefined {
  if (clientId.length > longestAddress) return `it has more than ${longestAddress} characters`;
  if (!/^[\x21-\x7e]+$/.test(clientId) || !URL.canParse(clientId)) return "it is not a URL";
  if (!clientId.startsWith("https://")) return "it is not https";
  const url = new URL(clientId);
  if (clientId.includes("#")) return "it has a fragment";
  if (clientId.includes("?")) return "it has a query";
  if (url.username !== "" || url.password !== "" || clientId.includes("@")) return "it has a user name";
  // Also what a parser makes another address of: dot segments, upper case, a default port, a host in other spellings.
  if (url.href !== clientId || /%2e|\\/i.test(clientId))
    return `it is not written as ${url.href.slice(0, 100)}`;
  if (url.pathname === "/") return "it has no path";
  return isHostName(url.hostname) ? undefined : "its host is not a public host name";
}

/** An address is no name that anybody could trust, and a name without a dot is one of the local network. */
function isHostName(host: string): boolean {
  return (
    /^([a-z0-9_-]+\.)+[a-z0-9-]*[a-z][a-z0-9-]*$/.test(host) && !/\.(localhost|local|internal)$/.test(host)
  );
}

/** @throws {Refusal} `client_document_unusable`, `rate_limited`. */
export async function readDocument(
  source: DocumentSource,
  settings: OpenClientSettings,
  clientId: string,
  caller: string,
): Promise<ClientMetadata> {
  const fault = faultInDocumentId(clientId);
  if (fault !== undefined) throw unusable(`the client_id is not the address of one: ${fault}`);
  const url = new URL(clientId);
  if (!isHostAllowed(settings.hosts, url.hostname))
    throw unusable(`this server reads none from ${url.hostname}`);
  return judged(clientId, await source.read(url, caller), settings);
}

function judged(clientId: string, members: Members, { schemes }: OpenClientSettings): ClientMetadata {
  // Else any page that shows JSON of others would be a client.
  if (members.client_id !== clientId) throw unusable("its client_id is not its own address");
  if ("client_secret" in members) throw unusable("it holds a client_secret, which everybody can read");
  try {
    const method = textIn(members, "token_endpoint_auth_method") ?? "none";
    if (method !== "none")
      throw unusable("its token_endpoint_auth_method is not none, the only one supported");
    return readClientMetadata(members, schemes);
  } catch (error) {
    const named = error instanceof Refusal && error.reason !== "client_document_unusable";
    throw named ? unusable(error.detail) : error;
  }
}

export function unusable(words: string): Refusal {
  return wordedRefusal("client_document_unusable", words, "client_id");
}
