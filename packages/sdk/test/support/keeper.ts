import {
  MemoryTokenStore,
  TokenKeeper,
  type TokenKeeperEvent,
  type TokenKeeperOptions,
} from "../../src/index.js";

/** A clock that moves only when told, shared by whatever is given it. */
export interface TestClock {
  ms: number;
  now: () => number;
  advance(seconds: number): void;
}

export function testClock(): TestClock {
  const clock: TestClock = {
    ms: 1_800_000_000_000,
    now: () => clock.ms,
    advance: (seconds) => {
      clock.ms += seconds * 1000;
    },
  };
  return clock;
}

/** Where a store has what the test keepers keep of a user; `server` is an address without a slash at its end. */
export function keyOf(userId: string, server: string, clientId = "client"): string {
  return JSON.stringify([userId, clientId, server]);
}

export interface TestKeeper {
  keeper: TokenKeeper;
  events: TokenKeeperEvent[];
  /** The waits that were asked for, in milliseconds; each moves the clock and takes no time. */
  waits: number[];
  store: NonNullable<TokenKeeperOptions["store"]>;
}

let names = 0;
// Never the same twice, as real random bytes, in whichever keeper.
function nextName(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  new DataView(bytes.buffer).setUint32(0, ++names);
  return bytes;
}

/** A keeper whose clock, chance and waits are the test's. */
export function testKeeper(
  url: string,
  clock: TestClock,
  options: Partial<TokenKeeperOptions> = {},
): TestKeeper {
  const events: TokenKeeperEvent[] = [];
  const waits: number[] = [];
  const store = options.store ?? new MemoryTokenStore();
  const keeper = new TokenKeeper({
    clientId: "client",
    clientSecret: "secret",
    config: url,
    now: clock.now,
    // One byte asks for chance: none. More ask for a name: a new one each time.
    random: (bytes) => (bytes.length === 1 ? bytes.fill(0) : nextName(bytes)),
    sleep: async (ms) => {
      waits.push(ms);
      clock.ms += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
    onEvent: (event) => void events.push(event),
    ...options,
    store,
  });
  return { keeper, events, waits, store };
}
