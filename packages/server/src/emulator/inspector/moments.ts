/** Times as people read them: how long ago, and exactly. */

import { inWords } from "../time/duration.js";
import type { Moment } from "./page/view.js";

/** `1 May 12:00:00`, always UTC. */
export function exactTime(time: number): string {
  const date = new Date(time);
  const day = date.toLocaleString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
  return `${day} ${date.toISOString().slice(11, 19)}`;
}

/** `Fri, 1 May 2026`, always UTC. */
export function dateInWords(time: number): string {
  const words = {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  } as const;
  return new Date(time).toLocaleDateString("en-GB", words);
}

/** Returns a time as seen from now: `now`, `3 min ago`, `in 2 h`. */
export function momentOf(time: number, now: number): Moment {
  const distance = now - time;
  const unit = roughly(Math.abs(distance));
  const ago = unit === undefined ? "just now" : distance > 0 ? `${unit} ago` : `in ${unit}`;
  return { ago, exact: `${exactTime(time)} UTC` };
}

/** The largest unit alone; undefined for what is hardly any time. */
function roughly(milliseconds: number): string | undefined {
  if (milliseconds < 2000) return undefined;
  return inWords(milliseconds).split(" ").slice(0, 2).join(" ");
}
