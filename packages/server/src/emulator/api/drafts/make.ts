/** Makes drafts: from documents, from templates, and from a request that was sent before. */

import type { HttpContext } from "../../../http/context.js";
import { ApiFault } from "../api-fault.js";
import type { Caller } from "../api-route.js";
import type { ApiBody } from "../body.js";
import { Input } from "../input.js";
import { readExpiry, readUrl } from "../signature-requests/read.js";
import type { SignatureRequest, Signer } from "../signature-requests/request.js";
import type { Signing } from "../signing.js";
import { claimMilliseconds, type Draft } from "./draft.js";

export interface DraftKind {
  readonly embedded: boolean;
  readonly fromTemplates: boolean;
  /** When the request expires; without it the body says. Emulated milliseconds. */
  readonly requestExpiresAt?: number | undefined;
}

const kinds = ["send_document", "request_signature"] as const;

/** Keeps a draft whose request could be sent but for the signers it leaves open. @throws {ApiFault} */
export async function makeDraft(
  context: HttpContext,
  signing: Signing,
  caller: Caller,
  body: ApiBody,
  { embedded, fromTemplates, requestExpiresAt }: DraftKind,
): Promise<Draft> {
  const input = new Input(body.tree);
  const clientId = await signing.clientOf(caller, input.optionalText("client_id", { max: 100 }), embedded);
  const requester = embedded ? input.email("requester_email_address") : caller.account.email;
  const wanted = input.optionalChoice("type", kinds);
  if (wanted === undefined && !embedded) throw input.missing("type");
  const kind = wanted ?? "request_signature";
  const named = input.objects("signers", "role").map((one) => one.optionalText("role", { max: 255 }));
  const roles = fromTemplates ? signing.rolesOf(caller, input) : [""];
  const isOpen = named.length === 0 && input.members("grouped_signers").length === 0;
  const openRoles = fromTemplates || isOpen ? roles.filter((one) => !named.includes(one)) : [];
  const draft: Draft = {
    token: context.randomBytes(32).toString("hex"),
    requestId: context.randomBytes(20).toString("hex"),
    creatorId: caller.account.id,
    kind,
    embedded,
    clientId,
    requesterEmail: requester,
    tree: body.tree,
    files: body.files,
    fromTemplates,
    openRoles,
    signsEmbedded: embedded && input.flag("is_for_embedded_signing"),
    holds: input.flag("hold_request"),
    testMode: input.flag("test_mode"),
    signingRedirectUrl: readUrl(input, "signing_redirect_url"),
    requestingRedirectUrl: readUrl(input, "requesting_redirect_url"),
    expiresAt: context.now() + claimMilliseconds,
    requestExpiresAt: requestExpiresAt ?? readExpiry(input, context.now()),
    opening: undefined,
    history: signing.noted([], "draft_made", requester),
  };
  // What could never be sent is refused now, not to the person who claims it.
  await signing.planDraft(caller, draft, somebody(openRoles, requester));
  signing.documents.putDraft(draft);
  return draft;
}

const somebody = (roles: readonly string[], email: string) =>
  roles.map((role) => ({ role, name: "Somebody", email_address: email }));

/** The draft of a request that is to be edited and sent again. @throws {ApiFault} */
export async function draftAgain(
  context: HttpContext,
  signing: Signing,
  caller: Caller,
  body: ApiBody,
  request: SignatureRequest,
): Promise<Draft> {
  const input = new Input(body.tree);
  const clientId = input.text("client_id", { max: 100 });
  if (request.clientId !== clientId)
    throw new ApiFault("bad_request", "client_id is not that of the signature request", "client_id");
  const testMode = input.has("test_mode") ? input.flag("test_mode") : request.testMode;
  const tree = {
    ...treeOf(request),
    ...Object.fromEntries(ownFields.map((name) => [name, input.raw(name)])),
    requester_email_address: input.optionalEmail("requester_email_address") ?? request.senderEmail,
    test_mode: testMode,
  };
  const files = request.files
    .filter(({ url }) => url === undefined)
    .map((file, index) => ({ ...file, field: `files[${index}]` }));
  const { expiresAt = 0 } = request;
  const requestExpiresAt = expiresAt > context.now() ? expiresAt : undefined;
  const kind = { embedded: true, fromTemplates: false, requestExpiresAt };
  return makeDraft(context, signing, caller, { tree, files }, kind);
}

/** What the operation itself can say of the new request. */
const ownFields = [
  ...["client_id", "is_for_embedded_signing", "signing_redirect_url", "requesting_redirect_url"],
  ...["editor_options", "show_progress_stepper"],
];

function treeOf(request: SignatureRequest) {
  const urls = request.files.flatMap(({ url }) => url ?? []);
  return {
    ...{ title: request.title, subject: request.subject, message: request.message },
    ...{ metadata: request.metadata, cc_email_addresses: request.ccEmails },
    ...{ allow_decline: request.allowDecline, allow_reassign: request.allowReassign },
    ...(urls.length > 0 && { file_urls: urls }),
    custom_fields: request.customFields,
    attachments: request.attachments.map(({ name, instructions, required, signerIndex }) => ({
      ...{ name, instructions, required, signer_index: signerIndex },
    })),
    ...signersTree(request),
    form_fields_per_document: request.formFields.map((field) => ({
      ...{ api_id: field.apiId, name: field.name, type: field.type, signer: field.signer },
      ...{ document_index: field.documentIndex, required: field.required },
      ...{ ...field.place, group: field.group },
    })),
  };
}

/** All signers of a request are in groups, or none is. */
function signersTree({ signers }: SignatureRequest) {
  const groups = [...new Set(signers.map(({ groupId }) => groupId))];
  if (groups[0] === undefined) return { signers: signers.map(signerTree) };
  const grouped = groups.map((id) => {
    const members = signers.filter(({ groupId }) => groupId === id);
    return { group: members[0]?.groupName, order: members[0]?.order, signers: members.map(signerTree) };
  });
  return { grouped_signers: grouped };
}

const signerTree = ({ name, email, order, role, pin, smsPhoneNumber, smsUse }: Signer) => ({
  ...{ name, email_address: email, order, role, pin },
  ...{ sms_phone_number: smsPhoneNumber, sms_phone_number_type: smsUse },
});
