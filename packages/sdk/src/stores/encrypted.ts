/** Encryption of what any other store keeps. Knows nothing of tokens; what it cannot read can still be replaced. */

import { fromBase64url, type RandomSource, systemRandom, toBase64url, toBytes } from "../encoding.js";
import { InvalidArgumentError, UnreadableEntryError } from "../errors.js";
import type { StoredEntry, TokenStore } from "./store.js";

/** One key of the ring. */
export interface EncryptionKey {
  /** A short name that is stored beside what the key encrypted: letters, digits, `-` and `_`. */
  readonly id: string;
  /** 32 random bytes. */
  readonly key: Uint8Array;
}

/** Options of `EncryptedTokenStore`. */
export interface EncryptedStoreOptions {
  /**
   * Takes a value that was stored before encryption was switched on as it is. Turn it off when `TokenKeeper.rewrite` has seen
   * every user: until then whoever can write to the store can put a value in. @default false
   */
  readonly acceptPlain?: boolean | undefined;
  /** @default crypto.getRandomValues */
  readonly random?: RandomSource | undefined;
}

const prefix = "a256gcm.";

type SealingKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** A stored value cannot be decrypted: its key is not in the ring, or it was changed. No session is ended by it. */
export class DecryptionError extends UnreadableEntryError {
  /** @internal */
  static override readonly kind: string = "DecryptionError";
}

/**
 * Any store, its values encrypted by AES-256-GCM under the first key of the ring; every key of the ring decrypts, so keys
 * rotate by putting a new one first. A value is bound to its user and its version: it cannot be moved or played back.
 */
export class EncryptedTokenStore implements TokenStore {
  readonly #store: TokenStore;
  readonly #keys: Map<string, Promise<SealingKey>>;
  readonly #current: string;
  readonly #random: RandomSource;
  readonly #acceptPlain: boolean;

  /** @throws {InvalidArgumentError} when a key is unusable. */
  constructor(store: TokenStore, keyRing: readonly EncryptionKey[], options: EncryptedStoreOptions = {}) {
    const [first] = keyRing;
    if (first === undefined) throw new InvalidArgumentError("keyRing", "must hold at least one key");
    this.#keys = new Map(keyRing.map(({ id, key }) => [checkedId(id), importKey(key)]));
    if (this.#keys.size !== keyRing.length) throw new InvalidArgumentError("keyRing", "names a key twice");
    this.#store = store;
    this.#current = first.id;
    this.#random = options.random ?? systemRandom;
    this.#acceptPlain = options.acceptPlain === true;
  }

  /** @throws {DecryptionError} with the version, so that the entry can be replaced. */
  async read(key: string): Promise<StoredEntry> {
    const { version, value } = await this.#store.read(key);
    if (value === undefined || (this.#acceptPlain && !value.startsWith(prefix))) return { version, value };
    return { version, value: await this.#decrypt(key, version, value) };
  }

  async write(key: string, expectedVersion: number, value: string | undefined): Promise<boolean> {
    const sealed = value === undefined ? undefined : await this.#encrypt(key, expectedVersion + 1, value);
    return this.#store.write(key, expectedVersion, sealed);
  }

  async #encrypt(key: string, version: number, value: string): Promise<string> {
    const iv = this.#random(new Uint8Array(12));
    const cryptoKey = await (this.#keys.get(this.#current) as Promise<SealingKey>);
    const sealed = await crypto.subtle.encrypt(parameters(iv, key, version), cryptoKey, toBytes(value));
    return `${prefix}${this.#current}.${toBase64url(iv)}.${toBase64url(new Uint8Array(sealed))}`;
  }

  async #decrypt(key: string, version: number, value: string): Promise<string> {
    const [scheme, id = "", iv = "", sealed = ""] = value.split(".");
    const ivBytes = fromBase64url(iv);
    const sealedBytes = fromBase64url(sealed);
    if (scheme !== "a256gcm" || !ivBytes || !sealedBytes) {
      throw new DecryptionError("the value is not encrypted; acceptPlain takes it as it is", version);
    }
    const cryptoKey = await this.#keys.get(id);
    if (cryptoKey === undefined) {
      throw new DecryptionError("the key of the value is not in the key ring", version);
    }
    try {
      const clear = await crypto.subtle.decrypt(parameters(ivBytes, key, version), cryptoKey, sealedBytes);
      return new TextDecoder().decode(clear);
    } catch {
      const problem = "the value was changed, moved or encrypted by another key of the same name";
      throw new DecryptionError(problem, version);
    }
  }
}

function parameters(iv: Uint8Array<ArrayBuffer>, key: string, version: number) {
  return { name: "AES-GCM" as const, iv, additionalData: toBytes(`${version}\n${key}`) };
}

function checkedId(id: string): string {
  if (!/^[\w-]{1,64}$/.test(id))
    throw new InvalidArgumentError("keyRing", "has an id that is not 1 to 64 of A-Za-z0-9_-");
  return id;
}

function importKey(key: Uint8Array): Promise<SealingKey> {
  if (!(key instanceof Uint8Array) || key.length !== 32) {
    throw new InvalidArgumentError("keyRing", "has a key that is not 32 bytes");
  }
  const imported = crypto.subtle.importKey("raw", new Uint8Array(key), "AES-GCM", false, [
    "encrypt",
    "decrypt",
  ]);
  imported.catch(() => {}); // reported where it is used
  return imported;
}
