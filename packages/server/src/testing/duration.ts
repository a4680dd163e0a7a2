/** How a test names a span of time. */

/** `"90s"`, `"1h30m"`, `"2d"`, or milliseconds. */
export type Duration = string | number;
