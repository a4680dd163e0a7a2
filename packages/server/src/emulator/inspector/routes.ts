/** The inspector: what happened and what there is, for a person in a browser; and its forms. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { readParameters } from "../../http/body.js";
import { sendJson } from "../../http/json.js";
import { sendPage } from "../../http/page.js";
import { queryOf } from "../../http/target.js";
import type { Parameters } from "../../oauth/parameters.js";
import { html } from "../../pages/html.js";
import { Page } from "../../pages/layout.js";
import * as documentActs from "../api/control.js";
import { actOnDraft, draftActKeys } from "../api/drafts/control.js";
import { addCallback } from "../connect/connect.js";
import * as acts from "../control/acts.js";
import { faultKeys, readFault } from "../control/faults.js";
import { ControlFault, Fields } from "../control/fields.js";
import { familyKeys } from "../control/find.js";
import type { World } from "../state/world.js";
import { buildView } from "./build-view.js";
import { harOf } from "./har.js";
import { inspectorPage } from "./page/page.js";
import { type Asked, addressOf, tabs } from "./page/view.js";

type Act = (world: World, form: Parameters) => Promise<unknown> | unknown;

export function inspectorRoutes(server: FastifyInstance, world: World): void {
  server.get("/_emulator", (request, reply) =>
    show(world, request, reply, askedOf(new URLSearchParams(queryOf(request)))),
  );
  server.get("/_emulator/inspector/requests.har", async (_request, reply) =>
    sendJson(
      reply.header("content-disposition", 'attachment; filename="countersign.har"'),
      harOf(world.log, world.context.issuer()),
    ),
  );
  for (const [name, act] of Object.entries(forms)) {
    server.post(`/_emulator/inspector/${name}`, (request, reply) => obey(world, act, request, reply));
  }
}

const given = (form: Parameters, keys: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    keys.flatMap((key) => {
      const value = form.optional(key);
      return value === undefined ? [] : [[key, value]];
    }),
  );

const fieldsOf = (form: Parameters, keys: readonly string[]) => new Fields(given(form, keys), keys);

const pair = ["account", "client_id"] as const;

const forms: Readonly<Record<string, Act>> = {
  clock: (world, form) => {
    const values = given(form, acts.clockKeys);
    const flags = Object.entries(values).map(([key, value]) => [
      key,
      value === "true" ? true : key === "set" ? inUtc(value) : value,
    ]);
    return acts.moveClock(world, new Fields(Object.fromEntries(flags), acts.clockKeys));
  },
  fault: (world, form) => world.faults.add(readFault(new Fields(orderOf(form), faultKeys))),
  "fault-remove": (world, form) => world.faults.remove(form.required("id")),
  "callback-add": async ({ context }, form) => {
    const fault = await addCallback(context, form.required("client_id"), form.required("callback_url"));
    if (fault !== undefined) throw new ControlFault(fault, "callback_url");
  },
  callbacks: (world, form) => {
    const urls = form
      .required("callback_urls")
      .split(/\s+/)
      .filter((line) => line !== "");
    return acts.changeApp(
      world,
      form.required("client_id"),
      new Fields({ callback_urls: urls }, acts.appKeys),
    );
  },
  reset: (world) => world.reset(),
  expire: (world, form) => acts.expireTokens(world, fieldsOf(form, familyKeys)),
  revoke: (world, form) => acts.revokeTokens(world, fieldsOf(form, familyKeys)),
  "revoke-grant": (world, form) => acts.revokeGrant(world, fieldsOf(form, pair)),
  approve: (world, form) => approve(world, form, true),
  disapprove: (world, form) => approve(world, form, false),
  lock: (world, form) =>
    acts.changeAccount(world, form.required("account"), new Fields({ locked: true }, ["locked"])),
  unlock: (world, form) =>
    acts.changeAccount(world, form.required("account"), new Fields({ locked: false }, ["locked"])),
  document: (world, form) => {
    const fields = fieldsOf(form, documentActs.actKeys);
    return documentActs.actOnRequest(world, form.required("id"), fields);
  },
  draft: (world, form) => actOnDraft(world, form.required("id"), draftFields(form)),
  signing: (world, form) => documentActs.changeSigning(world, fieldsOf(form, documentActs.signingKeys)),
  confirm: (world, form) => acts.confirmByLink(world, form.required("account"), undefined),
};

function approve(world: World, form: Parameters, approved: boolean): Promise<unknown> {
  return acts.changeApp(world, form.required("client_id"), new Fields({ approved }, acts.appKeys));
}

/** The page has a field each for name and address of a signer. */
function draftFields(form: Parameters): Fields {
  const signers = [];
  for (let name = form.optional("name-0"); name !== undefined; name = form.optional(`name-${signers.length}`))
    signers.push({ name, email_address: form.optional(`email-${signers.length}`) });
  return new Fields({ ...given(form, ["act", "requester"]), signers }, draftActKeys);
}

