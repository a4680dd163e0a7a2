/** Connecting an app of the developer's own: what it must know, and where it wants to be called back. */

import type { HttpContext } from "../../http/context.js";
import { faultInCallbackUrl } from "../../oauth/authorize/redirect-uri.js";
import { unsealSecret } from "../../oauth/client/authentication.js";
import type { App } from "../../storage/port/records.js";
import { applySeed } from "../seed/apply.js";
import { demoClient, playgroundApp, playgroundCallbackPath, playgroundClient } from "../seed/demo.js";

export interface ConnectableApp {
  readonly name: string;
  readonly clientId: string;
  /** Undefined for a public app, which has none. */
  readonly clientSecret: string | undefined;
  readonly callbackUrls: readonly string[];
}

/** Most apps to choose from. */
const mostApps = 50;
/** Most callback URLs that a form may add up to. */
const mostCallbackUrls = 20;

/** Returns the apps a developer may use as their own: all but the one that the playground keeps to itself. */
export async function connectableApps(context: HttpContext): Promise<ConnectableApp[]> {
  const apps = await context.storage.listApps(mostApps);
  return apps
    .filter(({ clientId }) => clientId !== playgroundClient.clientId)
    .map((app) => connectable(context, app));
}

function connectable(context: HttpContext, app: App): ConnectableApp {
  const newest = app.secrets[0];
  const { name, clientId, callbackUrls } = app;
  return {
    name,
    clientId,
    clientSecret: newest && unsealSecret(context.ring, clientId, newest),
    callbackUrls,
  };
}

/**
 * Registers a callback URL beside those that the app's requests name. The playground's goes: an app with a single
 * callback need not name it. Returns what is wrong with the URL, or undefined.
 */
export function addCallback(
  context: HttpContext,
  clientId: string,
  url: string,
): Promise<string | undefined> {
  return register(context, clientId, url, (others) => others);
}

/** The same, in the place of the only one there is: a mistyped one that stayed would have to be told from it. */
export function setCallback(
  context: HttpContext,
  clientId: string,
  url: string,
): Promise<string | undefined> {
  return register(context, clientId, url, (others) => (others.length === 1 ? [] : others));
}

async function register(
  context: HttpContext,
  clientId: string,
  url: string,
  keep: (others: readonly string[]) => readonly string[],
): Promise<string | undefined> {
  const app = await context.storage.findApp(clientId);
  if (app === undefined) return "There is no such app any more. Reload the page.";
  const fault = url === "" ? "enter the address that your app listens on" : faultInCallbackUrl(url);
  if (fault !== undefined) return `This cannot be a callback: ${fault}.`;
  const others = keep(app.callbackUrls.filter((one) => one !== url && !isPlaygrounds(one)));
  if (others.length >= mostCallbackUrls) return `An app has at most ${mostCallbackUrls} callbacks here.`;
  await context.storage.updateApp(clientId, { callbackUrls: [...others, url] }, context.now());
  return undefined;
}

const isPlaygrounds = (url: string) => URL.canParse(url) && new URL(url).pathname === playgroundCallbackPath;

export interface Player {
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly callbackUrl: string;
  /** Whether the app has other callbacks too, so that a request must say which it means. */
  readonly namesCallback: boolean;
}

/** Returns the app that the playground plays: the demo app, until its callback is the developer's own. */
export async function playerOf(context: HttpContext): Promise<Player> {
  for (const client of [demoClient, playgroundClient]) {
    const app = await context.storage.findApp(client.clientId);
    const callbackUrl = app?.callbackUrls.find(isPlaygrounds);
    if (app && callbackUrl !== undefined)
      return { ...client, callbackUrl, namesCallback: app.callbackUrls.length > 1 };
  }
  const base = context.issuer();
  const [owner] = await context.storage.listAccounts(1);
  if (owner !== undefined) {
    const app = playgroundApp(playgroundClient, owner.email, base);
    await applySeed(context, { profile: undefined, accounts: [], apps: [app] });
  }
  return { ...playgroundClient, callbackUrl: `${base}${playgroundCallbackPath}`, namesCallback: false };
}
