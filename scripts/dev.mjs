/**
 * `npm run dev`: builds, starts `countersign dev` with the arguments given, and does both again when a source changes.
 * A build that fails leaves the last server running.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { watch } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = ["packages/sdk/src", "packages/server/src"];
/** An editor writes several files at once. */
const quietMilliseconds = 150;

let server;
let timer;
let busy = Promise.resolve();

function build() {
  const { status } = spawnSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: "inherit" });
  return status === 0;
}

async function restart() {
  if (!build()) return console.error("The build failed; the server that runs is the one before.");
  await stop();
  const args = process.argv.slice(2);
  server = spawn(process.execPath, ["packages/server/bin/countersign.js", "dev", ...args], {
    cwd: root,
    stdio: "inherit",
  });
}

async function stop() {
  if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, "exit");
  server.kill("SIGTERM");
  await ended;
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    busy = busy.then(restart);
  }, quietMilliseconds);
}

for (const folder of sources) watch(`${root}/${folder}`, { recursive: true }, soon);
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    await stop();
    process.exit();
  });
}
await restart();
