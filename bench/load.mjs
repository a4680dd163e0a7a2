/**
 * The load: a process of its own that keeps a number of connections busy, one request at a time on each, until the
 * time or the requests are over. Every answer must be a 200 that holds what was asked for. It speaks HTTP/1.1 on bare
 * sockets, because Node's own client costs more than the servers it would measure.
 */
import { connect } from "node:net";
import { isWhole, refreshTokenIn } from "./answers.mjs";
import { arrive } from "./arrivals.mjs";

/**
 * @typedef {object} Job
 * @property {number[]} ports        connections are spread over them
 * @property {number} connections
 * @property {number} milliseconds
 * @property {string} method
 * @property {string} path
 * @property {Record<string, string>} headers   `{value}` is replaced by the request's value
 * @property {string} [body]         the value follows it
 * @property {string[]} values       one for each request
 * @property {number} [requests]     the job ends when so many were sent
 * @property {boolean} [once]        a value is good for one request: the job ends when they are spent
 * @property {boolean} [follow]      each connection goes on with the refresh token it was answered
 * @property {boolean} [sleeps]     the load waits for events: where a server shares its core
 * @property {string} proof          text that a right answer holds
 * @property {number} [perSecond]    requests arrive by a schedule, whether the ones before were answered or not
 */

class Work {
  /** @param {Job} job */
  constructor(job) {
    this.job = job;
    this.next = 0;
    this.left = job.requests ?? Number.POSITIVE_INFINITY;
    this.deadline = 0;
    this.done = 0;
    this.failed = 0;
    this.firstFailure = undefined;
    const head = Object.entries({ host: "127.0.0.1", ...job.headers }).map(([k, v]) => `${k}: ${v}\r\n`);
    this.head = `${job.method} ${job.path} HTTP/1.1\r\n${head.join("")}`;
    this.ready = job.follow ? undefined : job.values.map((value) => this.request(value));
  }

  request(value) {
    const { body } = this.job;
    const head = this.head.replace("{value}", value);
    if (body === undefined) return Buffer.from(`${head}\r\n`, "latin1");
    const text = body + value;
    return Buffer.from(`${head}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`, "latin1");
  }

  /** Whether there is time for one more request, which is then counted as sent. */
  mayGoOn() {
    if (performance.now() >= this.deadline || this.left <= 0) return false;
    this.left -= 1;
    return true;
  }

  /** Returns the next request, or undefined when there is no more to do. */
  take() {
    if (!this.mayGoOn()) return undefined;
    if (this.next >= this.ready.length) {
      if (this.job.once) return undefined;
      this.next = 0;
    }
    return this.ready[this.next++];
  }

  /** Counts an answer; returns whether it was right. */
  judge(answer) {
    this.done += 1;
    if (answer.startsWith("HTTP/1.1 200") && answer.includes(this.job.proof)) return true;
    this.failed += 1;
    this.firstFailure ??= answer.slice(0, 600);
    return false;
  }
}

/** One connection: sends, waits for the whole answer, sends again. Resolves when there is no more to do. */
function keepBusy(work, port, first) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const send = (request) => (request ? socket.write(request) : socket.end());
    let kept = "";
    socket.on("connect", () => send(first()));
    socket.on("data", (chunk) => {
      kept = kept === "" ? chunk.latin1Slice() : kept + chunk.latin1Slice();
      if (!isWhole(kept)) return;
      const answer = kept;
      kept = "";
      const right = work.judge(answer);
      if (!work.job.follow) return send(work.take());
      const more = right && work.mayGoOn();
      send(more ? work.request(refreshTokenIn(answer)) : undefined);
    });
    socket.on("error", reject);
    socket.on("close", resolve);
  });
}

async function run(/** @type {Job} */ job) {
  const work = new Work(job);
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  work.deadline = started + job.milliseconds;
  const connections = Array.from({ length: job.connections }, (_, index) => {
    const first = () =>
      job.follow ? work.mayGoOn() && work.request(job.values[index % job.values.length]) : work.take();
    return keepBusy(work, job.ports[index % job.ports.length], first);
  });
  // The load never sleeps: waking it would be a cost of each answer, and a greater one the slower the server is.
  let spinning = !job.sleeps;
  const spin = () => spinning && setImmediate(spin);
  spin();
  await Promise.all(connections);
  spinning = false;
  const seconds = (performance.now() - started) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const { done, failed, firstFailure } = work;
  return { done, failed, firstFailure, seconds, busy: (cpu.user + cpu.system) / 1e6 / seconds };
}

process.on("message", (job) => {
  const ran = job.perSecond === undefined ? run(job) : arrive(new Work(job));
  ran.then(
    (result) => process.send({ result }),
    (error) => process.send({ error: String(error?.stack ?? error) }),
  );
});
process.on("disconnect", () => process.exit());
