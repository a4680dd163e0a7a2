/** Every page with a plausible view, or with one hostile text in every place that takes a text. */

import { confirmedPage, confirmPage } from "../../src/emulator/account-api/confirm-page.js";
import { playgroundPage } from "../../src/emulator/playground/page/page.js";
import type { CallStepView, Language } from "../../src/emulator/playground/page/view.js";
import { connectedAppsPage } from "../../src/pages/connected-apps.js";
import { consentPage } from "../../src/pages/consent.js";
import { deviceAnsweredPage, devicePage } from "../../src/pages/device.js";
import { homePage, signedOutPage } from "../../src/pages/home.js";
import type { Page } from "../../src/pages/layout.js";
import { loginPage } from "../../src/pages/login.js";
import { problemPage } from "../../src/pages/problem.js";

const csrf = "0f6b2f1c";
const jill = { email: "jill@example.com" };
const jack = { email: "jack@example.com" };

export const scopes = [
  {
    name: "basic_account_info",
    title: "See who you are",
    description: "Your name and the email address of your account.",
    charged: "app_owner",
  },
  {
    name: "request_signature",
    title: "Send signature requests for you",
    description: "Send documents out to be signed, see their state, and download them when they are done.",
    charged: "app_owner",
  },
] as const;

const consent = {
  action: "/oauth/consent",
  csrf,
  appName: "Demo app",
  ownerEmail: jill.email,
  accountEmail: jack.email,
  scopes: scopes,
  goesBackTo: "127.0.0.1:4010",
  switchAccountAction: "/oauth/switch",
  canAllow: true,
};

const app = {
  name: "Demo app",
  runBy: jill.email,
  scopes: ["See who you are", "Send signature requests for you"],
  since: "on 3 May 2026",
  revokeAction: "/apps/1/revoke",
};

const shown: Readonly<Record<string, Page>> = {
  login: loginPage({ action: "/login", csrf, appName: "Demo app" }),
  "login-refused": loginPage({
    action: "/login",
    csrf,
    email: jill.email,
    problem: "The email address or the password is wrong. Check both and try again.",
  }),
  consent: consentPage(consent),
  "consent-many": consentPage({
    ...consent,
    appName: "A contract workspace with a name that needs a second line",
    notice: "This app is not approved yet. You may authorize it because you own it.",
    scopes: [...scopes, ...scopes].map((scope) => ({ ...scope, charged: "user" as const })),
  }),
  "consent-barred": consentPage({
    ...consent,
    canAllow: false,
    notice: "The app has not been approved, so only its owner can authorize it for now.",
  }),
  problem: problemPage({
    status: 400,
    title: "This link leads to the wrong place",
    what: "The app asked to send you to an address that it has not registered. To protect your account, you were not sent there.",
    todo: "Go back to the app and try again. If it happens again, tell the people who run it.",
    details: [
      ["client_id", "cc91c61d00f8bb2ece1428035716b"],
      ["redirect_uri", "https://example.net/callback?with=a-long-query-that-goes-on-and-on"],
    ],
    reference: "req-7f3a91c2",
  }),
  home: homePage({
    name: "sign.example.com",
    links: [
      {
        href: "/.well-known/oauth-authorization-server",
        label: "Server metadata",
        description: "Endpoints and abilities, for OAuth clients (RFC 8414).",
      },
      { href: "/apps", label: "Connected apps", description: "See and take back what you allowed." },
    ],
  }),
  "connected-apps": connectedAppsPage({
    accountEmail: jack.email,
    csrf,
    apps: [app, { ...app, name: "Contract workspace", revokeAction: "/apps/2/revoke" }],
    signOutAction: "/logout",
    notice: "Access of “Old app” was taken back.",
  }),
  "connected-none": connectedAppsPage({ accountEmail: jack.email, csrf, apps: [], signOutAction: "/logout" }),
  "signed-out": signedOutPage({ signInHref: "/login" }),
};

function documentsOf(pages: Readonly<Record<string, Page>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(pages).map(([name, page]) => [name, page.document()]));
}

export const examples = documentsOf(shown);

/** Every page with the given text wherever a text may come from outside. */
export function pagesWith(text: string): Readonly<Record<string, string>> {
  return documentsOf(hostilePages(text));
}

