/** What an emulator starts with: the demo or a seed, the callbacks asked for, and the app that the playground plays. */

import type { Storage } from "../../storage/port/storage.js";
import {
  demoClient,
  demoSeed,
  type PlaygroundClient,
  playgroundApp,
  playgroundCallbackPath,
  playgroundClient,
} from "./demo.js";
import type { Seed } from "./seed.js";

export interface StartingWorld {
  /** @param url where the playground is, without a trailing slash. */
  seed(url: string): Seed;
  /** The app that the playground plays. */
  readonly playground: PlaygroundClient;
}

/** @param callbacks of the first app, instead of those it has: the one app that is on everybody's mind. */
export function startingWorld({
  seed,
  callbacks = [],
}: {
  readonly seed?: Seed | undefined;
  readonly callbacks?: readonly string[];
}): StartingWorld {
  if (seed === undefined) {
    const playground = callbacks.length === 0 ? demoClient : playgroundClient;
    return { seed: (url) => demoSeed(url, callbacks), playground };
  }
  const own = callbacks.length === 0 ? seed : withCallbacks(seed, callbacks);
  return {
    seed: (url) => withPlayground(own, url),
    playground: playgroundClient,
  };
}

/** Returns the callback URLs of the demo app that are not the playground's. */
export async function ownCallbacks(storage: Pick<Storage, "findApp">): Promise<readonly string[]> {
  const app = await storage.findApp(demoClient.clientId);
  const isPlayground = (url: string) => URL.canParse(url) && new URL(url).pathname === playgroundCallbackPath;
  return app?.callbackUrls.filter((url) => !isPlayground(url)) ?? [];
}

function withCallbacks(seed: Seed, callbackUrls: readonly string[]): Seed {
  const [first, ...others] = seed.apps;
  return first === undefined ? seed : { ...seed, apps: [{ ...first, callbackUrls }, ...others] };
}

/** Adds the playground's app, so that the page works with any seed that has an account. */
function withPlayground(seed: Seed, url: string): Seed {
  const owner = seed.accounts[0]?.email;
  if (owner === undefined) return seed;
  return { ...seed, apps: [...seed.apps, playgroundApp(playgroundClient, owner, url)] };
}
