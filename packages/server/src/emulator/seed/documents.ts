/** Templates, signature requests and unclaimed drafts of a seed: reading their keys. */

import { createHash } from "node:crypto";
import { faultInEmail } from "../../accounts/create-account.js";
import { emailKey } from "../../storage/port/records.js";
import type { Draft } from "../api/drafts/draft.js";
import type { MapReader } from "./reader.js";

export interface SeedTemplate {
  /** 40 hex digits. */
  readonly id: string;
  readonly owner: string;
  readonly title: string;
  readonly message: string | undefined;
  readonly signerRoles: readonly string[];
  readonly ordered: boolean;
  readonly ccRoles: readonly string[];
  readonly customFields: readonly string[];
  readonly documents: readonly string[];
}

export interface SeedSigner {
  readonly email: string;
  readonly name: string;
  readonly signed: boolean;
}

export interface SeedRequest {
  /** 40 hex digits. */
  readonly id: string;
  readonly sender: string;
  readonly clientId: string | undefined;
  readonly title: string;
  readonly message: string | undefined;
  readonly embedded: boolean;
  readonly testMode: boolean;
  readonly ordered: boolean;
  readonly allowDecline: boolean;
  readonly allowReassign: boolean;
  readonly documents: readonly string[];
  readonly signers: readonly SeedSigner[];
}

export interface SeedDraft {
  /** 40 hex digits: what its request will be called. */
  readonly id: string;
  readonly requester: string;
  readonly kind: Draft["kind"];
  readonly clientId: string | undefined;
  readonly title: string;
  readonly message: string | undefined;
  readonly embedded: boolean;
  readonly testMode: boolean;
  readonly documents: readonly string[];
  /** None leaves one to whoever claims it. */
  readonly signers: readonly { readonly email: string; readonly name: string }[];
}

/** What the rest of the file names. */
export interface Known {
  readonly emails: ReadonlySet<string>;
  readonly clientIds: ReadonlySet<string>;
  /** Ids of documents so far. */
  readonly ids: Set<string>;
}

export const seedTemplateKeys = [
  "id",
  "owner",
  "title",
  "message",
  "signer_roles",
  "ordered",
  "cc_roles",
  "custom_fields",
  "documents",
];

export function readSeedTemplate(map: MapReader, index: number, known: Known): SeedTemplate {
  const title = map.text("title");
  const signerRoles = map.texts("signer_roles");
  if (signerRoles.length === 0) map.fail("signer_roles", "needs at least one role");
  if (new Set(signerRoles).size < signerRoles.length) map.fail("signer_roles", "names a role twice");
  return {
    id: readId(map, `template ${index} ${title}`, known),
    owner: readAccount(map, "owner", known),
    title,
    message: map.optionalText("message"),
    signerRoles,
    ordered: map.flag("ordered", false),
    ccRoles: map.texts("cc_roles"),
    customFields: map.texts("custom_fields"),
    documents: readDocuments(map, title),
  };
}

export const seedRequestKeys = [
  "id",
  "sender",
  "client_id",
  "title",
  "message",
  "embedded",
  "test_mode",
  "ordered",
  "allow_decline",
  "allow_reassign",
  "documents",
  "signers",
];
const signerKeys = ["email", "name", "signed"];

export function readSeedRequest(map: MapReader, index: number, known: Known): SeedRequest {
  const title = map.text("title");
  const { clientId, embedded } = readEmbedding(map, known);
  const ordered = map.flag("ordered", false);
  const signers = map.maps("signers", signerKeys).map(readSigner);
  if (signers.length === 0) map.fail("signers", "needs at least one signer");
  const firstUnsigned = signers.findIndex(({ signed }) => !signed);
  if (ordered && firstUnsigned >= 0 && signers.slice(firstUnsigned).some(({ signed }) => signed))
    map.fail("signers", "with ordered: true nobody can have signed before those in front of them");
  return {
    id: readId(map, `request ${index} ${title}`, known),
    sender: readAccount(map, "sender", known),
    clientId,
    title,
    message: map.optionalText("message"),
    embedded,
    testMode: map.flag("test_mode", true),
    ordered,
    allowDecline: map.flag("allow_decline", true),
    allowReassign: map.flag("allow_reassign", true),
    documents: readDocuments(map, title),
    signers,
  };
}

function readSigner(map: MapReader): SeedSigner {
  return { ...readPerson(map), signed: map.flag("signed", false) };
}

function readPerson(map: MapReader): { email: string; name: string } {
  const email = map.text("email");
  const fault = email && faultInEmail(email);
  if (fault) map.fail("email", fault);
  return { email, name: map.text("name") };
}

export const seedDraftKeys = [
  "id",
  "requester",
  "type",
  "client_id",
  "title",
  "message",
  "embedded",
  "test_mode",
  "documents",
  "signers",
];

export function readSeedDraft(map: MapReader, index: number, known: Known): SeedDraft {
  const title = map.text("title");
  const { clientId, embedded } = readEmbedding(map, known);
  return {
    id: readId(map, `draft ${index} ${title}`, known),
    requester: readAccount(map, "requester", known),
    kind: map.choice("type", ["request_signature", "send_document"]) ?? "request_signature",
    ...{ clientId, title, embedded, message: map.optionalText("message") },
    testMode: map.flag("test_mode", true),
    documents: readDocuments(map, title),
    signers: map.maps("signers", ["email", "name"]).map(readPerson),
  };
}

function readEmbedding(map: MapReader, known: Known): { clientId: string | undefined; embedded: boolean } {
  const clientId = map.optionalText("client_id");
  if (clientId !== undefined && !known.clientIds.has(clientId))
    map.fail("client_id", `no app in this file has the client id ${clientId}`);
  const embedded = map.flag("embedded", false);
  if (embedded && clientId === undefined)
    map.fail("embedded", "needs a client_id, the app it is embedded in");
  return { clientId, embedded };
}

/** Without one in the file, the same document has the same id at every start. */
function readId(map: MapReader, otherwise: string, { ids }: Known): string {
  const given = map.optionalText("id");
  const id = given ?? createHash("sha256").update(otherwise).digest("hex").slice(0, 40);
  if (!/^[0-9a-f]{40}$/.test(id)) map.fail("id", "must be 40 hex digits in lower case");
  else if (ids.has(id)) map.fail("id", "a document above has this id");
  ids.add(id);
  return id;
}

function readAccount(map: MapReader, key: string, { emails }: Known): string {
  const email = map.text(key);
  if (email && !emails.has(emailKey(email)))
    map.fail(key, `no account in this file has the email address ${email}`);
  return email;
}

function readDocuments(map: MapReader, title: string): string[] {
  const names = map.texts("documents");
  return names.length > 0 ? names : [`${title}.pdf`];
}
