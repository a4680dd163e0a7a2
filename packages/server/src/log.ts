/** The log: one line for each request, cheap, and never a secret, code or token in it. */

import pino from "pino";

export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** Writes out what is buffered. */
  flush(): void;
}

/** Lines are written out when this many bytes of them wait, or after this many milliseconds. */
const mostWaitingBytes = 65_536;
const mostWaitingMilliseconds = 500;

/** Lines of JSON on standard output. Written in batches: a line on its own would halve what the server can do. */
export function jsonLog(now: () => number): Log {
  // Its types know text alone.
  const options = { dest: 1, sync: false, contentMode: "buffer" } as const;
  const destination = pino.destination(options) as unknown as {
    write(bytes: Buffer): void;
    flushSync(): void;
  };
  const lines = waitingLines((bytes) => destination.write(bytes));
  const flush = () => {
    lines.writeOut();
    destination.flushSync();
  };
  setInterval(lines.writeOut, mostWaitingMilliseconds).unref();
  process.on("exit", flush);
  const log = pino({ base: undefined, timestamp: isoTime(now) }, { write: lines.keep });
  return {
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => {
      log.error(fields, message);
      lines.writeOut();
    },
    flush,
  };
}

/** Keeps lines as bytes: joining them as strings and measuring the whole costs more than making them. */
function waitingLines(write: (bytes: Buffer) => void): { keep(line: string): void; writeOut(): void } {
  let bytes = Buffer.allocUnsafeSlow(mostWaitingBytes);
  let used = 0;
  const writeOut = () => {
    if (used === 0) return;
    write(bytes.subarray(0, used));
    bytes = Buffer.allocUnsafeSlow(mostWaitingBytes);
    used = 0;
  };
  const keep = (line: string) => {
    // A UTF-16 unit is at most three bytes of UTF-8.
    const most = line.length * 3;
    if (used + most > mostWaitingBytes) writeOut();
    if (most > mostWaitingBytes) write(Buffer.from(line));
    else used += bytes.write(line, used);
  };
  return { keep, writeOut };
}

/** Returns a clock for the log whose text is made anew once a second. */
function isoTime(clock: () => number): () => string {
  let second = -1;
  let text = "";
  return () => {
    const now = clock();
    const current = Math.floor(now / 1000);
    if (current !== second) {
      second = current;
      text = `,"time":"${new Date(current * 1000).toISOString().slice(0, 20)}`;
    }
    return `${text}${String(now % 1000).padStart(3, "0")}Z"`;
  };
}

/** Lines for a person at a terminal. */
export function textLog(write: (line: string) => void, now: () => number): Log {
  const line = (level: string) => (fields: LogFields, message: string) => {
    const time = new Date(now()).toISOString().slice(11, 23);
    const rest = Object.entries(fields).filter(([, value]) => value !== undefined);
    write(
      `${time} ${level} ${message} ${rest.map(([key, value]) => `${key}=${plain(value)}`).join(" ")}`.trimEnd(),
    );
  };
  return { info: line("info "), warn: line("warn "), error: line("error"), flush: () => {} };
}

/** One line whatever the value holds: a caller can neither forge a log line nor command the terminal it is read on. */
function plain(value: unknown): string {
  if (value instanceof Error) return quoted(`${value.name}: ${value.message}`);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^[\x21\x23-\x7e]+$/.test(text) ? text : quoted(text);
}

/** JSON leaves some control characters as they are, and all that turn the direction of text. */
function quoted(text: string): string {
  const unit = (one: string) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const escaped = (found: string) => found.split("").map(unit).join("");
  return JSON.stringify(text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
}

export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {}, flush: () => {} };
