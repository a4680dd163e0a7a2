/** One short line for each request: when, whether it went well, what it was; where it did not, why and what to do. */

import { succeeded, titleOf } from "../inspector/words.js";
import type { RequestRecord } from "../requests/record.js";
import { withSpansInWords } from "../time/duration.js";
import { oneLine, type Paint } from "./paint.js";

export function requestLine(record: RequestRecord, paint: Paint): string {
  const good = succeeded(record);
  const expected = record.reason === "denied_by_user";
  const mark = good ? paint.green("✓") : expected ? paint.yellow("–") : paint.red("✗");
  const why = withSpansInWords(record.detail ?? record.reason ?? "");
  const told = good ? "" : (expected ? paint.yellow : paint.red)(oneLine(why));
  const who = paint.dim(oneLine(record.account ?? record.clientId ?? ""));
  const parts = [mark, String(record.status ?? "···"), oneLine(whatItWas(record)), told, who];
  const line = `${paint.dim(timeOf(record.time))} ${parts.filter((part) => part !== "").join("  ")}`;
  const notes = [record.fault && `injected: ${record.fault}`, record.advice].filter((note) => note);
  return [line, ...notes.map((note) => `${" ".repeat(11)}${paint.dim(`→ ${oneLine(String(note))}`)}`)].join(
    "\n",
  );
}

function whatItWas(record: RequestRecord): string {
  const known = record.operation !== "unknown";
  return known ? titleOf(record) : `${record.method} ${record.path}`;
}

/** The emulated time of day, as the inspector shows it. */
function timeOf(time: number): string {
  return new Date(time).toISOString().slice(11, 19);
}
