/** The command line: one file for each command. */
import { dev } from "./dev.js";
import { UsageFault } from "./usage.js";

interface Command {
  readonly summary: string;
  readonly run: (args: string[]) => Promise<void>;
}

const commands: Readonly<Record<string, Command>> = {
  dev: { summary: "the emulator with its playground, for development and tests", run: dev },
};

/** Runs a command. Sets the exit code instead of ending the process, so that output is written out. */
export async function main(args: string[]): Promise<void> {
  const [name, ...rest] = args;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    console.log(usage());
    return;
  }
  const command = commands[name];
  try {
    if (command === undefined) throw new UsageFault(`There is no command "${name}".\n\n${usage()}`);
    await command.run(rest);
  } catch (error) {
    console.error(`countersign: ${error instanceof Error ? error.message : error}`);
    process.exitCode = error instanceof UsageFault ? 2 : 1;
  }
}

function usage(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: countersign COMMAND [options]\n\n${lines.join("\n")}\n\n\`countersign COMMAND --help\` tells the options of a command.`;
}
