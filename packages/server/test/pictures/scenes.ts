/** Every page in a state that shows what it is for. The pictures are taken of these, and tests look at them too. */

import type { Page } from "playwright-core";
import { demoApiKey } from "../../src/emulator/seed/demo.js";
import type { SignEmulator, StartOptions } from "../../src/testing/index.js";
import { askForDevice, deviceSeed, signInAtDevicePage, typeCode } from "./device.js";
import { openDraft, sendDraft } from "./draft.js";
import type { PageName } from "./list.js";
import { morning } from "./morning.js";

export type Scene = (page: Page, sign: SignEmulator) => Promise<void>;

/** What the emulator of a page starts with. */
export function optionsOf(page: PageName): StartOptions {
  const clock = "2026-05-01T09:30:00Z";
  if (page === "open-consent") return { clock, profile: "standard", seed: openSeed };
  if (page.startsWith("device-")) return { clock, profile: "standard", seed: deviceSeed };
  return { clock, profile: page === "standard" ? "standard" : "dropbox-sign" };
}

const openSeed = {
  profile: "standard" as const,
  apps: [],
  accounts: ["jill", "jack"].map((name) => ({
    email: `${name}@example.com`,
    password: "correct horse battery",
  })),
  open_clients: {
    accept: ["register"],
    scopes: ["notes.read", "notes.write"],
    scope_texts: { "notes.read": "Read your notes", "notes.write": "Write and delete your notes" },
    resources: ["https://mcp.example.com/mcp"],
  },
};

const ofOwner = { authorization: `Basic ${Buffer.from(`${demoApiKey}:`).toString("base64")}` };

async function asOwner(sign: SignEmulator, method: string, path: string, body: object): Promise<void> {
  const headers = { ...ofOwner, "content-type": "application/json" };
  const answer = await fetch(`${sign.url}${path}`, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
}

async function post(sign: SignEmulator, path: string, body: object): Promise<Record<string, string>> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${sign.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as Record<string, string>;
}

async function sendLease(sign: SignEmulator): Promise<void> {
  const body = new FormData();
  for (const [name, value] of Object.entries({
    title: "Lease of the flat in Bridge Street",
    message: "Please sign before Friday. Call me if anything is unclear.",
    test_mode: "1",
    "signers[0][name]": "Alex Rider",
    "signers[0][email_address]": "alex@example.com",
    allow_decline: "1",
    allow_reassign: "1",
  }))
    body.set(name, value);
  body.set("files[0]", new Blob(["The lease."], { type: "text/plain" }), "lease.txt");
  const url = `${sign.url}/v3/signature_request/send`;
  const sent = await fetch(url, { method: "POST", headers: ofOwner, body });
  if (!sent.ok) throw new Error(await sent.text());
  await sign.clock.advance("1m");
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

export const scenes: Readonly<Record<PageName, Scene>> = {
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
    await sendLease(sign);
    const [letter] = await sign.outbox.emails();
    await page.goto(letter?.link ?? "about:blank");
  },
  "sign-refused": async (page, sign) => {
    const field = { document_index: 0, signer: "0", required: true };
    await asOwner(sign, "POST", "/v3/signature_request/send", {
      title: "Lease of the flat in Bridge Street",
      file_urls: ["https://example.com/lease.pdf"],
      signers: [{ name: "Alex Rider", email_address: "alex@example.com", pin: "1234" }],
      form_fields_per_document: [
        { ...field, api_id: "town", name: "Where you live now", type: "text" },
        { ...field, api_id: "rules", name: "I have read the house rules", type: "checkbox" },
      ],
    });
    await sign.clock.advance("1m");
    const [letter] = await sign.outbox.emails();
    await page.goto(letter?.link ?? "about:blank");
    await page.getByLabel("Where you live now").fill("Oxford");
    await page.getByLabel("I have read the house rules").check();
    await page.getByLabel("PIN").fill("4321");
    await page.getByLabel("Type your name to sign").fill("Alex Rider");
    await press(page, "Sign");
  },
  "team-join": async (page, sign) => {
    await asOwner(sign, "POST", "/v3/team/create", { name: "Letting agency" });
    await asOwner(sign, "PUT", "/v3/team/add_member", { email_address: "jack@example.com" });
    const [letter] = await sign.outbox.emails();
    await page.goto(letter?.link ?? "about:blank");
  },
  documents: async (page, sign) => {
    await flow(page, sign);
    for (const name of ["Send a request", "Open the signer’s page"]) await press(page, name);
    await page.getByLabel("Type your name to sign").fill("Jack");
    await press(page, "Sign");
    await page.getByRole("link", { name: "Continue" }).click();
    await press(page, "Ask for the file");
    await page.getByRole("link", { name: "Open the file" }).waitFor();
  },
  "inspector-documents": at("/_emulator?tab=documents", sendLease),
  "inspector-document": async (page, sign) => {
    await sendLease(sign);
    await page.goto(`${sign.url}/_emulator?tab=documents`);
    await page.locator(".ins-rows a").first().click();
  },
  "open-consent": async (page, sign) => {
    const client = await post(sign, "/oauth/register", {
      client_name: "Notebook",
      redirect_uris: ["http://127.0.0.1:33418/callback"],
      token_endpoint_auth_method: "none",
    });
    const query = new URLSearchParams({
      response_type: "code",
      client_id: client.client_id ?? "",
      redirect_uri: "http://127.0.0.1:33418/callback",
      scope: "notes.read notes.write",
      resource: "https://mcp.example.com/mcp",
      code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
      code_challenge_method: "S256",
    });
    await page.goto(`${sign.url}/oauth/authorize?${query}`);
    await press(page, "Continue as jack@example.com");
  },
  draft: openDraft,
  "draft-refused": (page, sign) => sendDraft(page, sign, "nobody@example.com"),
  "draft-sent": (page, sign) => sendDraft(page, sign, "jack@example.com"),
  "device-code": signInAtDevicePage,
  "device-wrong-code": async (page, sign) => {
    await signInAtDevicePage(page, sign);
    await typeCode(page, "BCDF-GHJK");
  },
  "device-consent": askForDevice,
  "device-connected": async (page, sign) => {
    await askForDevice(page, sign);
    await press(page, "Allow");
  },
  standard: async (page, sign) => {
    await flow(page, sign);
    await press(page, "Introspect");
  },
};
