/** Who may see a signature request, and who may act for its sender. */

import type { HttpContext } from "../../../http/context.js";
import { ApiFault, notFound } from "../api-fault.js";
import type { Caller } from "../api-route.js";
import type { Documents } from "../documents.js";
import type { SignatureRequest } from "./request.js";

/**
 * Returns the request if the caller is its sender, one of its signers, or the owner of the app it was made with.
 * @throws {ApiFault} `not_found` for everybody else, `deleted` once it was canceled or removed.
 */
export async function seenRequest(
  documents: Documents,
  context: HttpContext,
  id: string,
  caller: Caller,
): Promise<SignatureRequest> {
  const request = documents.request(id);
  if (request === undefined) throw notFound();
  const { account } = caller;
  const seen =
    isSender(request, caller) ||
    isSigner(request, account.email) ||
    (await ownsApp(context, request, caller));
  if (!seen) throw notFound();
  if (request.phase === "canceled" || request.removedBy.includes(account.id))
    throw new ApiFault("deleted", "The signature request has been canceled or removed");
  return request;
}

/** As `seenRequest`, for what only sender and app owner may do. @throws {ApiFault} `forbidden` for a signer. */
export async function ownRequest(
  documents: Documents,
  context: HttpContext,
  id: string,
  caller: Caller,
): Promise<SignatureRequest> {
  const request = await seenRequest(documents, context, id, caller);
  if (isSender(request, caller) || (await ownsApp(context, request, caller))) return request;
  throw new ApiFault("forbidden", "Only the sender of the signature request may do this");
}

const isSender = (request: SignatureRequest, { account }: Caller) => request.senderId === account.id;

export const isSigner = (request: SignatureRequest, email: string): boolean =>
  request.signers.some((signer) => signer.email.toLowerCase() === email.toLowerCase());

async function ownsApp(
  context: HttpContext,
  request: SignatureRequest,
  { account }: Caller,
): Promise<boolean> {
  if (request.clientId === undefined) return false;
  const app = await context.storage.findApp(request.clientId);
  return app?.ownerId === account.id;
}
