/** The emulator: the authorization server with a demo to click through. Loaded by `countersign dev` and by tests alone. */

import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import type { CountersignApp } from "../app.js";
import type { Profile } from "../oauth/profile/profile.js";
import { startPurging } from "../storage/purging.js";
import { baseUrl, listenFault } from "./address.js";
import { type KeptDocuments, keepDocuments } from "./api/kept-documents.js";
import { assemble, type Parts } from "./assemble.js";
import { type Data, dataIn, dataInMemory } from "./data-folder.js";
import { type HttpsListener, listenHttps } from "./https/listener.js";
import type { EmulatorOptions } from "./options.js";
import { keptBeside } from "./seed/apply.js";
import type { Seed } from "./seed/seed.js";
import { ownCallbacks } from "./seed/starting-world.js";
import type { World } from "./state/world.js";

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
  const timeAndChance = { now: options.now ?? Date.now, randomBytes: options.randomBytes ?? randomBytes };
  const data =
    options.data === undefined
      ? dataInMemory(timeAndChance.randomBytes(32).toString("base64url"))
      : dataIn(options.data);
  const parts = assemble({ ...(await withRememberedCallbacks(options, data)), ...timeAndChance }, data);
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

/** Callbacks that the demo app was given in an earlier run are not lost by starting again. */
async function withRememberedCallbacks(
  options: EmulatorOptions,
  { storage }: Data,
): Promise<EmulatorOptions> {
  const asked = options.seed !== undefined || options.fresh || (options.callbacks?.length ?? 0) > 0;
  return asked ? options : { ...options, callbacks: await ownCallbacks(storage) };
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
