/** The emulator's own pages and what it adds to the server's: an app of one's own, help with errors, what a phone shows. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type SignEmulator, startEmulator } from "../../../src/testing/index.js";
import { morning } from "../../pictures/morning.js";
import { launchBrowser } from "../../support/browser.js";

/** Buttons whose words take more than one line. */
const brokenButtons = `[...document.querySelectorAll("button")].filter((button) => {
  const lines = [...button.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE).map((words) => {
    const range = document.createRange();
    range.selectNodeContents(words);
    return range.getClientRects().length;
  });
  return button.checkVisibility() && Math.max(0, ...lines) > 1;
}).map((button) => button.textContent)`;

let sign: SignEmulator;
let browser: Browser;
beforeAll(async () => {
  [sign, browser] = await Promise.all([startEmulator({ clock: "2026-05-01T09:30:00Z" }), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await sign.close();
});
beforeEach(() => sign.reset());

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const authorize = (redirect: string) =>
  `${sign.url}/oauth/authorize?response_type=code&client_id=${sign.client.clientId}${redirect && `&redirect_uri=${encodeURIComponent(redirect)}`}`;
const callbacks = async () => (await sign.state()).apps.find(({ name }) => name === "Demo app")?.callbackUrls;

/** An app of the developer's own: it listens for its callback. */
async function ownApp() {
  const server = createServer((_request, response) => response.end("called back"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const callback = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
  return { callback, [Symbol.asyncDispose]: async () => void server.close() };
}

describe.each([true, false])("with JavaScript: %s", (javaScriptEnabled) => {
  it("a code that the page did not ask for leads to the callback field, and the app is called back from then on", async () => {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    await page.goto(authorize(""));
    await press(page, "Continue as jill@example.com");
    await press(page, "Allow");
    await using app = await ownApp();
    // Nobody began here, so no step is marked as done.
    expect(await page.locator(".step-done").count()).toBe(0);
    const section = page.getByRole("region", { name: "Your own app asked for this code" });
    await section.getByLabel("Callback URL of your app").fill("ftp://localhost/callback");
    await section.getByRole("button", { name: "Register" }).click();
    await page.getByText("This cannot be a callback").first().waitFor();
    await section.getByLabel("Callback URL of your app").fill(app.callback);
    await section.getByRole("button", { name: "Register" }).click();
    await page.getByText("Registered. Start the authorization in your app again.").waitFor();
    expect(await callbacks()).toEqual([app.callback]);
    await page.goto(authorize(""));
    await press(page, "Allow");
    await page.getByText("called back").waitFor();
    expect(page.url()).toMatch(/\/callback\?code=/);
    await context.close();
  });

  it("a mistyped callback is replaced by the right one, so that a request need not tell the two apart", async () => {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    await using app = await ownApp();
    for (const url of [app.callback.replace("callback", "calback"), app.callback]) {
      await page.goto(sign.url);
      await page.getByLabel("Callback URL of your app").fill(url);
      await press(page, "Register");
      expect(await callbacks()).toEqual([url]);
    }
    await page.goto(authorize(""));
    await press(page, "Continue as jill@example.com");
    await press(page, "Allow");
    await page.getByText("called back").waitFor();
    await context.close();
  });

  it("the flow still runs here when the demo app belongs to somebody's own code", async () => {
    await sign.changeApp({ callbackUrls: ["http://localhost:3999/callback"] });
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    await page.goto(sign.url);
    await press(page, "Start the flow");
    await press(page, "Continue as jack@example.com");
    await press(page, "Allow");
    await press(page, "Exchange the code");
    await page.getByText("The app has access for 1 day").waitFor();
    await context.close();
  });

  it("a wrong callback is shown beside the registered one, the difference marked, and is registered at a click", async () => {
    const wrong = `${sign.url}/playground/calback`;
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    await page.goto(authorize(wrong));
    expect(await page.locator("mark").allTextContents()).toEqual(["l"]);
    const link = page.getByRole("link", { name: "Open in the inspector" });
    expect(await link.getAttribute("href")).toMatch(/^\/_emulator\?at=\d+$/);
    await press(page, "Register this callback");
    await page.getByRole("link", { name: "Continue" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await callbacks()).toContain(wrong);
    await context.close();
  });

  it("too many failed sign-ins are over at a click", async () => {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    await page.goto(authorize(""));
    for (let attempt = 0; attempt < 11; attempt += 1) {
      await page.getByLabel("Email address").fill("jill@example.com");
      await page.getByLabel("Password").fill("wrong");
      await press(page, "Sign in");
    }
    await press(page, "Move the clock forward 16 minutes");
    await page.getByRole("link", { name: "Continue" }).click();
    await press(page, "Continue as jill@example.com");
    await page.getByRole("heading", { name: "Demo app asks for access to your account" }).waitFor();
    await context.close();
  });
});

it("the start page leads on: to the inspector, the connected apps and, at the end of the flow, to an own app", async () => {
  const page = await browser.newPage({ javaScriptEnabled: false });
  await page.goto(sign.url);
  const follow = async (name: string) => {
    await page.getByRole("link", { name, exact: true }).click();
    return new URL(page.url()).pathname;
  };
  expect(await follow("Inspector")).toBe("/_emulator");
  expect(await follow("Connected apps")).toBe("/connected-apps");
  expect(await follow("Countersign")).toBe("/");
  await press(page, "Start the flow");
  await press(page, "Continue as jill@example.com");
  await press(page, "Allow");
  for (const step of ["Exchange the code", "Get the account", "Refresh the token"]) await press(page, step);
  expect(await follow("Continue at step 6")).toBe("/");
  await page.getByRole("link", { name: "Connect your own app" }).click();
  expect(new URL(page.url()).hash).toBe("#connect");
  expect(await follow("See this flow in the inspector")).toBe("/_emulator");
  await page.close();
});

it("no button breaks its words over two lines on a phone", async () => {
  const page = await browser.newPage({ viewport: { width: 320, height: 800 } });
  for (const path of ["/", "/_emulator", "/_emulator?tab=apps"]) {
    await page.goto(`${sign.url}${path}`);
    for (const summary of await page.locator("summary:visible").all()) await summary.click();
    const broken = await page.evaluate<string[]>(brokenButtons);
    expect([path, broken]).toEqual([path, []]);
    expect(await page.locator("button:visible").count()).toBeGreaterThan(3);
  }
  await page.close();
});

it("a phone shows the first button without scrolling, and the mark of each step", async () => {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  await page.goto(sign.url);
  const button = await page.getByRole("button", { name: "Start the flow" }).boundingBox();
  expect((button?.y ?? 844) + (button?.height ?? 0)).toBeLessThan(844);
  await press(page, "Start the flow");
  await press(page, "Continue as jill@example.com");
  await press(page, "Allow");
  await page.getByText("The state is the one the app sent").waitFor();
  expect(await page.locator(".step-number:visible").count()).toBe(9);
  expect(await page.locator(".step-done .step-number svg:visible").count()).toBe(2);
  await page.close();
});

it("what is nowhere leads to the start page, and says it once", async () => {
  const page = await browser.newPage();
  await page.goto(`${sign.url}/nothing-here`);
  expect(await page.getByText(/not found/i).count()).toBe(1);
  await page.getByRole("link", { name: "Go to the start page" }).click();
  expect(new URL(page.url()).pathname).toBe("/");
  await page.close();
});

it("whoever confirms an account is told how long a password is", async () => {
  await morning(sign);
  const [letter] = await sign.outbox.emails();
  const page = await browser.newPage();
  await page.goto(letter?.link ?? "");
  const described = await page.getByLabel("Choose a password").getAttribute("aria-describedby");
  expect(await page.locator(`#${described}`).textContent()).toBe("8 characters or more");
  await page.close();
});

it("a callback is registered only by a form of this browser's visit", async () => {
  const before = await callbacks();
  const body = new URLSearchParams({ client_id: sign.client.clientId, callback_url: "http://localhost:1/x" });
  for (const path of ["/_emulator/inspector/callback-add", "/playground/connect"]) {
    expect((await fetch(`${sign.url}${path}`, { method: "POST", body })).status).toBe(403);
  }
  expect(await callbacks()).toEqual(before);
});

it("a seed's own accounts sign in with one click, and its apps are there to choose from", async () => {
  await using seeded = await startEmulator({
    seed: {
      accounts: [{ email: "ada@example.com", password: "a password of a seed" }],
      apps: ["First", "Second"].map((name) => ({
        name,
        owner: "ada@example.com",
        client_id: `client-${name.toLowerCase()}-0000000`,
        client_secret: `secret-${name.toLowerCase()}-0000000000000000`,
        oauth: { callback_url: "http://localhost:3999/callback", scopes: ["basic_account_info"] },
        approved: true,
      })),
    },
  });
  const page = await browser.newPage();
  await page.goto(seeded.url);
  await page.getByRole("link", { name: "Second" }).click();
  expect(await page.locator("#connect-client-id").textContent()).toBe("client-second-0000000");
  expect(await page.locator("#connect").textContent()).toContain("secret-second");
  await press(page, "Start the flow");
  await press(page, "Continue as ada@example.com");
  await page.getByRole("button", { name: "Allow" }).waitFor();
  await page.close();
});

it("the standard profile shows what it adds: PKCE, introspection, revocation and metadata", async () => {
  await using standard = await startEmulator({ profile: "standard" });
  const page = await browser.newPage();
  await page.goto(standard.url);
  expect(await page.getByRole("link", { name: "metadata" }).count()).toBe(1);
  await press(page, "Start the flow");
  await press(page, "Continue as jack@example.com");
  await press(page, "Allow");
  await press(page, "Exchange the code");
  await page.getByText("The app has access for").waitFor();
  const [asked, exchanged] = [
    (await standard.requests({ operation: "authorize" }))[0],
    (await standard.requests({ operation: "oauthTokenGenerate" }))[0],
  ];
  expect(asked?.parameters.code_challenge_method).toBe("S256");
  expect(exchanged?.parameters.code_verifier).toMatch(/^.{4}… \(43 characters\)$/);
  await press(page, "Introspect");
  await page.getByText("The token is active").waitFor();
  // What gives the tokens up comes last, and neither is the step that comes next.
  expect(await page.locator(".step h3").last().textContent()).toBe("Revoke");
  expect(await page.locator("[aria-current=step] h3").allTextContents()).toEqual([
    "Call the API for the person",
  ]);
  await press(page, "Revoke the tokens");
  await page.getByText("The tokens are revoked").waitFor();
  await page.locator("#step-6 summary").first().click();
  await press(page, "Introspect again");
  await page.getByText("The token is not active").waitFor();
  await page.close();
});

it("the playground gives the emulator's own reason for a refusal", async () => {
  const page = await browser.newPage();
  await page.goto(sign.url);
  await press(page, "Start the flow");
  await press(page, "Continue as jack@example.com");
  await press(page, "Allow");
  await sign.clock.advance("2h");
  await press(page, "Exchange the code");
  await page
    .getByText("The code expired 1 h ago. Exchange the code as soon as it arrives at the callback.")
    .waitFor();
  await page.close();
});
