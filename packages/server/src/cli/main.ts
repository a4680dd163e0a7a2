/** The command line: one file for each command. */

import { nearest } from "./did-you-mean.js";
import { suggestion, UsageFault, verbNamed } from "./usage.js";
import { version } from "./version.js";

interface Command {
  readonly summary: string;
  /** Loaded when it is called: `serve` never loads the emulator. */
  readonly load: () => Promise<(args: string[]) => Promise<void>>;
}

const commands: Readonly<Record<string, Command>> = {
  dev: {
    summary: "the emulator with its playground, for development and tests",
    load: async () => (await import("./dev.js")).dev,
  },
  init: {
    summary: "write a seed file to begin with: your own accounts and app",
    load: async () => (await import("./init.js")).init,
  },
  serve: {
    summary: "the authorization server, for production",
    load: async () => (await import("./serve.js")).serve,
  },
  account: {
    summary: "create, show, lock, export and delete accounts",
    load: async () => (await import("./account.js")).account,
  },
  app: {
    summary: "create, change, disable and delete apps, rotate their secrets",
    load: async () => (await import("./app.js")).app,
  },
  revoke: {
    summary: "end all tokens of an account, of an app, or everything",
    load: async () => (await import("./revoke.js")).revoke,
  },
  grant: {
    summary: "list and revoke what users allowed",
    load: async () => (await import("./issued.js")).grant,
  },
  family: { summary: "list and revoke tokens", load: async () => (await import("./issued.js")).family },
  session: { summary: "list and end sessions", load: async () => (await import("./issued.js")).session },
  key: { summary: "make and rotate the server's secrets", load: async () => (await import("./key.js")).key },
  migrate: {
    summary: "bring the database to this build",
    load: async () => (await import("./migrate.js")).migrate,
  },
  backup: {
    summary: "copy a SQLite database in use",
    load: async () => (await import("./backup.js")).backup,
  },
  audit: { summary: "print security events", load: async () => (await import("./audit.js")).audit },
  status: {
    summary: "version, schema, clock, settings",
    load: async () => (await import("./status.js")).status,
  },
  doctor: { summary: "look for what will go wrong", load: async () => (await import("./status.js")).doctor },
};

/** Runs a command. Sets the exit code instead of ending the process, so that output is written out. */
export async function main(args: string[]): Promise<void> {
  const [name, ...rest] = args;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    console.log(usage());
    return;
  }
  if (name === "version" || name === "--version" || name === "-v") {
    console.log(version);
    return;
  }
  const command = verbNamed(commands, name);
  try {
    if (command === undefined) throw unknownCommand(name);
    const run = await command.load();
    await run(rest);
  } catch (error) {
    console.error(`countersign: ${error instanceof Error ? error.message : error}`);
    process.exitCode = error instanceof UsageFault ? 2 : 1;
  }
}

function unknownCommand(name: string): UsageFault {
  const meant = suggestion(nearest(name, [...Object.keys(commands), "help", "version"]));
  return new UsageFault(`There is no command "${name}"${meant}\n\`countersign --help\` lists them.`);
}

function usage(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: countersign COMMAND [options]\n\n${lines.join("\n")}\n\n\`countersign COMMAND --help\` has the options of a command, \`countersign --version\` the version.`;
}
