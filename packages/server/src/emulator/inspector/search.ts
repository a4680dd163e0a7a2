/** Which requests a person wants to see. */

import type { RequestRecord } from "../requests/record.js";
import type { Asked } from "./page/view.js";
import { titleOf, toneOf } from "./words.js";

/** Returns the records that match the filter and every word of the search. */
export function found(
  records: readonly RequestRecord[],
  { show, search, story }: Asked,
  appName: (clientId: string) => string,
): readonly RequestRecord[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0 && show === "all" && story === undefined) return records;
  // A refusal is shown with the story it belongs to: what led to it is half of the answer.
  const refused = new Set(records.filter((record) => toneOf(record) === "bad").map(storyOf));
  return records.filter(
    (record) =>
      (story === undefined || storyOf(record) === story) &&
      (show === "all" || refused.has(storyOf(record))) &&
      (words.length === 0 || hasWords(record, words, appName)),
  );
}

const storyOf = ({ flow, number }: RequestRecord) => flow ?? `request-${number}`;

function hasWords(
  record: RequestRecord,
  words: readonly string[],
  appName: (clientId: string) => string,
): boolean {
  const { method, path, status, operation, clientId, account, reason, detail, error, id, fault } = record;
  const text = [
    titleOf(record),
    ...[method, path, status, operation, clientId, account, reason, detail, error, id, fault],
    clientId && appName(clientId),
    ...Object.values(record.parameters),
  ]
    .join(" ")
    .toLowerCase();
  return words.every((word) => text.includes(word));
}
