/** Child processes: started on a core of their own, asked by messages, looked at through /proc, ended by their handle. */
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

const started = new Set();
process.on("exit", () => {
  for (const child of started) child.kill("SIGKILL");
});

/** Whether processes can be pinned to cores: `taskset` is there, and a second core. */
export const canPin = availableParallelism() > 1 && hasTaskset();

function hasTaskset() {
  try {
    execFileSync("taskset", ["-c", "0", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts Node on a script.
 * @param {string[]} args the script and its arguments
 * @param {{ core?: number, env?: Record<string, string>, cwd?: string, stdout?: number | "inherit" | "ignore", talks?: boolean }} options
 */
export function start(args, { core, env = {}, cwd, stdout = "inherit", talks = false }) {
  const pinned = canPin && core !== undefined;
  const command = pinned
    ? ["taskset", "-c", String(core), process.execPath, ...args]
    : [process.execPath, ...args];
  const child = spawn(command[0], command.slice(1), {
    cwd,
    env: { ...process.env, NODE_ENV: "production", ...env },
    stdio: ["ignore", stdout, "inherit", ...(talks ? ["ipc"] : [])],
  });
  started.add(child);
  child.on("exit", () => started.delete(child));
  return child;
}

/** Sends a message and resolves to the child's next one. Rejects when it fails, ends or stays silent. */
export function ask(child, message, milliseconds = 120_000) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => finish(new Error("a bench process did not answer in time")), milliseconds);
    const onExit = (code) => finish(new Error(`a bench process ended with ${code}`));
    const onMessage = (answer) =>
      answer.error ? finish(new Error(answer.error)) : finish(undefined, answer.result);
    function finish(error, result) {
      clearTimeout(timer);
      child.off("message", onMessage);
      child.off("exit", onExit);
      if (error) reject(error);
      else resolve(result);
    }
    child.on("message", onMessage);
    child.on("exit", onExit);
    if (message !== undefined) child.send(message);
  });
}

/** Ends a child and resolves when it is gone. */
export function stop(child) {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
    child.on("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill("SIGTERM");
  });
}

/** Returns the processor time a process has used, in seconds; undefined where there is no /proc. */
export function cpuSeconds(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
}

/** Returns the memory of a process in MiB: its own, and with the pages of mapped files, which the system can take back. */
export function memory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  const mebibytes = (name) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
  return { own: mebibytes("RssAnon"), resident: mebibytes("VmRSS") };
}
