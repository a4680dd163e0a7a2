/** Owns how tests start a browser: the Chromium that comes with the packages, or an own one named by COUNTERSIGN_BROWSER. */

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
  const { default: chromium } = await import("@sparticuz/chromium");
  return chromium.executablePath();
}
