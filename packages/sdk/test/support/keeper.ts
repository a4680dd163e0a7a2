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

export interface TestKeeper {
  keeper: TokenKeeper;
  events: TokenKeeperEvent[];
  /** The waits that were asked for, in milliseconds; each moves the clock and takes no time. */
  waits: number[];
  store: NonNullable<TokenKeeperOptions["store"]>;
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
  let owners = 0;
  const keeper = new TokenKeeper({
    clientId: "client",
    clientSecret: "secret",
    config: url,
    now: clock.now,
    // One byte asks for chance: none. More ask for a name: a new one each time.
    random: (bytes) => bytes.fill(bytes.length === 1 ? 0 : ++owners % 256),
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
