/** Durations and times as people write them in a test. */

const unitMilliseconds: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** The last moment that ISO 8601 writes with four digits of a year. */
export const latestTime = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Longest step of the clock, in milliseconds: about a hundred years. */
const longestMilliseconds = 100 * 366 * 86_400_000;

/** Returns the milliseconds of `90s`, `1h30m`, `2d` or a number of milliseconds; undefined if it is none of these. */
export function parseDuration(value: unknown): number | undefined {
  const milliseconds = typeof value === "number" ? value : parseText(value);
  if (milliseconds === undefined || !Number.isSafeInteger(milliseconds)) return undefined;
  return milliseconds >= 0 && milliseconds <= longestMilliseconds ? milliseconds : undefined;
}

function parseText(value: unknown): number | undefined {
  if (typeof value !== "string" || !/^(\d+(\.\d+)?(ms|[smhdw]))+$/.test(value)) return undefined;
  let sum = 0;
  for (const [, count, unit] of value.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)) {
    sum += Number(count) * (unitMilliseconds[unit as string] as number);
  }
  return Math.round(sum);
}

/** Returns the milliseconds since the epoch of an ISO 8601 time or a number; undefined if it is neither, or beyond 1970 to 9999. */
export function parseTime(value: unknown): number | undefined {
  const milliseconds = typeof value === "number" ? value : timeOfText(value);
  const usable = Number.isSafeInteger(milliseconds) && milliseconds >= 0 && milliseconds <= latestTime;
  return usable ? milliseconds : undefined;
}

function timeOfText(value: unknown): number {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}(T.*)?$/.test(value)) return Number.NaN;
  const milliseconds = Date.parse(value);
  // Date.parse takes the 31st of February for the 3rd of March.
  const [year, month, day] = value.slice(0, 10).split("-").map(Number) as [number, number, number];
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day ? milliseconds : Number.NaN;
}

const words: readonly (readonly [number, string])[] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"],
  [1, "ms"],
];

/** Returns a span in its two largest units: `2 d 3 h`, `45 s`. */
export function inWords(milliseconds: number): string {
  let rest = Math.abs(Math.round(milliseconds));
  const parts: string[] = [];
  for (const [size, name] of words) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${name}`);
    if (parts.length === 2 || (parts.length === 1 && count === 0)) break;
  }
  return parts.join(" ") || "0 s";
}

/** Returns a detail as people read it: `expired 3600 s ago` becomes `expired 1 h ago`. */
export function withSpansInWords(detail: string): string {
  return detail.replace(/\b(\d+) s ago\b/g, (_, seconds: string) => `${inWords(Number(seconds) * 1000)} ago`);
}
