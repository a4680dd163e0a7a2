/** RESULTS.md: sections, each with the command that made it and the machine it was made on. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

const file = fileURLToPath(new URL("RESULTS.md", import.meta.url));

const titles = {
  comparison: "Beside the peers and a bare server",
  parts: "Where the time goes",
  dpop: "With the proof of a key",
  postgres: "On PostgreSQL",
  wal: "What is written to PostgreSQL's log, and what a node holds",
  latency: "How long an answer takes",
  disturbed: "How long it takes meanwhile",
  traces: "What traces cost",
  cold: "From nothing",
  growth: "As data grows",
  guard: "The guard, tried",
};

/** Writes a section of RESULTS.md and leaves the others as they are. */
export function keep(section, report, command) {
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  const parts = Object.keys(titles).map((name) => {
    if (name !== section) return sectionOf(before, name);
    return `<!-- ${name} -->\n## ${titles[name]}\n\n\`${command}\`, ${new Date().toISOString().slice(0, 10)}. ${machine()}\n\n${report}\n<!-- end of ${name} -->`;
  });
  const head =
    "# Results\n\nWritten by `npm run bench`; README.md says how to read it. Compare the ratios: the figures themselves are those of one machine. A target is what we aim at, set before the first measurement; where it says missed, there is still work to do.";
  writeFileSync(file, `${[head, ...parts.filter(Boolean)].join("\n\n")}\n`);
}

function sectionOf(text, name) {
  return new RegExp(`<!-- ${name} -->[^]*<!-- end of ${name} -->`).exec(text)?.[0];
}

function machine() {
  const memory = Math.round(totalmem() / 2 ** 30);
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return `${availableParallelism()} cores (${model}), ${memory} GiB, Node.js ${process.version}, ${process.platform} ${process.arch}.`;
}
