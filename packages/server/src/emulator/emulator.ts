/** The emulator: the authorization server with a demo to click through. Loaded by `countersign dev` and by tests alone. */

import { randomBytes as systemRandomBytes } from "node:crypto";
import { lookup } from "node:dns/promises";
import type { AddressInfo } from "node:net";
import { type CountersignApp, createCountersign } from "../app.js";
import { serveAssets } from "../http/assets.js";
import type { Log } from "../log.js";
import { faultsInOpenClients } from "../oauth/open-clients/settings.js";
import type { Profile } from "../oauth/profile/profile.js";
import { profiles } from "../oauth/profile/profiles.js";
import { type Outgoing, publicInternet } from "../outgoing/guarded-get.js";
import { startPurging } from "../storage/purging.js";
import { accountSettingsRoutes } from "./account-api/account-settings-routes.js";
import { signUpRoutes } from "./account-api/sign-up-routes.js";
import { baseUrl, listenFault } from "./address.js";
import { type KeptDocuments, keepDocuments } from "./api/kept-documents.js";
import { apiRoutes } from "./api/routes.js";
import { guardControl } from "./control/guard.js";
import { controlRoutes } from "./control/routes.js";
import { type Data, dataIn, dataInMemory } from "./data-folder.js";
import { injectFaults } from "./faults/inject.js";
import { type HttpsListener, listenHttps } from "./https/listener.js";
import { inspectorRoutes } from "./inspector/routes.js";
import { liveAnswers } from "./live-answers.js";
import { credentialsOf, knownLogins } from "./pages/accounts.js";
import { emulatorAssets } from "./pages/assets.js";
import { dressPages } from "./pages/dress.js";
import { attachPlayground } from "./playground/attach.js";
import { playgroundDocuments } from "./playground/documents.js";
import { RequestAddress } from "./request-address.js";
import { applySeed, keptBeside } from "./seed/apply.js";
import { plantDocuments } from "./seed/plant-documents.js";
import type { Seed } from "./seed/seed.js";
import { ownCallbacks, type StartingWorld, startingWorld } from "./seed/starting-world.js";
import { World } from "./state/world.js";
import { EmulatedClock } from "./time/clock.js";
import { Timeline } from "./time/timeline.js";

export interface EmulatorOptions {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly host: string;
  /** The address others reach it by, without a trailing slash; what it listens on, if undefined. */
  readonly publicUrl?: string | undefined;
  /** The folder data is kept in; undefined keeps nothing. */
  readonly data: string | undefined;
  /** Whether what the folder holds is dropped first. */
  readonly fresh?: boolean | undefined;
  /** Accounts and apps; the demo, if undefined. */
  readonly seed?: Seed | undefined;
  /** Callback URLs of the first app, instead of those it has. */
  readonly callbacks?: readonly string[];
  readonly profile?: Profile["name"] | undefined;
  readonly log: Log;
  /** Another listener with a certificate of its own authority. */
  readonly https?: { readonly port: number } | undefined;
  /** More host names under which the control API may be reached. */
  readonly controlHosts?: readonly string[];
  /** Whether `/v3/oauth/token` is 404 under every name, as at the live API host. */
  readonly liveApiHostTokenPath?: boolean | undefined;
  /** The time that passes by itself. */
  readonly now?: () => number;
  /** Where the clock is put at the start and at each reset. */
  readonly startClock?: (clock: EmulatedClock) => void;
  readonly randomBytes?: (count: number) => Buffer;
}

/** What an emulator that runs says of itself. */
export interface EmulatorFacts {
  /** Where its pages are: the public URL, if there is one. */
  readonly url: string;
  readonly httpsUrl: string | undefined;
  /** The file of the certificate authority to trust. */
  readonly authorityFile: string | undefined;
  readonly profile: Profile["name"];
  readonly data: string | undefined;
  readonly accounts: Seed["accounts"];
  readonly apps: Seed["apps"];
  /** Accounts and apps of earlier runs that the seed does not name. */
  readonly kept: { readonly accounts: readonly string[]; readonly apps: readonly string[] };
}

