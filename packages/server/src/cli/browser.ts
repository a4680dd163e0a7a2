/** Opening a page in the person's own browser. */

import { spawn } from "node:child_process";

const openers: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/** Tries to; calls `failed` where there is no browser to open. */
export function openInBrowser(url: string, failed: (message: string) => void): void {
  const [command, ...args] = openers[process.platform] ?? ["xdg-open"];
  const child = spawn(command, [...args, url], { stdio: "ignore", detached: true });
  child.on("error", () => failed(`No browser could be opened. Open ${url} yourself.`));
  child.unref();
}
