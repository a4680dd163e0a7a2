/** A television that shows a code, and the person who types it (RFC 8628 §3.3). */

import type { Page } from "playwright-core";
import type { SignEmulator } from "../../src/testing/index.js";

export const deviceSeed = {
  profile: "standard" as const,
  accounts: ["jill", "jack"].map((name) => ({
    email: `${name}@example.com`,
    password: "correct horse battery",
  })),
  apps: [
    {
      name: "Signing desk",
      owner: "jill@example.com",
      client_id: "signing-desk",
      public: true,
      grant_types: ["device_code" as const],
      oauth: {
        scopes: ["desk.read", "desk.sign"],
        scope_texts: { "desk.read": "Read your documents", "desk.sign": "Ask others to sign for you" },
      },
    },
  ],
};

/** The code on the device's screen. */
async function codeOfDevice(sign: SignEmulator): Promise<string> {
  const body = new URLSearchParams({ client_id: "signing-desk" });
  const answer = await fetch(`${sign.url}/oauth/device_authorization`, { method: "POST", body });
  if (!answer.ok) throw new Error(await answer.text());
  const { user_code: code } = (await answer.json()) as { user_code: string };
  return code;
}

export async function signInAtDevicePage(page: Page, sign: SignEmulator): Promise<void> {
  await page.goto(`${sign.url}/device`);
  await page.getByRole("button", { name: "Continue as jack@example.com" }).click();
}

export async function typeCode(page: Page, code: string): Promise<void> {
  await page.getByLabel("Code").fill(code);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
}

/** Up to the question whether the device may have access. */
export async function askForDevice(page: Page, sign: SignEmulator): Promise<void> {
  await signInAtDevicePage(page, sign);
  await typeCode(page, await codeOfDevice(sign));
}
