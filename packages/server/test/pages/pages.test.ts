import { describe, expect, it } from "vitest";
import { inspectorScript } from "../../src/emulator/inspector/page/script.js";
import { consentPage } from "../../src/pages/consent.js";
import { loginPage } from "../../src/pages/login.js";
import { script } from "../../src/pages/script.js";
import { stylesheet } from "../../src/pages/stylesheet.js";
import { examples, hostileTexts, pagesWith, scopes } from "./examples.js";

const pages = Object.entries({ ...examples, ...pagesWith("plain") });

const consent = {
  action: "/oauth/consent",
  csrf: "token",
  appName: "Demo app",
  ownerEmail: "jill@example.com",
  accountEmail: "jack@example.com",
  scopes: scopes,
  callbackHost: "127.0.0.1:4010",
  switchAccountAction: "/oauth/switch",
  canAllow: true,
};

describe.each(pages)("the page %s", (_, page) => {
  it("is a document with a language, a title, one main part and one heading of the first level", () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page.match(/<title>[^<]+<\/title>/g)).toHaveLength(1);
    expect(page.match(/<main[ >]/g)).toHaveLength(1);
    expect(page.match(/<h1[ >]/g)).toHaveLength(1);
  });

  it("holds no inline script, style or handler, and loads its own two assets alone", () => {
    expect(page).not.toMatch(/ style=| on[a-z]+=|<style|<base|<iframe|<object/i);
    expect(page.match(/<script[^>]*>[^<]*<\/script>/g)).toEqual([
      `<script src="${script.path}" defer></script>`,
    ]);
    expect(page.match(/<link rel="stylesheet"[^>]*>/g)).toEqual([
      `<link rel="stylesheet" href="${stylesheet.path}">`,
    ]);
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\/(?!127\.0\.0\.1)/);
  });

  it("sends each form by POST with a CSRF token", () => {
    for (const form of page.match(/<form[\s\S]*?<\/form>/g) ?? []) {
      expect(form).toMatch(/^<form method="post" action="[^"]+"/);
      expect(form.match(/<input type="hidden" name="csrf" value="[^"]+">/g)).toHaveLength(1);
    }
  });
});

describe.each(hostileTexts.map((text) => [text.slice(0, 30), text]))("a page given %j", (_, text) => {
  it("shows it as text", () => {
    for (const [name, page] of Object.entries(pagesWith(text))) {
      if (/[<"']/.test(text)) expect(page, name).not.toContain(text);
      expect(page, name).not.toMatch(/<(img|iframe)|<svg\/|<script>/);
      expect(page, name).not.toContain("\0");
    }
  });
});

describe("the sign-in page", () => {
  it("names its fields email and password, for password managers too", () => {
    const page = loginPage({ action: "/login", csrf: "token" });
    expect(page).toMatch(/<label for="email">/);
    expect(page).toMatch(/<input id="email" name="email" type="email" autocomplete="username" autofocus/);
    expect(page).toMatch(
      /<input id="password" name="password" type="password" autocomplete="current-password"/,
    );
  });

  it("announces what is wrong, ties it to both fields and puts the cursor where typing goes on", () => {
    const page = loginPage({ action: "/login", csrf: "token", email: "jill@example.com", problem: "Wrong." });
    expect(page).toMatch(/id="problem" role="alert"/);
    expect(page.match(/aria-describedby="problem" aria-invalid="true"/g)).toHaveLength(2);
    expect(page).toMatch(/name="password"[^>]* autofocus/);
    expect(page.match(/autofocus/g)).toHaveLength(1);
  });

  it("never fills a password in, and shows demo accounts only when there are some", () => {
    expect(loginPage({ action: "/login", csrf: "t", demoLogins: [] })).not.toContain("Demo accounts");
    expect(examples.login).toContain("correct horse battery");
    expect(examples.login).not.toMatch(/name="password"[^>]*value=/);
  });
});

describe("the consent page", () => {
  it("says which app asks, who runs it, who is signed in, what for, who is charged and where it leads", () => {
    const page = consentPage(consent);
    for (const text of ["Demo app", "jill@example.com", "jack@example.com", "127.0.0.1:4010"]) {
      expect(page).toContain(text);
    }
    for (const scope of scopes) expect(page).toContain(scope.title);
    expect(page.match(/charged to the app’s owner/g)).toHaveLength(2);
    expect(consentPage({ ...consent, scopes: [{ ...scopes[0], charged: "user" }] })).toContain(
      "charged to you",
    );
  });

  it("offers allow and deny in one form, and another account in a form of its own", () => {
    const page = consentPage(consent);
    expect(page).toMatch(/name="decision" value="allow"[\s\S]*name="decision" value="deny"/);
    expect(page).toContain('action="/oauth/switch"');
  });

  it("offers the way back alone to a person who may not allow the app, and says why", () => {
    const page = consentPage({ ...consent, canAllow: false, notice: "Only its owner can authorize it." });
    expect(page).toContain("Only its owner can authorize it.");
    expect(page).not.toContain('value="allow"');
    expect(page.match(/name="decision" value="deny"/g)).toHaveLength(1);
  });
});

describe("the assets", () => {
  it("are addressed by their content", () => {
    expect(stylesheet.path).toBe(`/assets/style-${stylesheet.hash}.css`);
    expect(script.path).toBe(`/assets/script-${script.hash}.js`);
  });

  it("load nothing from elsewhere", () => {
    expect(stylesheet.text).not.toMatch(/url\(|@import|https?:/);
    expect(script.text).not.toMatch(/https?:|fetch|eval|innerHTML|import/);
    // The inspector's own asks for one thing: the page it is on, for what is shown live.
    expect(inspectorScript.text).not.toMatch(/https?:|eval|innerHTML|outerHTML|insertAdjacentHTML|import/);
    expect([...inspectorScript.text.matchAll(/fetch\(([^,)]*)/g)].map(([, what]) => what)).toEqual([
      "location.href",
    ]);
  });

  it("are balanced and without syntax errors", () => {
    expect(stylesheet.text.match(/\{/g)?.length).toBe(stylesheet.text.match(/\}/g)?.length);
    expect(() => new Function(script.text)).not.toThrow();
  });
});
