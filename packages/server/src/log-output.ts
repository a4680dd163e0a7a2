/**
 * Where log lines go. Writing never waits and never fails for the caller: a bounded number of bytes may be on their way,
 * and lines that find no place, or that a full disk or a closed pipe does not take, are dropped and counted.
 */

import { fstatSync, write, writeSync } from "node:fs";
import { Socket } from "node:net";

const mostQueuedBytes = 4 * 1024 * 1024;
const retryMilliseconds = 100;

type Send = (bytes: Buffer, done: (error?: Error | null) => void) => void;

export class LogOutput {
  readonly #descriptor: number;
  readonly #send: Send;
  readonly #report: (dropped: number) => void;
  readonly #queue: Buffer[] = [];
  #queuedBytes = 0;
  #writing = false;
  #unreported = 0;
  #waiting: (() => void)[] = [];
  /** Lines dropped since the start. */
  dropped = 0;

  /** @param report is told how many lines were dropped, once one is written again. */
  constructor(descriptor: number, report: (dropped: number) => void) {
    this.#descriptor = descriptor;
    this.#send = sender(descriptor);
    this.#report = report;
  }

  write(bytes: Buffer): void {
    if (this.#queuedBytes + bytes.length > mostQueuedBytes) {
      this.#drop(bytes);
      return;
    }
    // A small piece of a large buffer would keep all of it for as long as it waits.
    this.#queue.push(this.#writing ? Buffer.from(bytes) : bytes);
    this.#queuedBytes += bytes.length;
    this.#next();
  }

  /** Resolves when nothing is on its way any more, or the time is up. */
  drained(milliseconds: number): Promise<void> {
    if (!this.#writing) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** The last chance of a process that ends: one try for each piece, and no wait for a reader or a disk. */
  writeNow(): void {
    try {
      for (const bytes of this.#queue.splice(0)) writeSync(this.#descriptor, bytes);
    } catch {}
  }

  #next(): void {
    if (this.#writing) return;
    const bytes = this.#queue.shift();
    if (bytes === undefined) {
      for (const done of this.#waiting.splice(0)) done();
      return;
    }
    this.#writing = true;
    this.#send(bytes, (error) => {
      this.#writing = false;
      this.#queuedBytes -= bytes.length;
      if (error) this.#drop(bytes);
      else this.#reportDropped();
      this.#next();
    });
  }

  #drop(bytes: Buffer): void {
    let lines = 0;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines += 1;
    this.dropped += lines;
    this.#unreported += lines;
  }

  #reportDropped(): void {
    const count = this.#unreported;
    if (count === 0) return;
    this.#unreported = 0;
    this.#report(count);
  }
}

/**
 * A pipe is written to as a socket: a write that waits for its reader would otherwise hold a thread, and the end of the
 * process with it. It keeps no process alive.
 */
function sender(descriptor: number): Send {
  const kind = fstatSync(descriptor);
  if (!kind.isFIFO() && !kind.isSocket()) return (bytes, done) => writeWhole(descriptor, bytes, false, done);
  const socket = new Socket({ fd: descriptor, readable: false, writable: true });
  socket.unref();
  // Said to each write as well.
  socket.on("error", () => {});
  return (bytes, done) => socket.write(bytes, done);
}

function writeWhole(descriptor: number, bytes: Buffer, cut: boolean, done: (error?: Error) => void): void {
  write(descriptor, bytes, (error, written) => {
    const again = (rest: Buffer) => writeWhole(descriptor, rest, cut || written > 0, done);
    if (error?.code === "EAGAIN") setTimeout(again, retryMilliseconds, bytes).unref();
    else if (error) endLine(descriptor, cut, () => done(error));
    else if (written < bytes.length) again(bytes.subarray(written));
    else done();
  });
}

/** A line that was cut by a full disk must not run into the next one. */
function endLine(descriptor: number, cut: boolean, done: () => void): void {
  if (cut) write(descriptor, "\n", done);
  else done();
}
