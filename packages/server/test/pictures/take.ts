/** Takes pictures of every page of an emulator, each in a state that shows what it is for. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import type { SignEmulator, startEmulator } from "../../src/testing/index.js";
import { launchBrowser } from "../support/browser.js";
import { type Look, pages, pictures } from "./list.js";
import { optionsOf, type Scene, scenes } from "./scenes.js";

interface Folders {
  readonly docs: string;
  /** Where to put every page in every look instead; `only` one page of them. */
  readonly all: string | undefined;
  readonly only: string | undefined;
}

/** @param testing the built module of the emulator's testing API. */
export async function takePictures(testing: string, folders: Folders): Promise<void> {
  const module = (await import(pathToFileURL(testing).href)) as { startEmulator: typeof startEmulator };
  const browser = await launchBrowser();
  try {
    for (const { folder, file, page, look } of wanted(folders)) {
      const sign = await module.startEmulator(optionsOf(page));
      try {
        await take(browser, sign, scenes[page], look, join(folder, file));
      } finally {
        await sign.close();
      }
    }
  } finally {
    await browser.close();
  }
}

function wanted({ docs, all, only }: Folders) {
  const folder = all ?? docs;
  mkdirSync(folder, { recursive: true });
  if (all === undefined) return pictures.map(({ file, page, ...look }) => ({ folder, file, page, look }));
  const looks = ([390, 1280] as const).flatMap((width) =>
    (["light", "dark"] as const).map((colorScheme): Look => ({ width, colorScheme })),
  );
  const chosen = pages.filter((page) => only === undefined || page === only);
  return chosen.flatMap((page) =>
    looks.map((look) => ({ folder, file: `${page}-${look.width}-${look.colorScheme}.png`, page, look })),
  );
}

async function take(
  browser: Browser,
  sign: SignEmulator,
  scene: Scene,
  look: Look,
  path: string,
): Promise<void> {
  const { width, colorScheme } = look;
  const context = await browser.newContext({
    viewport: { width, height: width === 390 ? 844 : 800 },
    colorScheme,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  await scene(page, sign);
  await page.screenshot({ path, fullPage: true });
  await context.close();
  console.log(path);
}
