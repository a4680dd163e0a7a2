/** The log: one line for each request, cheap, and never a secret, code or token in it. */

import pino from "pino";
import { LogOutput } from "./log-output.js";

export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** Writes out what is buffered. */
  flush(): void;
}

export interface JsonLog extends Log {
  /** Resolves when all lines are written, or the time is up. */
  drained(milliseconds: number): Promise<void>;
  /** How many lines found no place, since the start. */
  droppedLines(): number;
}

/** Lines are written out when this many bytes of them wait, or after this many milliseconds. */
const mostWaitingBytes = 65_536;
const mostWaitingMilliseconds = 500;

/** Lines of JSON on standard output. Written in batches: a line on its own would halve what the server can do. */
export function jsonLog(now: () => number, descriptor = 1): JsonLog {
  const output = new LogOutput(descriptor, (dropped) =>
    log.warn({ dropped }, "log lines were dropped: they were not taken, or not read in time"),
  );
  const lines = waitingLines((bytes) => output.write(bytes));
  setInterval(lines.writeOut, mostWaitingMilliseconds).unref();
  process.on("exit", () => {
    lines.writeOut();
    output.writeNow();
  });
  const log = pino({ base: null, timestamp: isoTime(now) }, { write: lines.keep });
  return {
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => {
      log.error(fields, message);
      lines.writeOut();
    },
    flush: lines.writeOut,
    drained: (milliseconds) => {
      lines.writeOut();
      return output.drained(milliseconds);
    },
    droppedLines: () => output.dropped,
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
