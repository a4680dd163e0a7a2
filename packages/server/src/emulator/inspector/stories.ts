/** Records to stories: one flow each; a request without a flow is a story of its own. Equal neighbours become one row. */

import type { Tone } from "../../pages/parts.js";
import type { RequestRecord } from "../requests/record.js";
import { inWords, withSpansInWords } from "../time/duration.js";
import { momentOf } from "./moments.js";
import type { RowView, StoryView } from "./page/view.js";
import { succeeded, titleOf, toneOf } from "./words.js";

export interface StoryFacts {
  readonly now: number;
  readonly appName: (clientId: string) => string;
  /** How the story's token family stands, if it has one. */
  readonly stand: (flow: string) => { readonly tone: Tone; readonly stand: string } | undefined;
}

/** Gaps from this on are told, in milliseconds. */
const longGapMilliseconds = 60_000;
/** Of a long story these rows are shown: how it began, and how it stands. */
const firstRows = 3;
const lastRows = 12;

export interface Story {
  readonly id: string;
  readonly records: readonly RequestRecord[];
}

/** Returns the stories, the one with the newest request first. */
export function storiesOf(records: readonly RequestRecord[]): Story[] {
  const byFlow = new Map<string, RequestRecord[]>();
  for (const record of records) {
    const id = record.flow ?? `request-${record.number}`;
    const story = byFlow.get(id);
    if (story) story.push(record);
    else byFlow.set(id, [record]);
  }
  const newest = ({ records: all }: Story) => (all.at(-1) as RequestRecord).number;
  return [...byFlow].map(([id, all]) => ({ id, records: all })).sort((a, b) => newest(b) - newest(a));
}

/** How many rows a story takes. @param whole shows every row. */
export function rowCount({ records }: Story, whole: boolean): number {
  const count = runsOf(records).length;
  return whole ? count : Math.min(count, firstRows + lastRows);
}

/** @param whole shows every row. */
export function storyView({ id, records }: Story, facts: StoryFacts, whole: boolean): StoryView {
  const clientId = records.find((record) => record.clientId !== undefined)?.clientId;
  const last = records.at(-1) as RequestRecord;
  const single = {
    tone: toneOf(last),
    stand: succeeded(last) ? "Answered" : last.fault ? "Fault" : "Refused",
  };
  const rows = runsOf(records).map((run, index) => rowOf(run, index, facts.now));
  const left = whole ? 0 : Math.max(0, rows.length - firstRows - lastRows);
  return {
    id,
    app: clientId === undefined ? "Unknown caller" : facts.appName(clientId),
    account: records.findLast((record) => record.account !== undefined)?.account,
    began: momentOf((records[0] as RequestRecord).time, facts.now),
    ...(facts.stand(id) ?? standOf(records) ?? single),
    rows: left === 0 ? rows : [...rows.slice(0, firstRows), ...rows.slice(-lastRows)],
    left: left === 0 ? undefined : { count: left, after: firstRows },
  };
}

/** How an authorization stands whose code was not exchanged. */
function standOf(records: readonly RequestRecord[]): { tone: Tone; stand: string } | undefined {
  const last = records.findLast(({ operation }) => operation.startsWith("authorize"));
  if (last === undefined) return undefined;
  if (last.reason === "denied_by_user") return { tone: "note", stand: "Denied" };
  if (!succeeded(last)) return { tone: "bad", stand: "Refused" };
  const exchange = records.findLast(({ operation }) => operation === "oauthTokenGenerate");
  if (exchange !== undefined && !succeeded(exchange)) return { tone: "bad", stand: "Code refused" };
  const issued = last.operation === "authorizeDecide" || last.operation === "authorizeHeadless";
  return { tone: "note", stand: issued ? "Code not exchanged yet" : "Waiting for the person" };
}

/** Equal requests in a row, with no long gap between them. */
interface Run {
  readonly record: RequestRecord;
  readonly count: number;
  /** Emulated time since the request before, in milliseconds. */
  readonly gap: number;
}

function runsOf(records: readonly RequestRecord[]): Run[] {
  const runs: Run[] = [];
  let before: RequestRecord | undefined;
  for (const record of records) {
    const gap = before === undefined ? 0 : record.time - before.time;
    const last = runs.at(-1);
    if (before && last && gap < longGapMilliseconds && alike(before, record))
      runs[runs.length - 1] = { ...last, record, count: last.count + 1 };
    else runs.push({ record, count: 1, gap });
    before = record;
  }
  return runs;
}

function alike(one: RequestRecord, other: RequestRecord): boolean {
  const same = (key: "operation" | "method" | "path" | "status" | "reason" | "fault") =>
    one[key] === other[key];
  return (["operation", "method", "path", "status", "reason", "fault"] as const).every(same);
}

/** The address is opened twice: the second time, signed in, to decide. */
function titleIn(record: RequestRecord, index: number): string {
  const again = record.operation === "authorize" && record.status === 200 && index > 0;
  return again && succeeded(record) ? "Consent page shown" : titleOf(record);
}

function rowOf({ record, count, gap }: Run, index: number, now: number): RowView {
  return {
    number: record.number,
    tone: toneOf(record),
    title: titleIn(record, index),
    method: record.method,
    path: record.path,
    status: record.status === undefined ? "no answer" : String(record.status),
    time: momentOf(record.time, now),
    count,
    later: gap >= longGapMilliseconds ? `${inWords(gap)} later` : undefined,
    why: record.detail && withSpansInWords(record.detail),
    fault: record.fault,
  };
}
