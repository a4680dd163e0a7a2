/** A person with a real browser: the playground's whole flow, and apps with callbacks of every kind. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.js";
import { silentLog } from "../../src/log.js";
import { launchBrowser } from "../support/browser.js";
import { seededRandom } from "../support/random.js";
import { Clock, demo, jack, jill, seed, startServer } from "../support/server.js";
import { authorizationQuery } from "../support/user-agent.js";

let browser: Browser;
let emulator: Emulator;
beforeAll(async () => {
  [browser, emulator] = await Promise.all([
    launchBrowser(),
    createEmulator({
      port: 0,
      host: "127.0.0.1",
      data: undefined,
      log: silentLog,
      now: new Clock().now,
      randomBytes: seededRandom("emulator"),
    }),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await emulator?.close();
});

interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the browser complained of: blocked by policy, broken, not found. */
  readonly complaints: string[];
}

async function visit(options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("requestfailed", (request) => complaints.push(`${request.failure()?.errorText} ${request.url()}`));
  return { context, page, complaints };
}

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

async function signIn(page: Page, who: typeof jill): Promise<void> {
  await page.getByLabel("Email address").fill(who.email);
  await page.getByLabel("Password").fill(who.password);
  await press(page, "Sign in");
}

describe.each([true, false])("with JavaScript: %s", (javaScriptEnabled) => {
  it("the playground's flow runs from sign-in to a refreshed token, with no complaint", async () => {
    const { context, page, complaints } = await visit({ javaScriptEnabled });
    await page.goto(`${emulator.url}/`);
    await press(page, "Start the flow");
    await signIn(page, { ...jack, password: "wrong" });
    await page.getByRole("alert").getByText("The email address or password is wrong.").waitFor();
    // The 401 of a wrong password is the one thing a browser notes.
    expect(complaints.splice(0).filter((text) => !text.includes("401"))).toEqual([]);
    expect(await page.getByLabel("Email address").inputValue()).toBe(jack.email);
    await signIn(page, jack);
    await page.getByRole("heading", { name: "Demo app asks for access to your account" }).waitFor();
    await press(page, "Allow");
    await page.waitForURL(`${emulator.url}/#step-2`);
    await press(page, "Exchange the code");
    await press(page, "Get the account");
    await page.getByText(`The app acts for ${jack.email}`).waitFor();
    await press(page, "Refresh the token");
    await page.getByText("A new access token, good for 1 day").waitFor();
    await page.locator("#step-3 > details > summary").click();
    await press(page, "Use the same code a second time");
    await page.getByText("more than 1 hour after the inital grant").first().waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("a denial comes back to the playground", async () => {
    const { context, page, complaints } = await visit({ javaScriptEnabled });
    await page.goto(`${emulator.url}/`);
    await press(page, "Start the flow");
    await signIn(page, jill);
    await press(page, "Deny");
    await page.waitForURL(`${emulator.url}/#step-2`);
    await page.getByText("access_denied").first().waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});

it("an account of the seed is signed in with one click", async () => {
  const { context, page, complaints } = await visit();
  await page.goto(`${emulator.url}/`);
  await press(page, "Start the flow");
  await press(page, `Continue as ${jack.email}`);
  await page.getByText(jack.email).first().waitFor();
  await page.getByRole("button", { name: "Allow" }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

it("the whole flow needs no more than Tab, typing and Enter", async () => {
  const { context, page, complaints } = await visit();
  const focused = () =>
    page.evaluate("(document.activeElement?.innerText || document.activeElement?.name || '').trim()");
  const tabTo = async (name: string) => {
    for (let presses = 0; presses < 80; presses++) {
      if ((await focused()) === name) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`Tab does not lead to ${name}`);
  };
  const enter = async (name: string) => {
    await tabTo(name);
    await page.keyboard.press("Enter");
  };
  await page.goto(`${emulator.url}/`);
  await page.keyboard.press("Tab");
  expect(await focused()).toBe("Skip to content");
  await enter("Start the flow");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  // The first field has the focus already.
  expect(await focused()).toBe("email");
  await page.keyboard.type(jack.email);
  await tabTo("password");
  await page.keyboard.type(jack.password);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Demo app asks for access to your account" }).waitFor();
  await enter("Allow");
  await page.waitForURL(`${emulator.url}/#step-2`);
  await enter("Exchange the code");
  await page.getByRole("button", { name: "Get the account" }).waitFor();
  await enter("Get the account");
  await page.getByRole("button", { name: "Call again" }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

describe("an app elsewhere gets the browser back", () => {
  const listen = async (host: string, answer: (url: string) => string | undefined = () => undefined) => {
    const server: Server = createServer((request, response) => {
      const location = answer(request.url ?? "");
      if (location !== undefined) response.writeHead(302, { location }).end();
      else response.end("arrived");
    });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const { port } = server.address() as AddressInfo;
    return { port, close: () => new Promise((resolve) => server.close(resolve)) };
  };
  const authorizeWith = async (callbackUrl: string, decision: "Allow" | "Deny") => {
    const apps = [{ ...demo, callbackUrls: [callbackUrl] }];
    const server = await startServer({ seed: { ...seed, apps } });
    const { context, page, complaints } = await visit();
    await page.goto(`${server.url}/oauth/authorize?${authorizationQuery(demo.clientId, { state: "s" })}`);
    await signIn(page, jack);
    await press(page, decision);
    await page.getByText("arrived").waitFor({ timeout: 5000 });
    const url = new URL(page.url());
    await context.close();
    await server.close();
    // The callback's pages are not ours: a browser asks them for an icon.
    return { url, complaints: complaints.filter((text) => !text.includes("favicon")) };
  };

  it.each(["127.0.0.1", "localhost", "::1"])("at %s", async (host) => {
    const app = await listen(host);
    const name = host.includes(":") ? `[${host}]` : host;
    for (const decision of ["Allow", "Deny"] as const) {
      const { url, complaints } = await authorizeWith(`http://${name}:${app.port}/cb?tenant=7`, decision);
      expect(`${url.origin}${url.pathname}`).toBe(`http://${name}:${app.port}/cb`);
      expect(url.searchParams.get("tenant")).toBe("7");
      expect(url.searchParams.get("state")).toBe("s");
      expect(url.searchParams.has(decision === "Allow" ? "code" : "error")).toBe(true);
      expect(complaints).toEqual([]);
    }
    await app.close();
  });

  it("even when its callback sends the browser on to another origin", async () => {
    const home = await listen("127.0.0.1");
    const app = await listen("127.0.0.1", () => `http://localhost:${home.port}/home`);
    const { url, complaints } = await authorizeWith(`http://127.0.0.1:${app.port}/cb`, "Allow");
    expect(url.href).toBe(`http://localhost:${home.port}/home`);
    expect(complaints).toEqual([]);
    await Promise.all([home.close(), app.close()]);
  });
});
