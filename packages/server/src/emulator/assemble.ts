/** Puts an emulator together: the server, the world around it and the order of their hooks. Nothing listens yet. */

import { lookup } from "node:dns/promises";
import { type CountersignApp, createCountersign } from "../app.js";
import { serveAssets } from "../http/assets.js";
import { faultsInOpenClients } from "../oauth/open-clients/settings.js";
import type { Profile } from "../oauth/profile/profile.js";
import { profiles } from "../oauth/profile/profiles.js";
import { type Outgoing, publicInternet } from "../outgoing/guarded-get.js";
import { accountSettingsRoutes } from "./account-api/account-settings-routes.js";
import { signUpRoutes } from "./account-api/sign-up-routes.js";
import { baseUrl } from "./address.js";
import { apiRoutes } from "./api/routes.js";
import { guardControl } from "./control/guard.js";
import { controlRoutes } from "./control/routes.js";
import type { Data } from "./data-folder.js";
import { injectFaults } from "./faults/inject.js";
import { inspectorRoutes } from "./inspector/routes.js";
import { liveAnswers } from "./live-answers.js";
import type { EmulatorOptions } from "./options.js";
import { credentialsOf, knownLogins } from "./pages/accounts.js";
import { emulatorAssets } from "./pages/assets.js";
import { dressPages } from "./pages/dress.js";
import { attachPlayground } from "./playground/attach.js";
import { playgroundDocuments } from "./playground/documents.js";
import { RequestAddress } from "./request-address.js";
import { applySeed } from "./seed/apply.js";
import { plantDocuments } from "./seed/plant-documents.js";
import type { Seed } from "./seed/seed.js";
import { type StartingWorld, startingWorld } from "./seed/starting-world.js";
import { World } from "./state/world.js";
import { EmulatedClock } from "./time/clock.js";
import { Timeline } from "./time/timeline.js";

/** What an emulator is made of, before it listens. */
export interface Parts {
  readonly app: CountersignApp;
  readonly world: World;
  readonly timeline: Timeline;
  readonly starting: StartingWorld;
  /** The port is known once it listens. */
  readonly place: { port: number };
  readonly url: () => string;
  readonly plant: () => Promise<void>;
  /** Lets the requests in that have come since it listens: whoever is answered finds the seed applied. */
  readonly open: () => void;
}

type AssembleOptions = EmulatorOptions & Required<Pick<EmulatorOptions, "now" | "randomBytes">>;

export function assemble(options: AssembleOptions, { storage, ring }: Data): Parts {
  const timeline = new Timeline(new EmulatedClock(options.now));
  const startClock = () => options.startClock?.(timeline.clock);
  startClock();
  const place = { port: options.port };
  const listening = () => baseUrl("http", { host: options.host, port: place.port });
  const { publicUrl } = options;
  const url = () => publicUrl ?? listening();
  const hosts = [options.host, ...(options.controlHosts ?? [])];
  const address = new RequestAddress({ listening, publicUrl, hosts });
  const starting = startingWorld(options);
  const logins = knownLogins(starting.seed(url()).accounts);
  const profile = profiles[options.profile ?? options.seed?.profile ?? "dropbox-sign"];
  const app = createCountersign({
    profile,
    storage,
    ring,
    log: options.log,
    now: timeline.clock.now,
    randomBytes: options.randomBytes,
    issuer: address.issuer,
    credentialsOf: credentialsOf(logins),
    openClients: openClientsFor(profile, options.seed),
    outgoing: options.seed?.openClients?.privateAddresses ? { ...publicInternet, ...anywhere } : undefined,
  });
  const plant = async () => {
    const seed = starting.seed(url());
    await applySeed(app.context, seed);
    await plantDocuments(app.context, world.signing, seed);
  };
  const world: World = new World({ context: app.context, storage, timeline, startClock, plant });
  const open = gate(app);
  attach(app, world, address, options);
  serveAssets(app.server, emulatorAssets);
  dressPages(app.server, { world, logins });
  const why = (operation: string) => world.log.list({ operation }).at(-1);
  attachPlayground(app, {
    url,
    listening,
    profileName: profile.name,
    logins,
    why,
    documents: playgroundDocuments(world),
  });
  return { app, world, timeline, starting, place, url, plant, open };
}

/** Holds every request until it is opened. */
function gate({ server }: CountersignApp): () => void {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  server.addHook("onRequest", () => opened);
  return open;
}

/** The order of the hooks: who may, what it was, what is to go wrong. */
function attach(
  { server, context }: CountersignApp,
  world: World,
  address: RequestAddress,
  options: EmulatorOptions,
): void {
  guardControl(server, { controlHosts: options.controlHosts ?? [] });
  address.attach(server);
  world.recorder.attach(server);
  injectFaults(server, world.recorder, world.faults);
  liveAnswers(server, {
    now: context.now,
    windows: world.rateWindows,
    liveApiHostTokenPath: options.liveApiHostTokenPath ?? false,
  });
  accountSettingsRoutes(server, context, (account) => world.delivery.callbackTest(account));
  signUpRoutes(server, context, {
    sendConfirmation: async (account, link) => {
      const text = `Please confirm your account: ${link}`;
      world.outbox.addEmail({
        time: context.now(),
        to: account.email,
        subject: "Confirm your account",
        text,
        link,
      });
    },
    confirmed: (account) => world.delivery.accountConfirmed(account),
  });
  controlRoutes(server, world);
  inspectorRoutes(server, world);
  apiRoutes(server, world);
}

/** A seed may be started under another profile than its own. */
function openClientsFor(profile: Profile, seed: Seed | undefined): Seed["openClients"] {
  const settings = seed?.openClients;
  return settings !== undefined && faultsInOpenClients(profile, settings).length === 0 ? settings : undefined;
}

/** For documents that a developer serves beside the emulator: the names of the machine, at any address and port. */
const anywhere: Partial<Outgoing> = {
  resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  mayCall: () => true,
  mayUsePort: () => true,
};
