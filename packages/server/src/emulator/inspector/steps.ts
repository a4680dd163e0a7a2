/** The steps of a document's story: what was done with it in words, and all of it in time order. */

import type { Tone } from "../../pages/parts.js";
import type { HistoryEntry } from "../api/signature-requests/request.js";
import { inWords } from "../time/duration.js";
import { momentOf } from "./moments.js";
import type { DocumentStep } from "./page/view.js";

const acts: Readonly<Record<string, readonly [string, Tone]>> = {
  signature_request_sent: ["Sent to the first signers", "good"],
  signature_request_prepared: ["Files prepared", "good"],
  signature_request_viewed: ["Viewed", "good"],
  signature_request_signed: ["Signed", "good"],
  signature_request_all_signed: ["Everybody has signed", "good"],
  signature_request_downloadable: ["The final copy is ready", "good"],
  signature_request_declined: ["Declined", "bad"],
  signature_request_canceled: ["Canceled", "bad"],
  signature_request_expired: ["Expired", "bad"],
  signature_request_remind: ["Reminded", "good"],
  signature_request_reassigned: ["Handed over to", "note"],
  signature_request_email_bounce: ["The email bounced", "bad"],
  signature_request_invalid: ["A file could not be prepared", "bad"],
  file_error: ["File error", "bad"],
  draft_made: ["Draft made", "good"],
  draft_claimed: ["Draft claimed", "good"],
  draft_sent: ["Draft sent: request made", "good"],
};

export interface Timed extends Omit<DocumentStep, "time" | "later"> {
  readonly at: number;
  /** Which of what happened at the same time was first. */
  readonly order: number;
}

/** Longest story shown; what is older is left out. */
const mostSteps = 200;
const longGapMilliseconds = 60_000;

/** What happened at the same time stays in its order. */
export function toSteps(steps: Timed[], now: number): DocumentStep[] {
  steps.sort((one, other) => one.at - other.at || one.order - other.order);
  return steps.slice(-mostSteps).map((step, index, all) => {
    const gap = step.at - (all[index - 1]?.at ?? step.at);
    const later = gap >= longGapMilliseconds ? `${inWords(gap)} later` : undefined;
    return { ...step, time: momentOf(step.at, now), later };
  });
}

export const timedActs = (history: readonly HistoryEntry[]): Timed[] =>
  history.map(({ at, sent, act, signer, message }) => {
    const [title, tone] = acts[act] ?? ([act, "note"] as const);
    return { kind: "act", at, order: sent + 0.5, tone, title, who: signer, detail: message };
  });
