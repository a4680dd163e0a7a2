/** Owns how tests start a browser: the Chromium that comes with the packages, or an own one named by COUNTERSIGN_BROWSER. */

import { mkdir, rename, rmdir, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Browser, chromium as playwright } from "playwright-core";

/** A headless Chromium; the caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  const own = process.env.COUNTERSIGN_BROWSER;
  const executablePath = own ?? (await packagedChromium());
  // The package's own default arguments switch web security off and crash when a context closes.
  return playwright.launch({ executablePath, args: ["--no-sandbox"], headless: true });
}

async function packagedChromium(): Promise<string> {
  // Read at import: it makes the package unpack the libraries and fonts that a bare system lacks.
  process.env.AWS_LAMBDA_JS_RUNTIME ??= "nodejs20.x";
  process.env.FONTCONFIG_FILE ??= await fontConfiguration();
  const { default: chromium } = await import("@sparticuz/chromium");
  return oneAtATime(() => chromium.executablePath());
}

/** The package brings one proportional font; code wants the system's monospaced one where there is one. */
async function fontConfiguration(): Promise<string> {
  const path = join(tmpdir(), "countersign-test-fonts.conf");
  const unfinished = `${path}.${process.pid}`;
  await writeFile(
    unfinished,
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(tmpdir(), "fonts")}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(tmpdir(), "fonts-cache")}</cachedir>
  <alias binding="strong"><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
  <alias binding="strong"><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
  <alias binding="strong"><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
`,
  );
  await rename(unfinished, path);
  return path;
}

const staleMilliseconds = 60_000;

/** Test files run in processes of their own, and two that unpack into the same folder would break each other's file. */
async function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
  const lock = join(tmpdir(), "countersign-test-chromium.lock");
  while (!(await taken(lock))) await sleep(50);
  try {
    return await work();
  } finally {
    await rmdir(lock);
  }
}

async function taken(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch {
    const age = await stat(lock).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > staleMilliseconds) await rmdir(lock).catch(() => {});
    return false;
  }
}
