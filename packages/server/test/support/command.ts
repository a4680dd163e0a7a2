/** Runs a command of the command line in this process, and catches what it prints. */

import { vi } from "vitest";
import { main } from "../../src/cli/main.js";

export interface CommandOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Two commands at once would mix their output: one waits for the other. */
export async function runCommand(args: string[]): Promise<CommandOutcome> {
  const printed = { out: "", err: "" };
  const catchIn = (stream: "log" | "error", kept: keyof typeof printed) =>
    vi.spyOn(console, stream).mockImplementation((text = "") => {
      printed[kept] += `${text}\n`;
    });
  const catching = [catchIn("log", "out"), catchIn("error", "err")];
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await main(args);
    return { code: Number(process.exitCode), ...printed };
  } finally {
    process.exitCode = before;
    for (const one of catching) one.mockRestore();
  }
}
