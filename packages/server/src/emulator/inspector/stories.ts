/** Records to stories: one flow each; a request without a flow is a story of its own. */

import type { Tone } from "../../pages/parts.js";
import type { RequestRecord } from "../requests/record.js";
import { inWords } from "../time/duration.js";
import type { StepView, StoryView } from "./page/view.js";
import { succeeded, titleOf, toneOf } from "./words.js";

export interface StoryFacts {
  readonly appName: (clientId: string) => string;
  /** How the story's token family stands, if it has one. */
  readonly stand: (flow: string) => { readonly tone: Tone; readonly stand: string } | undefined;
}

/** Gaps from this on are told, in milliseconds. */
const longGapMilliseconds = 60_000;
/** Most steps of one story that are shown: the newest. */
const mostSteps = 40;

/** Returns the stories, the one with the newest request first. */
export function storiesOf(records: readonly RequestRecord[], facts: StoryFacts): StoryView[] {
  const byFlow = new Map<string, RequestRecord[]>();
  for (const record of records) {
    const key = record.flow ?? `request-${record.number}`;
    const story = byFlow.get(key) ?? [];
    byFlow.delete(key);
    byFlow.set(key, [...story, record]);
  }
  return [...byFlow].reverse().map(([id, story]) => storyOf(id, story, facts));
}

function storyOf(id: string, records: readonly RequestRecord[], facts: StoryFacts): StoryView {
  const clientId = records.find((record) => record.clientId !== undefined)?.clientId;
  const last = records.at(-1) as RequestRecord;
  const first = records[0] as RequestRecord;
  const single = { tone: toneOf(last), stand: succeeded(last) ? "Answered" : "Refused" };
  return {
    id,
    app: clientId === undefined ? "Unknown caller" : facts.appName(clientId),
    account: records.findLast((record) => record.account !== undefined)?.account,
    began: `began ${shortTime(first.time)}`,
    ...(facts.stand(id) ?? standOf(records) ?? single),
    steps: records.slice(-mostSteps).map((record, index, shown) => stepOf(record, shown.slice(0, index))),
  };
}

/** How an authorization stands that no code was exchanged of. */
function standOf(records: readonly RequestRecord[]): { tone: Tone; stand: string } | undefined {
  const last = records.findLast(({ operation }) => operation.startsWith("authorize"));
  if (last === undefined) return undefined;
  if (last.reason === "denied_by_user") return { tone: "note", stand: "Denied" };
  if (!succeeded(last)) return { tone: "bad", stand: "Refused" };
  const exchange = records.findLast(({ operation }) => operation === "oauthTokenGenerate");
  if (exchange !== undefined && !succeeded(exchange)) return { tone: "bad", stand: "Code refused" };
  const issued = last.operation === "authorizeDecide" || last.operation === "authorizeHeadless";
  return { tone: "note", stand: issued ? "Code not exchanged yet" : "The person has not decided yet" };
}

function stepOf(record: RequestRecord, earlier: readonly RequestRecord[]): StepView {
  const before = earlier.at(-1);
  const gap = before === undefined ? 0 : record.time - before.time;
  const advised = earlier.some(({ reason }) => reason === record.reason);
  return {
    id: `step-${record.number}`,
    tone: toneOf(record),
    title: titleOf(record),
    method: record.method,
    path: record.path,
    status: record.status === undefined ? "no answer" : String(record.status),
    time: shortTime(record.time).slice(-8),
    later: gap >= longGapMilliseconds ? `${inWords(gap)} later` : undefined,
    why: record.detail,
    advice: advised ? undefined : record.advice,
    told: record.error,
    fault: record.fault,
    facts: factsOf(record),
  };
}

function factsOf(record: RequestRecord): [string, string][] {
  return [
    ["number", String(record.number)],
    ["operation", record.operation],
    ...(record.reason === undefined ? [] : [["reason", record.reason] as [string, string]]),
    ...Object.entries(record.parameters),
    ["answered in", `${record.milliseconds} ms`],
  ];
}

/** `1 May 12:00:00`, always UTC. */
export function shortTime(time: number): string {
  const date = new Date(time);
  const month = date.toLocaleString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
  return `${month} ${date.toISOString().slice(11, 19)}`;
}
