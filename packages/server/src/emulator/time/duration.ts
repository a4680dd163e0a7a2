/** Durations and times as people write them in a test. */

const unitMilliseconds: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

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

/** Returns the milliseconds since the epoch of an ISO 8601 time or a number; undefined if it is neither. */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}(T.*)?$/.test(value)) return undefined;
  const milliseconds = Date.parse(value);
  return Number.isNaN(milliseconds) || milliseconds < 0 ? undefined : milliseconds;
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
