import { describe, expect, it } from "vitest";
import { emulatorAssets, inspectorScript } from "../../src/emulator/pages/assets.js";
import { loginScript, stylesheet } from "../../src/pages/assets.js";
import { consentPage } from "../../src/pages/consent.js";
import { loginPage } from "../../src/pages/login.js";
import { examples, hostileTexts, pagesWith, scopes } from "./examples.js";

const pages = Object.entries({ ...examples, ...pagesWith("plain") });

const consent = {
  action: "/oauth/consent",
  csrf: "token",
  appName: "Demo app",
  ownerEmail: "jill@example.com",
  accountEmail: "jack@example.com",
  scopes: scopes,
  goesBackTo: "127.0.0.1:4010",
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

  it("holds no inline script, style or handler, and loads only assets of this server", () => {
    expect(page).not.toMatch(/ style=| on[a-z]+=|<style|<base|<iframe|<object/i);
    const known = [stylesheet, loginScript, ...emulatorAssets].map(({ path }) => path);
    expect(page).not.toMatch(/<script[^>]*>[^<]/);
    const loaded = [...page.matchAll(/<(?:script src|link rel="stylesheet" href)="([^"]*)"/g)];
    expect(loaded[0]?.[1]).toBe(stylesheet.path);
    for (const [, path] of loaded) expect(known).toContain(path);
    expect(page.match(/<(script|link)[ >]/g)?.length).toBe(loaded.length + 1);
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
    const page = loginPage({ action: "/login", csrf: "token" }).document();
    expect(page).toMatch(/<label for="email">/);
    expect(page).toMatch(/<input id="email" name="email" type="email" autocomplete="username" autofocus/);
    expect(page).toMatch(
      /<input id="password" name="password" type="password" autocomplete="current-password"/,
    );
  });

  it("announces what is wrong, ties it to both fields and puts the cursor where typing goes on", () => {
    const page = loginPage({
      action: "/login",
      csrf: "token",
      email: "jill@example.com",
      problem: "Wrong.",
      wrong: true,
    }).document();
    expect(page).toMatch(/id="problem" role="alert"/);
    expect(page.match(/aria-describedby="problem" aria-invalid="true"/g)).toHaveLength(2);
    expect(page).toMatch(/name="password"[^>]* autofocus/);
    expect(page.match(/autofocus/g)).toHaveLength(1);
  });

  it("calls no field wrong where the form has expired or was sent too often", () => {
    const page = loginPage({ action: "/login", csrf: "token", problem: "This form has expired." }).document();
    expect(page).toMatch(/id="problem" role="alert"/);
    expect(page).not.toContain("aria-invalid");
  });

  it("never fills a password in", () => {
    expect(examples.login).not.toMatch(/name="password"[^>]*value=/);
  });
});

describe("the consent page", () => {
  it("says which app asks, who runs it, who is signed in, what for, who is charged and where it leads", () => {
    const page = consentPage(consent).document();
    for (const text of ["Demo app", "jill@example.com", "jack@example.com", "127.0.0.1:4010"]) {
      expect(page).toContain(text);
    }
    for (const scope of scopes) expect(page).toContain(scope.title);
    expect(page.match(/charged to its owner/g)).toHaveLength(1);
    const paid = consentPage({ ...consent, scopes: [{ ...scopes[0], charged: "user" }] }).document();
    expect(paid).toContain("What the app does is charged to you.");
    const free = consentPage({ ...consent, scopes: [{ ...scopes[0], charged: undefined }] }).document();
    expect(free).not.toMatch(/charged/);
  });

  it("never cuts the domain of an address: it says whose the app is", () => {
    const domain = `@subdomain.of.a.very.long.domain.name.that.goes.on.${"x".repeat(60)}.example`;
    const page = consentPage({ ...consent, ownerEmail: `${"long".repeat(30)}${domain}` }).document();
    expect(page).toContain(`…${domain}`);
  });

  it("offers allow and deny in one form, and another account in a form of its own", () => {
    const page = consentPage(consent).document();
    expect(page).toMatch(/name="decision" value="allow"[\s\S]*name="decision" value="deny"/);
    expect(page).toContain('action="/oauth/switch"');
  });

  it("offers the way back alone to a person who may not allow the app, and says why", () => {
    const page = consentPage({
      ...consent,
      canAllow: false,
      notice: "Only its owner can authorize it.",
    }).document();
    expect(page).toContain("Only its owner can authorize it.");
    expect(page).not.toContain('value="allow"');
    expect(page.match(/name="decision" value="deny"/g)).toHaveLength(1);
  });
});

describe("the assets", () => {
  const assets = [stylesheet, loginScript, ...emulatorAssets];

  it("are addressed by their content", () => {
    for (const { path, hash } of assets)
      expect(path).toMatch(new RegExp(`^/assets/(style|script)-${hash}\\.(css|js)$`));
    expect(new Set(assets.map(({ path }) => path)).size).toBe(assets.length);
  });

  it("load nothing from elsewhere", () => {
    for (const { path, text } of assets) {
      expect(text, path).not.toMatch(
        /url\(|@import|https?:|eval|(inner|outer)HTML|insertAdjacentHTML|\bimport\b/,
      );
      // The inspector's own asks for one thing: the page it is on, for what is shown live.
      const asked = [...text.matchAll(/fetch\(([^,)]*)/g)].map(([, what]) => what);
      expect(asked, path).toEqual(path === inspectorScript.path ? ["location.href"] : []);
    }
  });

  it("take every font size from the one scale, and no large space from elsewhere", () => {
    for (const { path, text } of assets.filter(({ path: one }) => one.endsWith(".css"))) {
      const sizes = [...text.matchAll(/font-size: ([^;]+);/g)].map(([, size]) => size as string);
      expect(
        sizes.filter((size) => !/^(var\(--text-\w+\)|inherit|[\d.]+em)$/.test(size)),
        path,
      ).toEqual([]);
      const spaces = [...text.matchAll(/(?:margin|padding|gap)[\w-]*: ([^;]+);/g)].map(
        ([, space]) => space as string,
      );
      const own = spaces.flatMap((space) =>
        [...space.matchAll(/(?<![\w.])(\d*\.?\d+)rem/g)].map(([, n]) => Number(n)),
      );
      // Hairlines, the gutter of the list's dots, and the room above a card on a tall screen.
      expect(
        own.filter((space) => space >= 0.25 && space !== 2.25 && space !== 2 && space !== 3.5),
        path,
      ).toEqual([]);
    }
  });

  it("are balanced and without syntax errors", () => {
    for (const { path, text } of assets) {
      if (path.endsWith(".js")) expect(() => new Function(text), path).not.toThrow();
      else expect(text.match(/\{/g)?.length, path).toBe(text.match(/\}/g)?.length);
    }
  });
});
