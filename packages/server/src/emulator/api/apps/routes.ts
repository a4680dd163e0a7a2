/** Apps by API: create, get, update, delete, list. They are the apps of the authorization server, with what embedding needs. */

import type { FastifyInstance } from "fastify";
import { createApp } from "../../../apps/create-app.js";
import type { HttpContext } from "../../../http/context.js";
import type { Account, App } from "../../../storage/port/records.js";
import { ApiFault, notFound } from "../api-fault.js";
import { apiRoute, type Caller } from "../api-route.js";
import { type ApiBody, readQuery } from "../body.js";
import { Input } from "../input.js";
import { paged, readPage } from "../paging.js";
import type { Signing } from "../signing.js";
import type { Warning } from "../templates/read.js";
import { type AppOAuth, readApp, type WantedApp } from "./read.js";
import { type AppSettings, noSettings } from "./settings.js";
import { apiAppView } from "./view.js";

/** Most apps looked through. */
const mostApps = 10_000;

export function appRoutes(server: FastifyInstance, context: HttpContext, signing: Signing): void {
  const apps = new Apps(context, signing);

  apiRoute(server, context, "apiAppCreate", async ({ caller, body }) =>
    apps.create(caller.account, await body()),
  );
  apiRoute(server, context, "apiAppGet", async ({ caller, params }) => ({
    api_app: await apps.view(await apps.seen(params.client_id ?? "", caller), caller.account),
  }));
  apiRoute(server, context, "apiAppList", async ({ caller, request }) => {
    const page = readPage(new Input(readQuery(request)));
    const { items, list_info } = paged(await apps.ownedBy(caller.account), page);
    return { list_info, api_apps: await Promise.all(items.map((app) => apps.view(app, caller.account))) };
  });
  apiRoute(server, context, "apiAppUpdate", async ({ caller, body, params }) =>
    apps.update(params.client_id ?? "", caller.account, await body()),
  );
  apiRoute(server, context, "apiAppDelete", async ({ caller, params }) => {
    await apps.delete(params.client_id ?? "", caller.account);
    return undefined;
  });
}

class Apps {
  readonly #context: HttpContext;
  readonly #signing: Signing;

  constructor(context: HttpContext, signing: Signing) {
    this.#context = context;
    this.#signing = signing;
  }