/** A browser's field for a time names no zone; the inspector's is UTC. */
function inUtc(value: string): string {
  return /^\d{4}-\d{2}-\d{2}T[\d:.]+$/.test(value) ? `${value}Z` : value;
}

/** The form's choices that are more than a kind. */
const choices: Readonly<Record<string, object>> = {
  error: { kind: "error", status: 500 },
  unavailable: { kind: "error", status: 503 },
  slow: { kind: "delay", delay: "10s" },
};

function orderOf(form: Parameters): Record<string, unknown> {
  const kind = form.required("kind");
  const count = form.optional("count") ?? "1";
  return { ...given(form, ["operation"]), ...(choices[kind] ?? { kind }), count };
}

function askedOf(parameters: URLSearchParams): Asked {
  const whole = (name: string) => {
    const value = parameters.get(name) ?? "";
    return /^\d{1,9}$/.test(value) ? Number(value) : undefined;
  };
  return {
    tab: tabs.find((tab) => tab === parameters.get("tab")) ?? "requests",
    show: parameters.get("show") === "refused" ? "refused" : "all",
    search: (parameters.get("q") ?? "").slice(0, 200),
    story: parameters.get("story")?.slice(0, 60) ?? undefined,
    page: Math.max(1, whole("page") ?? 1),
    at: whole("at"),
  };
}

async function show(
  world: World,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: Asked,
  problem?: string,
  status = 200,
): Promise<FastifyReply> {
  const csrf = world.context.csrf.token(request, reply);
  return sendPage(reply, inspectorPage(await buildView(world, asked, { csrf, problem })), status);
}

async function obey(
  world: World,
  act: Act,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const form = await readParameters(request);
  const back = form.optional("back") ?? "";
  const asked = askedOf(
    new URLSearchParams(back.startsWith("/_emulator?") ? back.slice(back.indexOf("?")) : ""),
  );
  const again = (problem: string, status: number) => show(world, request, reply, asked, problem, status);
  if (!world.context.csrf.verify(request, form.optional("csrf")))
    return again("This form has expired. Nothing was changed; please try again.", 403);
  try {
    await act(world, form);
  } catch (error) {
    if (!(error instanceof ControlFault)) throw error;
    return again(error.message, error.status);
  }
  return isOfServer.test(back) ? sendPage(reply, donePage(back)) : reply.redirect(addressOf(asked), 303);
}

/** Pages of the server that a form may have been on. A link leads back: what comes next may leave this server. */
const isOfServer = /^\/(oauth\/authorize\?|connected-apps$)/;

function donePage(back: string): Page {
  return new Page({
    title: "Done",
    width: "card",
    main: html`<section class="card"><h1>Done</h1>
<p>The emulator was changed. You can carry on where you left off.</p>
<p><a class="button primary" href="${back}">Continue</a></p></section>`,
  });
}
