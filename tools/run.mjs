/** Runs a tool's program in the folder where it is called: `node tools/run.mjs biome check .` */
import { spawnSync } from "node:child_process";
import { installTools, toolProgram } from "./install.mjs";

const [name, ...args] = process.argv.slice(2);
installTools();
const shell = process.platform === "win32";
const { status, error } = spawnSync(toolProgram(name), args, { stdio: "inherit", shell });
if (error) throw error;
process.exitCode = status ?? 1;
