/** Takes pictures of every page of an emulator, each in a state that shows what it is for. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { demoApiKey } from "../../src/emulator/seed/demo.js";
import type { SignEmulator, startEmulator } from "../../src/testing/index.js";
import { launchBrowser } from "../support/browser.js";
import { type Look, type PageName, pages, pictures } from "./list.js";
import { morning } from "./morning.js";

interface Folders {
  readonly docs: string;
  /** Where to put every page in every look instead; `only` one page of them. */
  readonly all: string | undefined;
  readonly only: string | undefined;
}

type Scene = (page: Page, sign: SignEmulator) => Promise<void>;

/** @param testing the built module of the emulator's testing API. */
export async function takePictures(testing: string, folders: Folders): Promise<void> {
  const module = (await import(pathToFileURL(testing).href)) as { startEmulator: typeof startEmulator };
  const browser = await launchBrowser();
  try {
    for (const { folder, file, page, look } of wanted(folders)) {
      const profile = page === "standard" ? "standard" : "dropbox-sign";
      const sign = await module.startEmulator({ clock: "2026-05-01T09:30:00Z", profile });
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

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

async function flow(page: Page, sign: SignEmulator): Promise<void> {
  await page.goto(sign.url);
  await press(page, "Start the flow");
  await press(page, "Continue as jill@example.com");
  await press(page, "Allow");
  for (const name of ["Exchange the code", "Get the account", "Refresh the token"]) await press(page, name);
}

const at =
  (path: string, before?: (sign: SignEmulator) => Promise<void>): Scene =>
  async (page, sign) => {
    await before?.(sign);
    await page.goto(`${sign.url}${path}`);
  };

const scenes: Readonly<Record<PageName, Scene>> = {
  start: at("/"),
  steps: flow,
  "foreign-code": at("/playground/callback?code=1b0d28d90c86c141&state=of-another-app"),
  "sign-in": async (page, sign) => {
    await page.goto(sign.url);
    await press(page, "Start the flow");
  },
  consent: async (page, sign) => {
    await page.goto(sign.url);
    await press(page, "Start the flow");
    await press(page, "Continue as jack@example.com");
  },
  "wrong-callback": async (page, sign) => {
    const redirect = encodeURIComponent(`${sign.url}/playground/calback`);
    await page.goto(
      `${sign.url}/oauth/authorize?response_type=code&client_id=${sign.client.clientId}&redirect_uri=${redirect}`,
    );
  },
  inspector: async (page, sign) => {
    await morning(sign);
    await page.goto(`${sign.url}/_emulator`);
    await page.locator(".ins-bad .ins-row").first().click();
  },
  "inspector-tokens": at("/_emulator?tab=tokens", morning),
  "inspector-accounts": at("/_emulator?tab=accounts", morning),
  "inspector-apps": at("/_emulator?tab=apps", morning),
  "inspector-outbox": at("/_emulator?tab=outbox", morning),
  "inspector-empty": at("/_emulator"),
  "connected-apps": async (page, sign) => {
    await flow(page, sign);
    await page.goto(`${sign.url}/connected-apps`);
  },
  "confirm-account": async (page, sign) => {
    await morning(sign);
    const [letter] = await sign.outbox.emails();
    await page.goto(letter?.link ?? sign.url);
  },
  "signed-out": async (page, sign) => {
    await flow(page, sign);
    await page.goto(`${sign.url}/connected-apps`);
    await press(page, "Sign out");
  },
  "not-found": at("/nothing-here"),
  "unknown-client": at("/oauth/authorize?response_type=code&client_id=cc91c61d00f8bb2ece1428035716c"),
  "expired-form": async (page, sign) => {
    await page.goto(sign.url);
    await press(page, "Start the flow");
    await page.context().clearCookies();
    await press(page, "Continue as jill@example.com");
  },
  "too-many-attempts": async (page, sign) => {
    await page.goto(sign.url);
    await press(page, "Start the flow");
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await page.getByLabel("Email address").fill("jill@example.com");
      await page.getByLabel("Password", { exact: true }).fill("wrong");
      await press(page, "Sign in");
    }
  },
  sign: async (page, sign) => {
    const headers = { authorization: `Basic ${Buffer.from(`${demoApiKey}:`).toString("base64")}` };
    const body = new FormData();
    body.set("title", "Lease of the flat in Bridge Street");
    body.set("message", "Please sign before Friday. Call me if anything is unclear.");
    body.set("test_mode", "1");
    body.set("signers[0][name]", "Alex Rider");
    body.set("signers[0][email_address]", "alex@example.com");
    body.set("allow_decline", "1");
    body.set("allow_reassign", "1");
    body.set("files[0]", new Blob(["The lease."], { type: "text/plain" }), "lease.txt");
    const sent = await fetch(`${sign.url}/v3/signature_request/send`, { method: "POST", headers, body });
    if (!sent.ok) throw new Error(await sent.text());
    await sign.clock.advance("1m");
    const [letter] = await sign.outbox.emails();
    if (letter === undefined) throw new Error("The signer got no email");
    await page.goto(letter.link);
  },
  standard: async (page, sign) => {
    await flow(page, sign);
    await press(page, "Introspect");
  },
};
