/** What a request was, in words. */

import type { Tone } from "../../pages/parts.js";
import type { RequestRecord } from "../requests/record.js";
import { titlesOf } from "./titles.js";

/** Whether it came out as the caller wished. */
export function succeeded(record: RequestRecord): boolean {
  const { status, reason } = record;
  return status !== undefined && status < 400 && reason === undefined;
}

export function titleOf(record: RequestRecord): string {
  const { operation, status, reason } = record;
  const done = succeeded(record);
  if (operation.startsWith("event:")) {
    return `Event ${operation.slice(6)} ${done ? "received" : "not received"} by the app`;
  }
  if (reason === "denied_by_user") return "The person said no";
  if (record.fault !== undefined && (reason === "fault_ordered" || reason === "rate_limited"))
    return "Injected fault";
  if (operation === "authorize" && done && status !== 200)
    return "Allowed before: the code went to the callback";
  const [yes, no] = titlesOf(operation) ?? [
    "Answered",
    status === 404 ? "Nothing is at this address" : "Refused",
  ];
  if (done) return yes;
  return status === undefined ? "No answer was sent" : no;
}

export function toneOf(record: RequestRecord): Tone {
  if (!succeeded(record)) return record.reason === "denied_by_user" ? "note" : "bad";
  return record.operation.startsWith("authorize") || record.fault !== undefined ? "note" : "good";
}
