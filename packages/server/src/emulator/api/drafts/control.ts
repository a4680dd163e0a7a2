/** What people do with unclaimed drafts, done by a test: they are claimed and sent, or their time is over. */

import { ControlFault, type Fields } from "../../control/fields.js";
import type { World } from "../../state/world.js";
import { ApiFault } from "../api-fault.js";
import { showRequest } from "../control.js";
import { Input } from "../input.js";
import { contentOf } from "./content.js";
import { type Draft, draftView } from "./draft.js";
import { sendDraft } from "./send.js";

export const draftActKeys = ["act", "requester", "signers"] as const;
const acts = ["send", "expire"] as const;

/** Returns every draft that has not been sent, newest first. */
export function listDrafts(world: World): object {
  return { unclaimed_drafts: world.signing.documents.drafts().map((one) => view(world, one)) };
}

export type DraftPhase = "unclaimed" | "claimed" | "expired";

export function phaseOf({ opening, expiresAt }: Draft, now: number): DraftPhase {
  if (opening !== undefined) return "claimed";
  return now < expiresAt ? "unclaimed" : "expired";
}

const view = ({ context, signing }: World, draft: Draft) => ({
  ...draftView(draft, context.issuer()),
  // The API does not tell it of every draft: here it is the draft's name.
  signature_request_id: draft.requestId,
  title: contentOf(signing.documents, draft).title,
  type: draft.kind,
  is_embedded: draft.embedded,
  client_id: draft.clientId ?? null,
  requester_email_address: draft.requesterEmail,
  open_roles: draft.openRoles,
  phase: phaseOf(draft, context.now()),
});

export function draftNamed({ signing }: World, id: string): Draft {
  const found = signing.documents.drafts().find((one) => one.requestId === id || one.token === id);
  if (found === undefined)
    throw new ControlFault("There is no such draft; it may have been sent", "signature_request_id", 404);
  return found;
}

/**
 * Does one act. Sending answers with the request.
 * @param id what its request is or will be called, or the token of its claim URL. @throws {ControlFault}
 */
export async function actOnDraft(world: World, id: string, fields: Fields): Promise<object> {
  const { signing, context } = world;
  const act = fields.optionalChoice("act", acts);
  if (act === undefined) throw new ControlFault(`act must be one of ${acts.join(", ")}`, "act");
  const draft = draftNamed(world, id);
  if (act === "expire") {
    if (phaseOf(draft, context.now()) === "claimed")
      throw new ControlFault("The draft is claimed: its page is good until it is sent", "act", 409);
    const expired = { ...draft, expiresAt: context.now() };
    signing.documents.putDraft(expired);
    return { unclaimed_draft: view(world, expired) };
  }
  if (phaseOf(draft, context.now()) === "expired")
    throw new ControlFault("The draft has expired", "act", 409);
  try {
    const made = await sendDraft(context, signing, draft, sendingOf(draft, fields));
    if (made === undefined) throw new ControlFault("The draft has been sent", "act", 409);
    return showRequest(world, made.id);
  } catch (error) {
    if (error instanceof ApiFault) throw new ControlFault(error.message, error.path, error.status);
    throw error;
  }
}

/** Signers are taken in the order of the open roles. @throws {ApiFault} where one is missing or left over */
function sendingOf(draft: Draft, fields: Fields) {
  const given = new Input({ signers: fields.raw("signers") ?? [] }).objects("signers");
  const wanted = draft.kind === "send_document" ? 0 : draft.openRoles.length;
  if (given.length > wanted)
    throw new ControlFault(`signers has ${given.length} members; the draft asks for ${wanted}`, "signers");
  return {
    requester: () => fields.optionalText("requester") ?? draft.requesterEmail,
    signer: (role: string, index: number) => {
      const one = given[index];
      if (one === undefined)
        throw new ControlFault(`signers[${index}] is missing${role && `: the role ${role}`}`, "signers");
      return { name: one.text("name", { max: 255 }), email: one.email("email_address") };
    },
  };
}
