/**
 * Noticing that npm has ended. npm and npx run a command as a child and pass on at most some signals: a supervisor that
 * signals npm would leave a server behind that nobody controls and that keeps its port.
 */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const everyMilliseconds = 500;

/** Calls `ended` once when the npm that started this process is gone; never, if none did. Returns what stops watching. */
export function whenParentEnds(
  environment: Readonly<Record<string, string | undefined>>,
  ended: () => void,
): () => void {
  if (environment.npm_execpath === undefined && environment.npm_lifecycle_event === undefined)
    return () => {};
  // A shell may stand between npm and this process, and outlive npm.
  const parent = process.ppid;
  const grandparent = isShell(parent) ? parentOf(parent) : undefined;
  const timer = setInterval(() => {
    const orphaned =
      process.ppid !== parent || (grandparent !== undefined && parentOf(parent) !== grandparent);
    if (!orphaned) return;
    clearInterval(timer);
    ended();
  }, everyMilliseconds);
  timer.unref();
  return () => clearInterval(timer);
}

function isShell(pid: number): boolean {
  return /^-?(.*\/)?(sh|dash|bash|ash|zsh|busybox)$/.test(facts(pid)?.command ?? "");
}

function parentOf(pid: number): number | undefined {
  return facts(pid)?.parent;
}

/** What a process is and who started it; undefined where it is gone or the system does not say. */
function facts(pid: number): { readonly command: string; readonly parent: number } | undefined {
  try {
    if (process.platform === "linux") {
      // "pid (command) state parent …"; the command may hold anything.
      const [, command, parent] =
        /\((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, "latin1")) ?? [];
      return { command: command ?? "", parent: Number(parent) };
    }
    if (process.platform === "win32") return undefined;
    const text = execFileSync("ps", ["-o", "ppid=,comm=", "-p", String(pid)], { encoding: "utf8" }).trim();
    const [, parent, command] = /^(\d+)\s+(.*)$/.exec(text) ?? [];
    return parent === undefined ? undefined : { command: command ?? "", parent: Number(parent) };
  } catch {
    return undefined;
  }
}
