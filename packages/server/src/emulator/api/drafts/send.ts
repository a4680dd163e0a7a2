/** Sends a draft: for its maker or whoever claims it, with the signers that it left open. */

import type { HttpContext } from "../../../http/context.js";
import type { Account } from "../../../storage/port/records.js";
import { ApiFault } from "../api-fault.js";
import type { SignatureRequest } from "../signature-requests/request.js";
import type { Signing } from "../signing.js";
import type { Draft } from "./draft.js";

export interface DraftSending {
  /** The address of the account that claims it; not asked of an embedded draft. */
  readonly requester: () => string;
  /** The signer of an open role. @throws {ApiFault} */
  readonly signer: (role: string, index: number) => { readonly name: string; readonly email: string };
}

/** Returns the request; undefined where somebody else has sent the draft meanwhile. @throws {ApiFault} */
export async function sendDraft(
  context: HttpContext,
  signing: Signing,
  draft: Draft,
  sending: DraftSending,
): Promise<SignatureRequest | undefined> {
  const account = await senderOf(context, draft, sending);
  const caller = { account, clientId: undefined };
  const signers = signersOf(draft, sending, account.email);
  const making = await signing.planDraft(caller, draft, signers);
  // It may have been sent twice: who takes the draft sends it.
  if (signing.documents.takeDraft(draft.token) === undefined) return undefined;
  return signing.beginDraft(caller, draft, making);
}

/** An embedded draft is sent for its maker, under the requester's address; any other for the account that claims it. */
async function senderOf(
  { storage }: HttpContext,
  draft: Draft,
  { requester }: DraftSending,
): Promise<Account> {
  const account = draft.embedded
    ? await storage.findAccount(draft.creatorId)
    : await storage.findAccountByEmail(requester());
  if (account === undefined)
    throw new ApiFault(
      "bad_request",
      draft.embedded ? "The draft's maker is gone." : `There is no account with the address ${requester()}.`,
    );
  return draft.embedded ? { ...account, email: draft.requesterEmail } : account;
}

/** A document that somebody signs alone has them as its signer. */
function signersOf({ kind, openRoles }: Draft, { signer }: DraftSending, own: string): object[] {
  return openRoles.map((role, index) => {
    const { name, email } = kind === "send_document" ? { name: own, email: own } : signer(role, index);
    return { role, name, email_address: email };
  });
}
