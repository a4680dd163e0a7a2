/** What an emulator adds to every page on its way out: navigation, accounts to sign in with, help for the developer. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { pathOf } from "../../http/target.js";
import { attributes, type Html, html } from "../../pages/html.js";
import { Page } from "../../pages/layout.js";
import type { World } from "../state/world.js";
import { accountButtons, type KnownLogin } from "./accounts.js";
import { emulatorStyles } from "./assets.js";
import { problemHelp, throttleHelp } from "./developer-help.js";

export interface Dress {
  readonly world: World;
  readonly logins: readonly KnownLogin[];
}

export function dressPages(server: FastifyInstance, dress: Dress): void {
  server.addHook("preSerialization", async (request, reply, payload) =>
    payload instanceof Page ? dressed(payload, dress, request, reply) : payload,
  );
}

async function dressed(
  page: Page,
  dress: Dress,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Page> {
  const { main, styles = [emulatorStyles] } = page.parts;
  const more = await additions(page, dress, request, reply);
  return page.with({ home: "/", beside: navigation(pathOf(request)), styles, main: [main, ...more] });
}

async function additions(
  page: Page,
  { world, logins }: Dress,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Html[]> {
  const { subject } = page.parts;
  if (subject?.kind === "problem") return [await problemHelp(world, request, reply)];
  if (subject?.kind !== "login") return [];
  if (reply.statusCode === 429) return [throttleHelp(subject.action, subject.csrf)];
  return logins.length > 0 ? [accountButtons(logins, subject)] : [];
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
