/** `npm run bench -- --disturbed`: how long an answer takes while the server has something else to do. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { disturbances } from "./disturbances.mjs";
import { ask, start } from "./processes.mjs";
import { table } from "./report.mjs";
import { countersign } from "./subjects/countersign.mjs";

const measured = ["bearer check", "refresh, rotating"];
const perSecond = 300;
const milliseconds = 8000;
const quietMilliseconds = 1000;
/** Longest that the event loop may stand still, in milliseconds. */
const pauseTarget = 50;

/** @param {{ folder: string, load: object, wanted: readonly string[], during: readonly string[] | undefined }} what */
export async function disturbed({ folder, load, wanted, during, script }) {
  const rows = [];
  const second = start([script], { core: 1, talks: true });
  for (const [name, disturbance] of Object.entries(disturbances)) {
    if (during && !during.some((part) => name.includes(part))) continue;
    for (const operation of measured.filter((one) => wanted.includes(one))) {
      console.error(`${name}, ${operation} …`);
      rows.push(
        await rowOf({ folder: join(folder, `${rows.length}`), load, second, name, disturbance, operation }),
      );
    }
  }
  second.kill();
  return [
    `${perSecond} requests a second arrive by a schedule for ${milliseconds / 1000} s; times in milliseconds. A pause is how long the server's event loop stood still at most: without the time in which its core was given to other programs, and with the time in which the disk was waited for. A longest answer well above it waited for the machine.`,
    table(
      [
        "meanwhile",
        "operation",
        "p50",
        "p99",
        "longest",
        "longest pause",
        "target",
        "failed",
        "what happened",
      ],
      rows,
    ),
  ].join("\n\n");
}

async function rowOf({ folder, load, second, name, disturbance, operation }) {
  mkdirSync(folder, { recursive: true });
  const server = await countersign({ folder, core: 0, watched: true, env: disturbance.env?.(folder) });
  const started = performance.now();
  disturbance.fill?.({ server });
  const warmUp = { ...(await server.prepare(operation, 1000)), ports: [server.port], connections: 8 };
  await ask(load, { ...warmUp, perSecond: 1000, milliseconds: 3000 });
  const prepared = { ...(await server.prepare(operation, 1000)), ports: [server.port], connections: 32 };
  await rest((disturbance.afterSeconds ?? 0) * 1000 - (performance.now() - started));
  await ask(server.child, "turns");
  const answers = ask(load, { ...prepared, perSecond, milliseconds });
  await rest(quietMilliseconds);
  const place = { server, second, folder, milliseconds: milliseconds - 2 * quietMilliseconds };
  const happened = (await disturbance.begin?.(place)) ?? "";
  const { times, failed } = await answers;
  const pause = await ask(server.child, "turns");
  await server.stop();
  const at = (part) => times[Math.min(times.length - 1, Math.floor(times.length * part))];
  const shown = [at(0.5), at(0.99), times.at(-1), pause].map((one) => one.toFixed(1));
  const met = `≤ ${pauseTarget}: ${pause <= pauseTarget ? "met" : "missed"}`;
  return [name, operation, ...shown, met, failed, happened];
}

function rest(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
}
