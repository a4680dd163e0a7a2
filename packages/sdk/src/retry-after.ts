/** `Retry-After` in both its forms (RFC 9110 §10.2.3). */

/** A day: what asks for more than that is a mistake, and would lock the user out. */
const longestSeconds = 86_400;

/**
 * Seconds to wait, or undefined when the response does not say. A date counts from the response's own `Date`, which is of
 * the same clock, and from `nowMilliseconds`; the shorter wait of the two is taken, since either clock may be wrong.
 */
export function retryAfterSeconds(
  headers: Readonly<Record<string, string>>,
  nowMilliseconds?: number,
): number | undefined {
  const value = headers["retry-after"]?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(value)) return Math.min(Math.ceil(Number(value)), longestSeconds);
  const untilMilliseconds = parseDate(value);
  if (untilMilliseconds === undefined) return undefined;
  const starts = [parseDate(headers.date ?? ""), nowMilliseconds].filter((start) => start !== undefined);
  if (starts.length === 0) return undefined;
  const waits = starts.map((start) => (untilMilliseconds - start) / 1000).filter((wait) => wait > 0);
  return waits.length === 0 ? 0 : Math.min(Math.ceil(Math.min(...waits)), longestSeconds);
}

// The three forms of an HTTP date (RFC 9110 §5.6.7) begin with the name of a day; the oldest leaves out that it is GMT.
function parseDate(text: string): number | undefined {
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return undefined;
  const milliseconds = Date.parse(/(GMT|UTC)$/.test(text) ? text : `${text} GMT`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
