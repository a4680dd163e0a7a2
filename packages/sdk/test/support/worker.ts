import { TokenKeeper, type TokenStore } from "../../src/index.js";
import { openStore } from "./open-store.js";
import type { StoreAddress } from "./shared-stores.js";

/** What a test tells a worker process to do. */
export interface WorkerTask {
  address: StoreAddress;
  serverUrl: string;
  client: { clientId: string; clientSecret: string };
  userId: string;
  /** How many callers ask at once. */
  callers: number;
  leaseSeconds: number;
  /** Kills this process, as `kill -9` does, when a new token is about to be saved. */
  dieBeforeSave?: boolean;
}

/** What a worker says. */
export type WorkerReport = { ready: true } | { tokens: string[]; errors: string[] };

const tokenIn = (value: string) => (JSON.parse(value) as { accessToken: string }).accessToken;

/** Dies when it is about to save a token that it did not read. */
function mortal(store: TokenStore): TokenStore {
  const known = new Set<string>();
  return {
    read: async (key) => {
      const entry = await store.read(key);
      if (entry.value !== undefined) known.add(tokenIn(entry.value));
      return entry;
    },
    write: async (key, version, value) => {
      if (value !== undefined && !known.has(tokenIn(value))) process.kill(process.pid, "SIGKILL");
      return store.write(key, version, value);
    },
  };
}

let prepared: (() => Promise<WorkerReport>) | undefined;

async function prepare(task: WorkerTask): Promise<void> {
  const { store, close } = openStore(task.address);
  const { leaseSeconds, userId } = task;
  const keeper = new TokenKeeper({
    ...task.client,
    config: task.serverUrl,
    store: task.dieBeforeSave === true ? mortal(store) : store,
    leaseSeconds,
  });
  await keeper.status(userId); // connections are open before the race begins
  prepared = async () => {
    const asked = Array.from({ length: task.callers }, () => keeper.accessToken(userId));
    const settled = await Promise.allSettled(asked);
    await close();
    return {
      tokens: [
        ...new Set(settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []))),
      ],
      errors: settled.flatMap((result) => (result.status === "rejected" ? [String(result.reason)] : [])),
    };
  };
  process.send?.({ ready: true } satisfies WorkerReport);
}

process.on("message", async (message: WorkerTask | "go") => {
  if (message === "go") process.send?.(await prepared?.());
  else await prepare(message);
});
process.on("disconnect", () => process.exit());
