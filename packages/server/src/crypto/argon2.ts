/**
 * The argon2id implementation: `@node-rs/argon2`, whose binary works beside the event loop; where npm left its binary
 * out, WebAssembly. Both write and read the same PHC strings.
 */
import { randomBytes } from "node:crypto";

export interface Argon2Parameters {
  /** KiB of memory. */
  readonly memoryCost: number;
  /** Passes over it. */
  readonly timeCost: number;
  readonly parallelism: number;
}

export interface Argon2 {
  hash(password: string, parameters: Argon2Parameters): Promise<string>;
  /** @throws {Error} if the hash is malformed */
  verify(phc: string, password: string): Promise<boolean>;
}

let loaded: Promise<Argon2> | undefined;

/** Returns the implementation that works here, the same each time. */
export function loadArgon2(): Promise<Argon2> {
  loaded ??= loadBinary().catch(loadWebAssembly);
  return loaded;
}

async function loadBinary(): Promise<Argon2> {
  const { hash, verify } = await import("@node-rs/argon2");
  return { hash, verify };
}

const saltBytes = 16;
const hashBytes = 32;

/** Returns the implementation that needs no binary. It takes thrice the time, and of the thread that answers requests. */
export async function loadWebAssembly(): Promise<Argon2> {
  const { argon2id, argon2Verify } = await import("hash-wasm");
  return {
    hash: (password, { memoryCost, timeCost, parallelism }) =>
      argon2id({
        password,
        salt: randomBytes(saltBytes),
        memorySize: memoryCost,
        iterations: timeCost,
        parallelism,
        hashLength: hashBytes,
        outputType: "encoded",
      }),
    verify: (hash, password) => argon2Verify({ password, hash }),
  };
}
