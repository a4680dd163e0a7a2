/** Where tests find what `tools/` brings as a program, and the newer Node lines that npm keeps for the whole machine. */
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { nodeOfLine, toolProgram } from "../../tools/install.mjs";

export { nodeOfLine, toolProgram };

/** Returns a folder for files made by tests. The packages of the tools and of the project are found from within it. */
export function cacheFolder(name: string): string {
  const folder = fileURLToPath(
    new URL(`../../tools/node_modules/.cache/countersign/${name}`, import.meta.url),
  );
  mkdirSync(folder, { recursive: true });
  return folder;
}
