/** The command line, called as a function: what it refuses before anything is started, help and the version. */

import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { main } from "../../src/cli/main.js";

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

/** Runs the command and returns what it printed, and the exit code that it asked for. */
async function run(args: string[]) {
  const printed = { out: "", err: "" };
  const keep = (stream: keyof typeof printed) => (text: string) => {
    printed[stream] += `${text}\n`;
  };
  vi.spyOn(console, "log").mockImplementation(keep("out"));
  vi.spyOn(console, "error").mockImplementation(keep("err"));
  await main(args);
  return { ...printed, code: process.exitCode };
}

describe("called wrongly, it says so in a sentence and ends with 2:", () => {
  it.each([
    [["dev", "--port", "abc"], '--port takes a number from 0 to 65535, not "abc".'],
    [["dev", "--port", "65536"], '--port takes a number from 0 to 65535, not "65536".'],
    [["dev", "--port", ""], '--port takes a number from 0 to 65535, not "".'],
    [["dev", "--port"], "Option '--port <value>' argument missing"],
    [["dev", "--memory", "--data", "x"], "--memory and --data cannot be used together."],
    [["dev", "--profile", "live"], '--profile takes dropbox-sign, standard or fapi2, not "live".'],
    [
      ["dev", "--profile", "constructor"],
      '--profile takes dropbox-sign, standard or fapi2, not "constructor".',
    ],
    [["dev", "--sed", "x"], "Unknown option '--sed'"],
    [["dev", "now"], "Unexpected argument 'now'"],
    [["develop"], 'There is no command "develop".'],
    [["devv"], 'There is no command "devv". Did you mean dev?'],
    [
      ["dev", "--prot", "1"],
      "Unknown option '--prot'. Did you mean --port?\n`countersign dev --help` has the options.",
    ],
    [["dev", "--memory", "--fresh"], "--memory and --fresh cannot be used together."],
    [
      ["dev", "--callback", "javascript:alert(1)"],
      "--callback javascript:alert(1): the scheme javascript: cannot be called back.",
    ],
    [
      ["dev", "--public-url", "https://a.example/path"],
      "--public-url takes an http or https URL without path",
    ],
    [["init", "--callback", "nowhere"], "--callback nowhere: it is not an absolute URL."],
    [["account", "creat"], "There is no `countersign account creat`. Did you mean create?"],
    [["account", "lock"], "`countersign account lock` takes other arguments."],
    [["account", "constructor", "a@b.c"], "There is no `countersign account constructor`."],
    [["app", "shwo", "x"], "There is no `countersign app shwo`. Did you mean show?"],
    [["key", "rotat"], "There is no `countersign key rotat`. Did you mean rotate?"],
    [["grant", "lsit"], "There is no `countersign grant lsit`. Did you mean list?"],
    [["family", "end"], "There is no `countersign family end`."],
    [["session", "revok"], "There is no `countersign session revok`. Did you mean revoke?"],
    [["constructor"], 'There is no command "constructor".'],
    [["__proto__"], 'There is no command "__proto__".'],
  ])("%j", async (args, sentence) => {
    const { out, err, code } = await run(args);
    expect(code).toBe(2);
    expect(err).toContain(`countersign: ${sentence}`);
    expect(err.trim().split("\n").length).toBeLessThanOrEqual(2);
    expect(err).not.toMatch(/\n +at /);
    expect(out).toBe("");
  });

  it("but help is no fault", async () => {
    for (const args of [[], ["help"], ["--help"], ["dev", "--help"], ["dev", "-h"]]) {
      const { out, code } = await run(args);
      expect(code).toBe(undefined);
      expect(out).toMatch(/^Usage: countersign /);
    }
  });
});

it.each(["--version", "-v", "version"])(
  "%s prints the version of the package, and nothing else",
  async (word) => {
    const file = new URL("../../package.json", import.meta.url);
    const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
    expect(await run([word])).toEqual({ out: `${version}\n`, err: "", code: undefined });
  },
);
