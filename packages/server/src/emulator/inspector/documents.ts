/** Signature requests as the inspector shows them: a row each, and of one its story with what can be done to it. */

import type { Tone } from "../../pages/parts.js";
import type { RequestPhase, SignatureRequest, Signer } from "../api/signature-requests/request.js";
import { onTurn } from "../api/signature-requests/turns.js";
import { eventView } from "../control/views.js";
import type { World } from "../state/world.js";
import { draftRows, draftStory } from "./drafts.js";
import { momentOf } from "./moments.js";
import type {
  Asked,
  DocumentRow,
  DocumentStep,
  DocumentsView,
  DocumentView,
  SignerRow,
} from "./page/view.js";
import { eventRow } from "./rows.js";
import { type Timed, timedActs, toSteps } from "./steps.js";
import { titleOf, toneOf } from "./words.js";

const phases: Readonly<Record<RequestPhase, readonly [string, Tone]>> = {
  preparing: ["being prepared", "note"],
  open: ["waiting for signatures", "note"],
  complete: ["complete", "good"],
  declined: ["declined", "bad"],
  canceled: ["canceled", "bad"],
  expired: ["expired", "bad"],
  error: ["in error", "bad"],
};

/** @param most rows of the list. */
export function documentsView(world: World, { tab, story }: Asked, most: number): DocumentsView | undefined {
  if (tab !== "documents") return undefined;
  const { documents, preparingMilliseconds } = world.signing;
  const now = world.context.now();
  const one = story === undefined ? undefined : documents.request(story);
  const draft = story === undefined ? undefined : draftStory(world, story);
  return {
    held: preparingMilliseconds === undefined,
    rows: documents
      .requests()
      .slice(0, most)
      .map((request) => documentRow(request, now)),
    one: one && documentView(world, one, now),
    drafts: draftRows(world),
    draft,
    unknown: story !== undefined && one === undefined && draft === undefined,
  };
}

function documentRow(request: SignatureRequest, now: number): DocumentRow {
  const [state, tone] = stateOf(request);
  return {
    id: request.id,
    title: request.title,
    sender: request.senderEmail,
    signers: request.signers.map(({ email }) => email),
    created: momentOf(request.createdAt, now),
    state,
    tone,
  };
}

function stateOf(request: SignatureRequest): readonly [string, Tone] {
  if (request.held) return ["held while being prepared", "note"];
  if (request.phase === "complete" && !request.downloadable)
    return ["complete, final copy not ready", "note"];
  return phases[request.phase];
}

function documentView(world: World, request: SignatureRequest, now: number): DocumentView {
  const { phase, held } = request;
  // An act ends a preparing phase that nobody holds, as a person would have waited for it.
  const acting = phase === "preparing" && !held ? { ...request, phase: "open" as const } : request;
  const turn = new Set(onTurn(acting));
  return {
    ...documentRow(request, now),
    embedded: request.embedded,
    testMode: request.testMode,
    files: request.files.map(({ name }) => name),
    expires: request.expiresAt === undefined ? undefined : momentOf(request.expiresAt, now),
    signerRows: request.signers.map((signer) => signerRow(request, signer, turn.has(signer), now)),
    canPrepare: phase === "preparing",
    canFinish: phase === "complete" && !request.downloadable,
    canExpire: phase === "open" || phase === "preparing",
    steps: stepsOf(world, request, now),
  };
}

function signerRow(request: SignatureRequest, signer: Signer, acts: boolean, now: number): SignerRow {
  const words = [
    signer.status.replaceAll("_", " "),
    signer.bounced ? "email bounced" : undefined,
    signer.order === undefined ? undefined : `order ${signer.order}`,
    signer.lastViewedAt === undefined ? undefined : `viewed ${momentOf(signer.lastViewedAt, now).ago}`,
    signer.signedAt === undefined ? undefined : `signed ${momentOf(signer.signedAt, now).ago}`,
    signer.declineReason === undefined ? undefined : `reason: ${signer.declineReason}`,
  ];
  return {
    id: signer.signatureId,
    name: signer.name,
    email: signer.email,
    state: words.filter((word) => word !== undefined).join(" · "),
    acts,
    canDecline: request.allowDecline,
    canReassign: request.allowReassign,
    // The page of an embedded request opens inside an app, by an address of its own.
    page: acts && !request.embedded && request.phase === "open" ? `/sign/${signer.signatureId}` : undefined,
  };
}

/** The outbox numbers what it is given. */
const orderOf = (id: string) => Number(id.slice(id.indexOf("-") + 1));

/** Calls, acts, e-mails and events, in time order; what happened at the same time stays in that order. */
function stepsOf(world: World, request: SignatureRequest, now: number): DocumentStep[] {
  const steps = [
    ...callSteps(world, request),
    ...actSteps(request),
    ...mailSteps(world, request),
    ...eventSteps(world, request, now),
  ];
  return toSteps(steps, now);
}

function actSteps({ createdAt, history = [], senderEmail }: SignatureRequest): Timed[] {
  const made: Timed = {
    kind: "act",
    at: createdAt,
    order: -1,
    tone: "good",
    title: "Request made",
    who: senderEmail,
  };
  const done = timedActs(history);
  return history.some(({ act }) => act === "draft_sent") ? done : [made, ...done];
}

function callSteps(world: World, { id, signers }: SignatureRequest): Timed[] {
  const ids = [id, ...signers.map(({ signatureId }) => signatureId)];
  return world.log
    .list()
    .filter(({ path, direction }) => direction === "in" && ids.some((one) => path.includes(one)))
    .map((record) => ({
      kind: "call",
      at: record.time,
      order: 0,
      tone: toneOf(record),
      title: titleOf(record),
      who: record.account,
      detail: `${record.method} ${record.path}: ${record.status ?? "no answer"}`,
      request: record.number,
    }));
}

function mailSteps({ outbox }: World, { id }: SignatureRequest): Timed[] {
  return outbox
    .emails()
    .filter(({ signatureRequestId }) => signatureRequestId === id)
    .map((email) => ({
      kind: "mail",
      at: email.time,
      order: orderOf(email.id),
      tone: "good",
      title: email.subject,
      who: email.to,
      anchor: email.id,
    }));
}

function eventSteps({ outbox }: World, { id }: SignatureRequest, now: number): Timed[] {
  return outbox
    .events()
    .filter(({ signatureRequestId }) => signatureRequestId === id)
    .map((event) => {
      const { tone, state } = eventRow(eventView(event), event.time, now);
      return {
        kind: "event",
        at: event.time,
        order: orderOf(event.id),
        tone,
        title: event.type,
        who: event.url,
        detail: state,
        anchor: event.id,
      };
    });
}
