import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEmulator } from "../../src/testing/index.js";
import { launchBrowser } from "../support/browser.js";
import { type Demo, startDemo } from "./demo.js";

let browser: Browser;
let demo: Demo;
beforeAll(async () => {
  [browser, demo] = await Promise.all([launchBrowser(), startDemo()]);
});
afterAll(async () => {
  await browser?.close();
  await demo?.server.close();
});

describe.each([true, false])("in a real browser, with JavaScript: %s", (javaScriptEnabled) => {
  it("the playground leads through all five steps", async () => {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
    await page.goto(demo.base);
    for (const name of ["Start the flow", "Exchange the code", "Get the account", "Refresh the token"]) {
      await press(name);
    }
    await page.getByText("A new access token, good for 1 day").waitFor();
    expect(page.url()).toBe(`${demo.base}/#step-5`);
    await page.locator("#step-2 summary").first().click();
    await press("Try a forged state");
    await page.getByText("Refused: the state is not the one the app sent").waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("code is shown in the language that is chosen", async () => {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    await page.goto(demo.base);
    await page.getByRole("button", { name: "Start the flow" }).click();
    const step = page.locator("#step-3");
    await step.getByText("curl -sS").waitFor();
    await step.getByText("Ruby", { exact: true }).click();
    await step.getByText("Dropbox::Sign.configure").waitFor();
    await step.getByText("curl -sS").waitFor({ state: "hidden" });
    await context.close();
  });
});

describe("without JavaScript", () => {
  it("goes on after the account: a request is sent, signed by the other account, downloaded and told", async () => {
    await using sign = await startEmulator();
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
    await page.goto(sign.url);
    await press("Start the flow");
    await page.getByRole("button", { name: /jill@example.com/ }).click();
    for (const name of ["Allow", "Exchange the code", "Get the account", "Send a request"]) await press(name);
    await press("Open the signer’s page");
    await page.getByText("jack@example.com").first().waitFor();
    await page.getByLabel("Type your name to sign").fill("Jack");
    await press("Sign");
    await page.getByRole("link", { name: "Continue" }).click();
    expect(page.url()).toBe(`${sign.url}/#step-8`);
    await press("Ask for the file");
    const address = await page.getByRole("link", { name: "Open the file" }).getAttribute("href");
    const file = await fetch(address ?? "");
    expect([file.status, file.headers.get("content-type")]).toEqual([200, "application/pdf"]);
    const told = await page.locator("#step-9").textContent();
    for (const type of ["sent", "viewed", "signed", "all_signed", "downloadable"])
      expect(told).toContain(`signature_request_${type}`);
    await context.close();
  });
});

describe("with JavaScript", () => {
  it("code can be copied, and the language is remembered", async () => {
    const context = await browser.newContext();
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = await context.newPage();
    await page.goto(demo.base);
    await page.getByRole("button", { name: "Start the flow" }).click();
    await page.locator("#step-3").getByText("Python", { exact: true }).click();
    await page.getByRole("button", { name: "Copy the Python code" }).click();
    await page.getByRole("status").getByText("Copied").waitFor({ state: "attached" });
    expect(await page.evaluate("navigator.clipboard.readText()")).toMatch(/^import requests\n/);
    await page.reload();
    await page.locator("#step-3").getByText("import requests").waitFor();
    await context.close();
  });
});