  async view(app: App, viewer: Account): Promise<object> {
    const owner = app.ownerId === viewer.id ? viewer : await this.#context.storage.findAccount(app.ownerId);
    return apiAppView(this.#context, { app, owner, settings: this.#settings(app.clientId) }, viewer.id);
  }

  async ownedBy({ id }: Account): Promise<App[]> {
    return (await this.#context.storage.listApps(mostApps)).filter(({ ownerId }) => ownerId === id);
  }

  /** An app is seen by its owner, and by its own access tokens. @throws {ApiFault} `not_found` */
  async seen(clientId: string, { account, clientId: own }: Caller): Promise<App> {
    const app = await this.#context.storage.findApp(clientId);
    if (app !== undefined && (app.ownerId === account.id || app.clientId === own)) return app;
    throw notFound();
  }

  async create(owner: Account, body: ApiBody): Promise<object> {
    const input = new Input(body.tree);
    const name = input.text("name");
    const wanted = readApp(this.#context.profile, input);
    if (wanted.domains === undefined) throw input.missing("domains");
    const made = await createApp(this.#context, {
      name: wanted.name ?? name,
      ownerId: owner.id,
      callbackUrls: wanted.oauth ? [wanted.oauth.callbackUrl] : [],
      scopes: wanted.oauth?.scopes ?? [],
      eventCallbackUrl: wanted.eventCallbackUrl ?? undefined,
    });
    if (made === undefined) throw new ApiFault("conflict", "The client id is taken; try again");
    this.#keep(made.app.clientId, wanted);
    if (made.app.eventCallbackUrl !== undefined) this.#signing.messages.callbackSet(made.app);
    return { api_app: await this.view(made.app, owner), ...warned(ignoredLogo(body)) };
  }

  /** @throws {ApiFault} `forbidden` for whoever does not own it: the description has no 404 here. */
  async update(clientId: string, caller: Account, body: ApiBody): Promise<object> {
    const { storage, profile, now } = this.#context;
    const app = await storage.findApp(clientId);
    if (app?.ownerId !== caller.id) throw new ApiFault("forbidden", "Only an app of your own can be changed");
    const input = new Input(body.tree);
    const wanted = readApp(profile, input, oauthOf(app));
    const outcome = await storage.updateApp(
      clientId,
      {
        ...(wanted.name !== undefined && { name: wanted.name }),
        ...(wanted.eventCallbackUrl !== undefined && {
          eventCallbackUrl: wanted.eventCallbackUrl ?? undefined,
        }),
        ...(wanted.oauth !== undefined && oauthChanges(app, wanted.oauth)),
      },
      now(),
    );
    const next = await storage.findApp(clientId);
    if (outcome === undefined || next === undefined)
      throw new ApiFault("conflict", "The app was deleted meanwhile");
    this.#keep(clientId, wanted);
    if (wanted.eventCallbackUrl) this.#signing.messages.callbackSet(next);
    const warnings = [...ignoredLogo(body), ...(outcome.grantsRevoked > 0 ? [grantsRevoked] : [])];
    return { api_app: await this.view(next, caller), ...warned(warnings) };
  }

  /** @throws {ApiFault} `not_found` for whoever does not own it. */
  async delete(clientId: string, caller: Account): Promise<void> {
    const { storage } = this.#context;
    const app = await storage.findApp(clientId);
    if (app?.ownerId !== caller.id || (await storage.deleteApp(clientId)) === undefined) throw notFound();
    this.#signing.documents.deleteApp(clientId);
  }

  #settings(clientId: string): AppSettings {
    return this.#signing.documents.app(clientId) ?? noSettings(clientId);
  }

  #keep(clientId: string, { domains, whiteLabeling, canInsertEverywhere }: WantedApp): void {
    const before = this.#settings(clientId);
    this.#signing.documents.putApp({
      clientId,
      domains: domains ?? before.domains,
      whiteLabeling:
        whiteLabeling === null ? undefined : whiteLabeling && { ...before.whiteLabeling, ...whiteLabeling },
      canInsertEverywhere: canInsertEverywhere ?? before.canInsertEverywhere,
    });
  }
}

function oauthOf({ callbackUrls, scopes }: App): AppOAuth | undefined {
  const [callbackUrl] = callbackUrls;
  return callbackUrl === undefined ? undefined : { callbackUrl, scopes };
}

/** The API knows one callback URL of an app, the first; those that a seed or the control API added stay behind it. */
function oauthChanges({ callbackUrls }: App, oauth: AppOAuth | null): Pick<App, "callbackUrls" | "scopes"> {
  if (oauth === null) return { callbackUrls: [], scopes: [] };
  const others = callbackUrls.slice(1).filter((url) => url !== oauth.callbackUrl);
  return { callbackUrls: [oauth.callbackUrl, ...others], scopes: oauth.scopes };
}

const grantsRevoked: Warning = {
  warning_name: "oauth_grants_revoked",
  warning_msg: "The scopes have changed: accounts that had authorized the app must do so again",
};

/** A picture that nobody would see is not kept. */
function ignoredLogo({ files }: ApiBody): Warning[] {
  if (!files.some(({ field }) => field === "custom_logo_file")) return [];
  return [
    {
      warning_name: "parameter_ignored",
      warning_msg: "custom_logo_file: Countersign's signer page has no logo",
    },
  ];
}

const warned = (warnings: readonly Warning[]) => (warnings.length === 0 ? {} : { warnings });