export interface Emulator {
  /** Where it listens, without a trailing slash. */
  readonly url: string;
  readonly httpsUrl: string | undefined;
  readonly app: CountersignApp;
  readonly world: World;
  readonly facts: EmulatorFacts;
  /** @param options `drain` answers the requests under way first; without it they are cut off. */
  close(options?: { readonly drain?: boolean }): Promise<void>;
}

/** What is over for this long is purged, in milliseconds: until then the log can say what it was. */
const rememberMilliseconds = 30 * 86_400_000;

/**
 * Starts an emulator and returns it listening. A start that fails leaves the data as it was.
 * @throws {SeedFault} and faults of opening the port or the data.
 */
export async function createEmulator(options: EmulatorOptions): Promise<Emulator> {
  const random = options.randomBytes ?? systemRandomBytes;
  const data =
    options.data === undefined ? dataInMemory(random(32).toString("base64url")) : dataIn(options.data);
  const parts = assemble(await withRememberedCallbacks(options, data), data);
  const { app, world, timeline } = parts;
  let https: HttpsListener | undefined;
  let kept: EmulatorFacts["kept"];
  let documents: KeptDocuments | undefined;
  try {
    await app.server.listen({ port: options.port, host: options.host });
    parts.place.port = (app.server.server.address() as AddressInfo).port;
    if (options.https) https = await listenHttps(app.server, { ...options, port: options.https.port });
    if (options.data !== undefined)
      documents = keepDocuments(world.signing, options.data, { fresh: options.fresh === true });
    kept = await plantWhole(options, data, parts);
    data.announce(parts.url());
    documents?.started();
  } catch (error) {
    parts.open();
    documents?.close();
    await https?.close();
    await app.server.close();
    await data.undo();
    throw listenFault(error, options);
  }
  parts.open();
  const { accounts, apps } = parts.starting.seed(parts.url());
  const purging = startPurging(
    data.storage,
    { ...app.context.profile, auditDays: 365 },
    () => timeline.clock.now() - rememberMilliseconds,
    options.log,
  );
  return {
    url: baseUrl("http", { host: options.host, port: parts.place.port }),
    httpsUrl: https?.facts.httpsUrl,
    app,
    world,
    facts: {
      ...{ httpsUrl: undefined, authorityFile: undefined, ...https?.facts },
      ...{ accounts, apps, kept },
      ...{ url: parts.url(), profile: app.context.profile.name, data: options.data },
    },
    close: async ({ drain = false } = {}) => {
      world.close();
      documents?.close();
      await https?.close();
      if (drain) await app.server.close();
      else await closeSoon(app);
      purging.stop();
      await data.close();
    },
  };
}

/** How long an answer under way may take, in milliseconds: a fault may hold it for longer. */
const lastAnswerMilliseconds = 250;

async function closeSoon({ server }: CountersignApp): Promise<void> {
  const late = setTimeout(() => server.server.closeAllConnections(), lastAnswerMilliseconds);
  await server.close();
  clearTimeout(late);
}

interface Parts {
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

function assemble(options: EmulatorOptions, { storage, ring }: Data): Parts {
  const timeline = new Timeline(new EmulatedClock(options.now ?? Date.now));
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
    randomBytes: options.randomBytes ?? systemRandomBytes,
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

/** Callbacks that the demo app was given in an earlier run are not lost by starting again. */
async function withRememberedCallbacks(
  options: EmulatorOptions,
  { storage }: Data,
): Promise<EmulatorOptions> {
  const asked = options.seed !== undefined || options.fresh || (options.callbacks?.length ?? 0) > 0;
  return asked ? options : { ...options, callbacks: await ownCallbacks(storage) };
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

/** Applies the seed, wholly or not at all, and returns what is there besides. */
async function plantWhole(
  options: EmulatorOptions,
  { storage }: Data,
  { plant, world, starting, url }: Parts,
): Promise<EmulatorFacts["kept"]> {
  const before = storage.dump();
  try {
    if (options.fresh) await storage.replace(new Map());
    await plant();
  } catch (error) {
    await storage.replace(before);
    throw error;
  }
  if (options.data === undefined) world.planted();
  return keptBeside(storage, starting.seed(url()));
}
