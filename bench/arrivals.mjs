/**
 * An open loop: requests arrive by a schedule, as those of people who know nothing of each other do. One that finds no
 * connection free waits for one, and its time counts from when it was due: a server that stands still for a while is
 * charged with all who came meanwhile (what a closed loop omits).
 */
import { connect } from "node:net";
import { isWhole, refreshTokenIn } from "./answers.mjs";

/**
 * Sends the load of a job at its rate and resolves to the times of the answers, in milliseconds, in order of size.
 * @param {{ job: object, request(value: string): Buffer, judge(answer: string): boolean, done: number, failed: number }} work
 */
export async function arrive(work) {
  const { job } = work;
  const times = [];
  const waiting = [];
  const idle = await Promise.all(
    Array.from({ length: job.connections }, (_, index) => open(job.ports[index % job.ports.length])),
  );
  const all = [...idle];
  let sent = 0;
  const send = (peer, due) => {
    if (job.follow) peer.token ??= job.values[all.indexOf(peer)];
    const value = job.follow ? peer.token : job.values[sent++ % job.values.length];
    peer.answered = (answer) => {
      times.push(performance.now() - due);
      if (work.judge(answer) && job.follow) peer.token = refreshTokenIn(answer);
      if (waiting.length > 0) send(peer, waiting.shift());
      else idle.push(peer);
    };
    peer.socket.write(work.request(value));
  };
  const started = performance.now();
  const total = Math.floor((job.perSecond * job.milliseconds) / 1000);
  const most = job.once ? Math.min(total, job.values.length) : total;
  for (let arrived = 0; arrived < most || times.length < arrived; ) {
    const now = performance.now();
    for (; arrived < most; arrived += 1) {
      const due = started + (arrived * 1000) / job.perSecond;
      if (due > now) break;
      const peer = idle.pop();
      if (peer === undefined) waiting.push(due);
      else send(peer, due);
    }
    // A timer would be late by a millisecond, which is more than most answers take.
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const { socket } of all) socket.destroy();
  times.sort((a, b) => a - b);
  const { done, failed, firstFailure } = work;
  return { done, failed, firstFailure, times };
}

function open(port) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const peer = { socket, token: undefined, answered: undefined };
    let kept = "";
    socket.on("data", (chunk) => {
      kept += chunk.latin1Slice();
      if (!isWhole(kept)) return;
      const answer = kept;
      kept = "";
      peer.answered(answer);
    });
    socket.on("connect", () => resolve(peer));
    socket.on("error", reject);
  });
}
