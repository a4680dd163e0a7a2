/** The emulator: the authorization server with a demo to click through. Loaded by `countersign dev` and by tests alone. */

import { randomBytes as systemRandomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type CountersignApp, createCountersign } from "../app.js";
import { KeyRing } from "../crypto/key-ring.js";
import { serveAssets } from "../http/assets.js";
import type { Log } from "../log.js";
import { type Profile, profiles } from "../oauth/profile/profile.js";
import { startPurging } from "../storage/purging.js";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.js";
import { accountSettingsRoutes } from "./account-api/account-settings-routes.js";
import { signUpRoutes } from "./account-api/sign-up-routes.js";
import { baseUrl, listenFault } from "./address.js";
import { bannerText } from "./banner.js";
import { guardControl } from "./control/guard.js";
import { controlRoutes } from "./control/routes.js";
import { injectFaults } from "./faults/inject.js";
import { type HttpsListener, listenHttps } from "./https/listener.js";
import { inspectorRoutes } from "./inspector/routes.js";
import { credentialsOf, knownLogins } from "./pages/accounts.js";
import { emulatorAssets } from "./pages/assets.js";
import { dressPages } from "./pages/dress.js";
import { attachPlayground, withPlayground } from "./playground/attach.js";
import { applySeed } from "./seed/apply.js";
import { demoLogins, demoSeed } from "./seed/demo.js";
import { readSeedFile } from "./seed/file.js";
import type { Seed } from "./seed/seed.js";
import type { Environment } from "./seed/variables.js";
import { keptSecret } from "./state/kept-secret.js";
import { type ReplaceableStorage, replaceableStorage } from "./state/replaceable-storage.js";
import { World } from "./state/world.js";
import { EmulatedClock } from "./time/clock.js";
import { Timeline } from "./time/timeline.js";

export interface EmulatorOptions {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly host: string;
  /** The folder data is kept in; undefined keeps nothing. */
  readonly data: string | undefined;
  readonly seedFile?: string | undefined;
  /** Where the variables of a seed file are looked up. */
  readonly environment?: Environment | undefined;
  /** Instead of a file. */
  readonly seed?: Seed | undefined;
  readonly profile?: Profile["name"] | undefined;
  readonly log: Log;
  /** Another listener with a certificate of its own authority. */
  readonly https?: { readonly port: number } | undefined;
  /** More host names under which the control API may be reached. */
  readonly controlHosts?: readonly string[];
  /** The time that passes by itself. */
  readonly now?: () => number;
  /** Where the clock is put at the start and at each reset. */
  readonly startClock?: (clock: EmulatedClock) => void;
  readonly randomBytes?: (count: number) => Buffer;
}

export interface Emulator {
  /** Where it listens, without a trailing slash. */
  readonly url: string;
  readonly httpsUrl: string | undefined;
  readonly app: CountersignApp;
  readonly world: World;
  /** What a person is told at start. */
  banner(): string;
  /** @param options `drain` answers the requests under way first; without it they are cut off. */
  close(options?: { readonly drain?: boolean }): Promise<void>;
}

/** What is over for this long is purged, in milliseconds: until then the log can say what it was. */
const rememberMilliseconds = 30 * 86_400_000;

/** Starts an emulator and returns it listening. @throws {SeedFault} and faults of opening the port or the data. */
export async function createEmulator(options: EmulatorOptions): Promise<Emulator> {
  const seed =
    options.seed ??
    (options.seedFile === undefined ? undefined : readSeedFile(options.seedFile, options.environment ?? {}));
  const { storage, ring } = openData(options.data);
  const parts = assemble(options, seed, storage, ring);
  const { app, world, timeline } = parts;
  let https: HttpsListener | undefined;
  try {
    await listen(options, parts);
    if (options.https) https = await listenHttps(app.server, { ...options, port: options.https.port });
  } catch (error) {
    await app.server.close();
    await storage.close();
    throw listenFault(error, options);
  }
  const purging = startPurging(
    storage,
    { ...app.context.profile, auditDays: 365 },
    () => timeline.clock.now() - rememberMilliseconds,
    options.log,
  );
  const { url } = parts.place;
  const facts = { ...https?.facts, profile: app.context.profile.name, seed, data: options.data, url };
  return {
    url,
    httpsUrl: https?.facts.httpsUrl,
    app,
    world,
    banner: () => bannerText({ httpsUrl: undefined, authorityFile: undefined, ...facts }),
    close: async ({ drain = false } = {}) => {
      world.close();
      await https?.close();
      if (drain) await app.server.close();
      else await closeSoon(app);
      purging.stop();
      await storage.close();
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
  readonly place: { url: string };
  readonly plant: () => Promise<void>;
}

function assemble(
  options: EmulatorOptions,
  seed: Seed | undefined,
  storage: ReplaceableStorage,
  ring: KeyRing,
): Parts {
  const timeline = new Timeline(new EmulatedClock(options.now ?? Date.now));
  const startClock = () => options.startClock?.(timeline.clock);
  startClock();
  const place = { url: baseUrl("http", options) };
  const logins = knownLogins(seed?.accounts ?? demoLogins);
  const profile = profiles[options.profile ?? seed?.profile ?? "dropbox-sign"];
  const app = createCountersign({
    profile,
    storage,
    ring,
    log: options.log,
    now: timeline.clock.now,
    randomBytes: options.randomBytes ?? systemRandomBytes,
    issuer: () => place.url,
    credentialsOf: credentialsOf(logins),
  });
  const plant = () => applySeed(app.context, seed ? withPlayground(seed, place.url) : demoSeed(place.url));
  const world = new World({ context: app.context, storage, timeline, startClock, plant });
  attach(app, world, options);
  serveAssets(app.server, emulatorAssets);
  dressPages(app.server, { logins });
  attachPlayground(app, { seed, url: () => place.url, profileName: profile.name, logins });
  return { app, world, timeline, place, plant };
}

/** The order of the hooks: who may, what it was, what is to go wrong. */
function attach({ server, context }: CountersignApp, world: World, options: EmulatorOptions): void {
  guardControl(server, { controlHosts: options.controlHosts ?? [] });
  world.recorder.attach(server);
  injectFaults(server, world.recorder, world.faults);
  accountSettingsRoutes(server, context);
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
}

/** Whoever sees /health answer finds the seed applied; only a port the system chose has to be known first. */
async function listen(options: EmulatorOptions, { app, place, plant, world }: Parts): Promise<void> {
  const { host, port } = options;
  if (port !== 0) await plant();
  await app.server.listen({ port, host });
  if (port === 0) {
    const chosen = (app.server.server.address() as AddressInfo).port;
    place.url = baseUrl("http", { host, port: chosen });
    await plant();
  }
  if (options.data === undefined) world.planted();
}

function openData(folder: string | undefined): { storage: ReplaceableStorage; ring: KeyRing } {
  if (folder === undefined) {
    const secret = systemRandomBytes(32).toString("base64url");
    return { storage: replaceableStorage(() => openSqliteStorage(":memory:")), ring: new KeyRing([secret]) };
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ring = new KeyRing([keptSecret(join(folder, "secret"))]);
  return { storage: replaceableStorage(() => openSqliteStorage(join(folder, "countersign.db"))), ring };
}
