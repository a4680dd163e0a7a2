/** Unclaimed drafts as the inspector shows them, until they are sent and their requests go on with the story. */

import type { Tone } from "../../pages/parts.js";
import { contentOf } from "../api/drafts/content.js";
import { type DraftPhase, phaseOf } from "../api/drafts/control.js";
import { type Draft, draftView } from "../api/drafts/draft.js";
import type { World } from "../state/world.js";
import { momentOf } from "./moments.js";
import type { DraftRow, DraftStory } from "./page/view.js";
import { timedActs, toSteps } from "./steps.js";

const states: Readonly<Record<DraftPhase, readonly [string, Tone]>> = {
  unclaimed: ["waiting to be claimed", "note"],
  claimed: ["claimed, not sent", "note"],
  expired: ["expired", "bad"],
};

export const draftRows = (world: World): readonly DraftRow[] =>
  world.signing.documents.drafts().map((one) => draftRow(world, one));

function draftRow({ signing, context }: World, draft: Draft): DraftRow {
  const [state, tone] = states[phaseOf(draft, context.now())];
  const title = contentOf(signing.documents, draft).title;
  return { id: draft.requestId, title, requester: draft.requesterEmail, state, tone };
}

/** @param id what its request will be called. */
export function draftStory(world: World, id: string): DraftStory | undefined {
  const draft = world.signing.documents.drafts().find(({ requestId }) => requestId === id);
  if (draft === undefined) return undefined;
  const now = world.context.now();
  const phase = phaseOf(draft, now);
  return {
    ...draftRow(world, draft),
    files: contentOf(world.signing.documents, draft).papers,
    embedded: draft.embedded,
    testMode: draft.testMode,
    expires: momentOf(draft.expiresAt, now),
    // The page of an embedded draft opens inside an app.
    page: phase === "unclaimed" && !draft.embedded ? draftView(draft, "").claim_url : undefined,
    canSend: phase !== "expired",
    canExpire: phase === "unclaimed",
    asksRequester: !draft.embedded,
    openRoles: draft.kind === "send_document" ? [] : draft.openRoles,
    steps: toSteps(timedActs(draft.history ?? []), now),
  };
}
