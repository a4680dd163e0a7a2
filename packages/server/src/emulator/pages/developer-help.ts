/** Help for the developer under the pages of the server: why a request was refused, and the action that mends it. */

import type { FastifyReply, FastifyRequest } from "fastify";
import { queryOf, queryParameters } from "../../http/target.js";
import { faultInCallbackUrl } from "../../oauth/authorize/redirect-uri.js";
import type { Parameters } from "../../oauth/parameters.js";
import { type Html, html } from "../../pages/html.js";
import { shownName } from "../../pages/names.js";
import { csrfField } from "../../pages/parts.js";
import type { App } from "../../storage/port/records.js";
import type { World } from "../state/world.js";
import { closest, marked } from "./difference.js";

const longestCallback = 2000;

/** Returns what to show under the page of a request that could not go on. */
export async function problemHelp(world: World, request: FastifyRequest, reply: FastifyReply): Promise<Html> {
  const number = world.recorder.draftOf(request)?.number;
  const parameters = queryParameters(request);
  const callback = await wrongCallback(world, parameters);
  const csrf = callback && world.context.csrf.token(request, reply);
  return html`<aside class="aside dev" aria-labelledby="dev-title"><h2 id="dev-title">For the app’s developer</h2>
${callback && comparison(callback)}
${!callback && (await unknownClient(world, parameters))}
<div class="buttons">${callback && csrf !== undefined && registration(callback, csrf, `/oauth/authorize?${queryOf(request)}`)}
<a class="button" href="${number === undefined ? "/_emulator" : `/_emulator?at=${number}`}">Open in the inspector</a></div></aside>`;
}

interface WrongCallback {
  readonly app: App;
  readonly sent: string;
}

async function wrongCallback(world: World, parameters: Parameters): Promise<WrongCallback | undefined> {
  const clientId = textOf(parameters, "client_id");
  const sent = textOf(parameters, "redirect_uri");
  const app = clientId === undefined ? undefined : await world.context.storage.findApp(clientId);
  if (app === undefined || sent === undefined || sent.length > longestCallback) return undefined;
  return app.callbackUrls.includes(sent) ? undefined : { app, sent };
}

function comparison({ app, sent }: WrongCallback): Html {
  const nearest = closest(sent, app.callbackUrls) ?? "";
  const [shownSent, shownRegistered] = marked(sent, nearest);
  const others = app.callbackUrls.length - 1;
  const fault = faultInCallbackUrl(sent);
  return html`<p class="small">The two are compared character by character.</p>
<dl class="compare"><div><dt>redirect_uri sent</dt><dd><code>${shownSent}</code></dd></div>
<div><dt>Registered for ${shownName(app.name)}${others > 0 && ` (the closest of ${others + 1})`}</dt><dd><code>${shownRegistered}</code></dd></div></dl>
${fault !== undefined && html`<p class="small">It cannot be registered: ${fault}.</p>`}`;
}

/** The button that makes the sent address a callback of the app, where it can be one. */
function registration({ app, sent }: WrongCallback, csrf: string, back: string): Html | undefined {
  if (faultInCallbackUrl(sent) !== undefined) return undefined;
  return html`<form method="post" action="/_emulator/inspector/callback-add">${csrfField(csrf)}<input type="hidden" name="client_id" value="${app.clientId}">
<input type="hidden" name="callback_url" value="${sent}"><input type="hidden" name="back" value="${back}"><button type="submit" class="primary">Register this callback</button></form>`;
}

const mostApps = 5;

async function unknownClient({ context }: World, parameters: Parameters): Promise<Html | undefined> {
  const clientId = textOf(parameters, "client_id");
  if (clientId === undefined || (await context.storage.findApp(clientId)) !== undefined) return undefined;
  const apps = await context.storage.listApps(mostApps);
  return html`<p class="small">No app here has this client_id. These exist:</p>
<ul class="small">${apps.map((app) => html`<li>${shownName(app.name)} <code>${app.clientId}</code></li>`)}</ul>`;
}

/** Returns the way out of too many failed sign-ins: the emulator's clock can go past them. */
export function throttleHelp(action: string, csrf: string): Html {
  const back = action.replace("/login", "");
  return html`<aside class="aside dev" aria-labelledby="throttle-title"><h2 id="throttle-title">This is an emulator: no need to wait</h2>
<form method="post" action="/_emulator/inspector/clock">${csrfField(csrf)}<input type="hidden" name="advance" value="16m"><input type="hidden" name="back" value="${back}">
<p class="muted small">The limit looks at the emulator’s clock, which you can move.</p>
<div class="buttons"><button type="submit">Move the clock forward 16 minutes</button></div></form></aside>`;
}

function textOf(parameters: Parameters, name: string): string | undefined {
  try {
    return parameters.optional(name);
  } catch {
    return undefined;
  }
}
