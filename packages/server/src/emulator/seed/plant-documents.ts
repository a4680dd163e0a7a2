/** Templates, signature requests and unclaimed drafts of a seed, put among the documents. What is there already stays as it is. */

import type { HttpContext } from "../../http/context.js";
import { claimMilliseconds, type Draft } from "../api/drafts/draft.js";
import { newSignatureRequest } from "../api/signature-requests/create.js";
import type { SignatureRequest } from "../api/signature-requests/request.js";
import { finished, prepared } from "../api/signature-requests/rules.js";
import { signed } from "../api/signature-requests/signer-rules.js";
import type { Signing } from "../api/signing.js";
import { blankDocument, newTemplate } from "../api/templates/make.js";
import type { SeedDraft, SeedRequest, SeedTemplate } from "./documents.js";
import type { Seed } from "./seed.js";

/** The accounts of the seed must be there. */
export async function plantDocuments(context: HttpContext, signing: Signing, seed: Seed): Promise<void> {
  const { documents } = signing;
  const ownerOf = async (email: string) => {
    const account = await context.storage.findAccountByEmail(email);
    if (account === undefined) throw new Error(`the seed's account ${email} is not there`);
    return { id: account.id, email: account.email };
  };
  for (const template of seed.templates ?? [])
    if (documents.template(template.id) === undefined)
      documents.putTemplate(templateOf(template, await ownerOf(template.owner), context));
  for (const request of seed.signatureRequests ?? [])
    if (documents.request(request.id) === undefined)
      documents.putRequest(requestOf(request, await ownerOf(request.sender), context));
  // One that was sent is a request of that id.
  const isThere = (id: string) =>
    documents.request(id) !== undefined || documents.drafts().some(({ requestId }) => requestId === id);
  for (const draft of seed.unclaimedDrafts ?? [])
    if (!isThere(draft.id)) {
      const made = draftOf(draft, await ownerOf(draft.requester), context);
      documents.putDraft({ ...made, history: signing.noted([], "draft_made", draft.requester) });
    }
}

type Owner = { readonly id: string; readonly email: string };

const templateOf = (template: SeedTemplate, owner: Owner, { now, randomBytes }: HttpContext) =>
  newTemplate(template, owner, now(), randomBytes);

function draftOf(wanted: SeedDraft, maker: Owner, { now, randomBytes }: HttpContext): Draft {
  const { id, kind, embedded, clientId, testMode, title, message } = wanted;
  return {
    token: randomBytes(32).toString("hex"),
    requestId: id,
    creatorId: maker.id,
    ...{ kind, embedded, clientId, testMode, requesterEmail: maker.email },
    tree: {
      ...{ title, message, test_mode: testMode },
      signers: wanted.signers.map(({ email, name }) => ({ email_address: email, name })),
    },
    files: wanted.documents.map((name, index) => ({ ...blankDocument(name), field: `files[${index}]` })),
    ...{ fromTemplates: false, openRoles: wanted.signers.length === 0 ? [""] : [] },
    ...{ signsEmbedded: false, holds: false },
    ...{ signingRedirectUrl: undefined, requestingRedirectUrl: undefined, opening: undefined },
    expiresAt: now() + claimMilliseconds,
  };
}

/** It was sent and signed before the emulator began: nothing is mailed or posted of that. */
function requestOf(wanted: SeedRequest, sender: Owner, { now, randomBytes }: HttpContext): SignatureRequest {
  const time = now();
  const made = newSignatureRequest({
    wanted: {
      ...{ testMode: wanted.testMode, title: wanted.title, subject: wanted.title, message: wanted.message },
      ...{ metadata: {}, ccEmails: [], customFields: [], attachments: [], signingRedirectUrl: undefined },
      ...{ allowDecline: wanted.allowDecline, allowReassign: wanted.allowReassign },
      ...{ expiresAt: undefined, clientId: wanted.clientId },
    },
    signers: wanted.signers.map(({ email, name }, index) => ({
      ...{ email, name, order: wanted.ordered ? index : undefined },
      ...{ role: undefined, groupName: undefined, group: undefined, pin: undefined },
      ...{ smsPhoneNumber: undefined, smsUse: undefined },
    })),
    files: wanted.documents.map(blankDocument),
    formFields: [],
    sender,
    clientId: wanted.clientId,
    embedded: wanted.embedded,
    now: time,
    preparingMilliseconds: 0,
    randomBytes,
  });
  const open = prepared({ ...made, id: wanted.id }, time).request;
  const after = wanted.signers.reduce((request, signer, index) => {
    const id = open.signers[index]?.signatureId;
    return signer.signed && id !== undefined ? signed(request, id, time).request : request;
  }, open);
  return finished(after).request;
}