function hostilePages(text: string): Readonly<Record<string, Page>> {
  const scope = { name: text, title: text, description: text, charged: "user" as const };
  const hostileConsent = {
    action: text,
    csrf: text,
    appName: text,
    ownerEmail: text,
    accountEmail: text,
    scopes: [scope],
    goesBackTo: text,
    switchAccountAction: text,
    notice: text,
  };
  const connected = { name: text, runBy: text, scopes: [text], since: text, revokeAction: text };
  return {
    login: loginPage({
      action: text,
      csrf: text,
      appName: text,
      email: text,
      problem: text,
    }),
    consent: consentPage({ ...hostileConsent, canAllow: true }),
    "consent-barred": consentPage({ ...hostileConsent, canAllow: false }),
    "consent-device": consentPage({ ...hostileConsent, userCode: text, canAllow: true }),
    device: devicePage({
      action: text,
      switchAccountAction: text,
      csrf: text,
      accountEmail: text,
      typedCode: text,
      problem: text,
    }),
    "device-connected": deviceAnsweredPage({ appName: text, allowed: true }),
    "device-refused": deviceAnsweredPage({ appName: text, allowed: false }),
    confirm: confirmPage({ action: text, csrf: text, email: text, shortestPassword: 8, problem: text }),
    confirmed: confirmedPage({ email: text }),
    problem: problemPage({
      status: 400,
      title: text,
      what: text,
      todo: text,
      details: [[text, text]],
      reference: text,
      link: { href: text, label: text },
    }),
    home: homePage({ name: text, links: [{ href: text, label: text, description: text }] }),
    "connected-apps": connectedAppsPage({
      accountEmail: text,
      csrf: text,
      apps: [connected],
      signOutAction: text,
      notice: text,
    }),
    "signed-out": signedOutPage({ signInHref: text }),
    playground: playgroundWith(text),
  };
}

const languages: readonly Language[] = ["curl", "typescript", "ruby", "python"];

function playgroundWith(text: string): Page {
  const told = { tone: "bad", verdict: text, explanation: text } as const;
  const parameter = { name: text, value: text, meaning: text };
  const samples = languages.map((language) => ({ language, code: text, note: text }));
  const call = { ...told, request: text, response: text, status: text, milliseconds: 1 };
  const connectable = { name: text, clientId: text, clientSecret: text, callbackUrls: [text, text] };
  const callStep: CallStepView = { status: "failed", made: 2, calls: [call, call], samples };
  return playgroundPage({
    revokeStep: 11,
    csrf: text,
    app: { name: text },
    features: { pkce: true, rotation: true, introspect: true, revoke: true, metadata: true },
    foreignCode: true,
    connect: {
      csrf: text,
      baseUrl: text,
      apps: [connectable, { ...connectable, clientId: `${text}2` }],
      app: connectable,
      typed: text,
      problem: text,
      saved: true,
    },
    baseUrl: text,
    profileName: text,
    logins: [{ email: text, password: text }],
    betterAddress: text,
    start: { status: "done", address: text, parameters: [parameter], samples },
    callback: {
      status: "failed",
      arrivals: [{ ...told, received: [parameter], expectedState: text, receivedState: text }],
      samples,
    },
    exchange: callStep,
    account: callStep,
    refresh: callStep,
    introspect: callStep,
    revoke: callStep,
    documents: {
      first: 8,
      send: callStep,
      signer: text,
      sign: "open",
      download: callStep,
      fileUrl: `http://127.0.0.1/?${encodeURIComponent(text)}`,
      events: [{ type: text, state: text }],
      newestEvent: JSON.stringify({ text }),
      request: text,
    },
  });
}

/** Texts that an attacker, or a person with an unusual name, may bring. */
export const hostileTexts: readonly string[] = [
  "<script>alert(1)</script>",
  "</title></head><img src=x onerror=alert(1)>",
  `" onfocus="alert(1)" autofocus="`,
  `' onmouseover='alert(1)`,
  "`--><svg/onload=alert(1)>",
  "javascript:alert(1)",
  "&lt;script&gt; &amp;quot; &#0;",
  "\u202egnp.exe\u2066 \u200f\u0000\u0007",
  "שלום עולם — مرحبا",
  "👩‍⚖️🖋️ 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
  "#{alert(1)} {{alert(1)}} <%= 1 %>",
  "A".repeat(5000),
  "word ".repeat(1000),
];
