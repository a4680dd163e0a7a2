/** What an emulator adds to every page on its way out: navigation, and on the sign-in page the accounts it knows. */

import type { FastifyInstance } from "fastify";
import { pathOf } from "../../http/target.js";
import { attributes, type Html, html } from "../../pages/html.js";
import { Page } from "../../pages/layout.js";
import { accountButtons, type KnownLogin } from "./accounts.js";
import { emulatorStyles } from "./assets.js";

export interface Dress {
  readonly logins: readonly KnownLogin[];
}

export function dressPages(server: FastifyInstance, dress: Dress): void {
  server.addHook("preSerialization", async (request, _reply, payload) =>
    payload instanceof Page ? dressed(payload, pathOf(request), dress) : payload,
  );
}

function dressed(page: Page, path: string, { logins }: Dress): Page {
  const { subject, main, styles = [emulatorStyles] } = page.parts;
  const aside = subject?.kind === "login" && logins.length > 0 && accountButtons(logins, subject);
  return page.with({ home: "/", beside: navigation(path), styles, main: [main, aside] });
}

const places = [
  ["/", "Playground"],
  ["/_emulator", "Inspector"],
  ["/connected-apps", "Connected apps"],
] as const;

function navigation(path: string): Html {
  const link = ([href, label]: (typeof places)[number]) =>
    html`<li><a${attributes({ href, "aria-current": href === path ? "page" : undefined })}>${label}</a></li>`;
  return html`<nav class="nav" aria-label="Emulator"><ul>${places.map(link)}</ul></nav>`;
}
