/** One request, in full: why, what went over the wire, and what to do about it. */

import type { Exchange, Message } from "../requests/exchange.js";
import type { RequestRecord } from "../requests/record.js";
import { withSpansInWords } from "../time/duration.js";
import { momentOf } from "./moments.js";
import type { DetailView } from "./page/view.js";
import { titleOf, toneOf } from "./words.js";

export function detailView(
  record: RequestRecord,
  exchange: Exchange | undefined,
  cause: RequestRecord | undefined,
  now: number,
): DetailView {
  return {
    number: record.number,
    tone: toneOf(record),
    title: titleOf(record),
    time: momentOf(record.time, now),
    why: record.detail && withSpansInWords(record.detail),
    advice: record.advice,
    told: record.error,
    fault: record.fault,
    cause: cause && { number: cause.number, words: `${titleOf(cause)}, ${momentOf(cause.time, now).exact}` },
    facts: factsOf(record),
    request: exchange ? messageText(exchange.request) : `${record.method} ${record.path}`,
    status: record.status === undefined ? "no answer" : String(record.status),
    response: exchange?.response && messageText(exchange.response),
    curl: exchange?.curl ?? "",
    milliseconds: record.milliseconds,
  };
}

function factsOf(record: RequestRecord): [string, string][] {
  const facts: [string, string | undefined][] = [
    ["number", String(record.number)],
    ["reference", record.id],
    ["operation", record.operation],
    ["reason", record.reason],
    ["app", record.clientId],
    ["account", record.account],
  ];
  return facts.flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]));
}

function messageText({ start, headers, body }: Message): string {
  const head = [start, ...headers.map(([name, value]) => `${name}: ${value}`)].join("\n");
  return body === undefined ? head : `${head}\n\n${body}`;
}
