/** The inspector: what happened and what there is, for a person in a browser; and its forms. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { readParameters } from "../../http/body.js";
import { sendPage } from "../../http/page.js";
import { queryParameters } from "../../http/target.js";
import type { Parameters } from "../../oauth/parameters.js";
import * as acts from "../control/acts.js";
import { faultKeys, readFault } from "../control/faults.js";
import { ControlFault, Fields } from "../control/fields.js";
import { familyKeys } from "../control/find.js";
import type { World } from "../state/world.js";
import { buildView } from "./build-view.js";
import { inspectorPage } from "./page/page.js";

type Act = (world: World, form: Parameters) => Promise<unknown> | unknown;

export function inspectorRoutes(server: FastifyInstance, world: World): void {
  server.get("/_emulator", (request, reply) => show(world, request, reply));
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
    const flags = Object.entries(values).map(([key, value]) => [key, value === "true" ? true : value]);
    return acts.moveClock(world, new Fields(Object.fromEntries(flags), acts.clockKeys));
  },
  fault: (world, form) => world.faults.add(readFault(new Fields(orderOf(form), faultKeys))),
  "fault-remove": (world, form) => world.faults.remove(form.required("id")),
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
  confirm: (world, form) => acts.confirmByLink(world, form.required("account"), undefined),
};

function approve(world: World, form: Parameters, approved: boolean): Promise<unknown> {
  return acts.changeApp(world, form.required("client_id"), new Fields({ approved }, acts.appKeys));
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

async function show(
  world: World,
  request: FastifyRequest,
  reply: FastifyReply,
  problem?: string,
  status = 200,
): Promise<FastifyReply> {
  const filter = queryParameters(request).optional("show") === "refused" ? "refused" : "all";
  const csrf = world.context.csrf.token(request, reply);
  return sendPage(reply, inspectorPage(await buildView(world, { csrf, filter, problem })), status);
}

async function obey(
  world: World,
  act: Act,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const form = await readParameters(request);
  if (!world.context.csrf.verify(request, form.optional("csrf")))
    return show(world, request, reply, "This form has expired. Nothing was changed; please try again.", 403);
  try {
    await act(world, form);
  } catch (error) {
    if (!(error instanceof ControlFault)) throw error;
    return show(world, request, reply, error.message, error.status);
  }
  return reply.redirect("/_emulator", 303);
}
