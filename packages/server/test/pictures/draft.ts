/** An unclaimed draft, and the person who opens its address and sends it. */

import type { Page } from "playwright-core";
import { demoApiKey } from "../../src/emulator/seed/demo.js";
import type { SignEmulator } from "../../src/testing/index.js";

export async function openDraft(page: Page, sign: SignEmulator): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${demoApiKey}:`).toString("base64")}`;
  const answer = await fetch(`${sign.url}/v3/unclaimed_draft/create`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify({
      type: "request_signature",
      title: "Lease of the flat in Bridge Street",
      file_urls: ["https://example.com/lease.pdf", "https://example.com/house-rules.pdf"],
      test_mode: true,
    }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  const { unclaimed_draft: draft } = (await answer.json()) as { unclaimed_draft: { claim_url: string } };
  await page.goto(draft.claim_url);
}

/** @param requester the address of whoever sends it. */
export async function sendDraft(page: Page, sign: SignEmulator, requester: string): Promise<void> {
  await openDraft(page, sign);
  await page.locator("[name=requester]").fill(requester);
  await page.locator("[name=name-0]").fill("Alex Rider");
  await page.locator("[name=email-0]").fill("alex@example.com");
  await page.getByRole("button", { name: "Send", exact: true }).click();
}
