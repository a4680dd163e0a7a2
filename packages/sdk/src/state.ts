/** What ties a callback to the browser that began the login: a signed cookie, or an entry in a store. */
import {
  constantTimeEqual,
  fromBase64url,
  hmac,
  type RandomSource,
  randomText,
  sha256,
  systemRandom,
  toBase64url,
  toBytes,
} from "./encoding.js";
import { CallbackError, InvalidArgumentError } from "./errors.js";

/** What `StateKeeper.issue` gives: the state for the URL, and what ties it to the browser. */
export interface IssuedState {
  state: string;
  /** A PKCE verifier that only this state yields again (RFC 7636). */
  codeVerifier: string;
  /** The value of a `Set-Cookie` header to send with the redirect; only the cookie helper has one. */
  setCookie?: string | undefined;
}

/** What a verified state gives back. */
export interface VerifiedState {
  codeVerifier: string;
  /** What was bound to the state when it was issued, for example the page to return to. */
  context?: string | undefined;
  /** The value of a `Set-Cookie` header that removes the cookie. */
  clearCookie?: string | undefined;
}

/** Issues states bound to a browser session and verifies each once (RFC 6749 §10.12). */
export interface StateKeeper {
  /**
   * `binding` is the session's own id for the store helper; for the cookie helper it is the request's `Cookie` header, which
   * tells it what the browser already has.
   */
  issue(options?: { context?: string | undefined; binding?: string | undefined }): Promise<IssuedState>;
  /** `binding` is the request's `Cookie` header, or the session's id. @throws {CallbackError} when it does not know the state. */
  verify(state: string, binding: string | null | undefined): Promise<VerifiedState>;
}

/** Options of `cookieState`. */
export interface CookieStateOptions {
  /** At least 32 characters. Of several the first signs and all verify, so that they can be rotated. */
  secret: string | readonly string[];
  /** Seconds that a login may take. @default 600 */
  maxAgeSeconds?: number | undefined;
  /** False for plain http during development: the cookie then has no `__Host-` prefix. @default true */
  secure?: boolean | undefined;
  /** Milliseconds since the epoch. @default Date.now */
  now?: (() => number) | undefined;
  /** @default crypto.getRandomValues */
  random?: RandomSource | undefined;
}

/** Logins that a browser can have unfinished at once: each has a cookie, and all travel with every request. */
const maxLogins = 16;
/** Characters that these cookies may take together, half of the least that servers and proxies accept of all headers. */
const maxCookieCharacters = 4096;
const maxContextBytes = 1024;

/**
 * A state in a signed cookie, HttpOnly and SameSite=Lax: nothing to store. Each login has its own cookie, so that tabs do
 * not disturb each other, and there are at most sixteen of them in about 4 kB: a new login takes the place of the oldest.
 * Which that is the request's `Cookie` header says; without it as `binding` the places are taken in turn. The context is
 * signed, not hidden: the browser's user can read it. Single use is kept by removing the cookie and, within this
 * process, by remembering used states.
 */
export function cookieState(options: CookieStateOptions): StateKeeper {
  return new CookieState(options);
}

/** The parts of a cookie: `name=state.expires.context.signature`. */
const cookiePattern = /^\s*([^=\s]+)=([\w-]+)\.(\d+\.[\w-]*)\.([\w-]+)\s*$/;

class CookieState implements StateKeeper {
  readonly #secrets: readonly string[];
  readonly #maxAgeSeconds: number;
  readonly #prefix: string;
  readonly #attributes: string;
  readonly #now: () => number;
  readonly #random: RandomSource;
  readonly #used = new Map<string, number>();
  #turn = 0;

  constructor({
    secret,
    maxAgeSeconds = 600,
    secure = true,
    now = Date.now,
    random = systemRandom,
  }: CookieStateOptions) {
    this.#secrets = typeof secret === "string" ? [secret] : secret;
    if (
      !(this.#secrets?.length > 0) ||
      this.#secrets.some((each) => typeof each !== "string" || each.length < 32)
    ) {
      throw new InvalidArgumentError("secret", "must hold at least 32 characters");
    }
    this.#maxAgeSeconds = maxAgeSeconds;
    this.#prefix = secure ? "__Host-oauth-state-" : "oauth-state-";
    this.#attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
    this.#now = now;
    this.#random = random;
  }

  async issue({
    context = "",
    binding,
  }: {
    context?: string | undefined;
    binding?: string | undefined;
  } = {}): Promise<IssuedState> {
    const bytes = toBytes(context);
    if (bytes.length > maxContextBytes)
      throw new InvalidArgumentError("context", `must not exceed ${maxContextBytes} bytes of UTF-8`);
    const state = randomText(this.#random);
    const expires = Math.floor(this.#now() / 1000) + this.#maxAgeSeconds;
    const rest = `${expires}.${toBase64url(bytes)}`;
    const [secret = ""] = this.#secrets;
    const value = `${state}.${rest}.${await sign(secret, state, rest)}`;
    const name = this.#prefix + this.#place(binding ?? "", value.length);
    const setCookie = `${name}=${value}; Max-Age=${this.#maxAgeSeconds}; ${this.#attributes}`;
    return { state, codeVerifier: await verifierOf(secret, state), setCookie };
  }

  async verify(state: string, binding: string | null | undefined): Promise<VerifiedState> {
    const { name, rest, signature } = readCookie(binding ?? "", this.#prefix, state);
    const secret = await this.#signer(state, rest, signature);
    const [expires = "", context = ""] = rest.split(".");
    this.#use(state, Number(expires) * 1000);
    const bound = new TextDecoder().decode(fromBase64url(context));
    return {
      codeVerifier: await verifierOf(secret, state),
      clearCookie: `${name}=; Max-Age=0; ${this.#attributes}`,
      context: bound === "" ? undefined : bound,
    };
  }

  // In turn, since two tabs may begin before the browser has either cookie. A place that is free while there is room,
  // else the one that takes most, of equals the oldest: so the whole never grows beyond its bound by one cookie.
  #place(header: string, characters: number): string {
    const taken = header.split(";").flatMap((part) => {
      const [name = "", value = ""] = part.trim().split("=");
      const [, expires = "0"] = value.split(".");
      const size = this.#prefix.length + value.length;
      const id = name.startsWith(this.#prefix) ? name.slice(this.#prefix.length) : "";
      return /^[\w-]{1,16}$/.test(id) ? [{ id, size, expires }] : [];
    });
    const cookie = this.#prefix.length + characters;
    const room = Math.max(1, Math.min(maxLogins, Math.floor(maxCookieCharacters / cookie)));
    const turn = this.#turn++;
    const places = Array.from({ length: maxLogins }, (_, i) => String((turn + i) % maxLogins));
    if (taken.length === 0) return String(turn % room);
    const total = taken.reduce((sum, { size }) => sum + size, cookie);
    const free = places.find((id) => taken.every((one) => one.id !== id));
    if (free !== undefined && total <= maxCookieCharacters) return free;
    taken.sort((one, other) => other.size - one.size || Number(one.expires) - Number(other.expires));
    return (taken[0] as { id: string }).id;
  }

  async #signer(state: string, rest: string, signature: string): Promise<string> {
    for (const secret of this.#secrets) {
      if (constantTimeEqual(await sign(secret, state, rest), signature)) return secret;
    }
    throw new CallbackError("state_mismatch");
  }

  #use(state: string, expiresMilliseconds: number): void {
    const nowMilliseconds = this.#now();
    if (nowMilliseconds >= expiresMilliseconds) throw new CallbackError("state_expired");
    // In the order of use, which is the order of expiry, near enough: the head is what can be forgotten.
    for (const [old, untilMilliseconds] of this.#used) {
      if (untilMilliseconds > nowMilliseconds) break;
      this.#used.delete(old);
    }
    if (this.#used.has(state)) throw new CallbackError("state_used");
    this.#used.set(state, expiresMilliseconds);
  }
}

const sign = (secret: string, state: string, rest: string) => hmac(secret, `state\n${state}\n${rest}`);
const verifierOf = (secret: string, state: string) => hmac(secret, `pkce\n${state}`);

function readCookie(
  header: string,
  prefix: string,
  state: string,
): { name: string; rest: string; signature: string } {
  for (const part of header.split(";")) {
    const [, name = "", bound = "", rest = "", signature = ""] = cookiePattern.exec(part) ?? [];
    if (name.startsWith(prefix) && constantTimeEqual(bound, state)) return { name, rest, signature };
  }
  throw new CallbackError("state_mismatch");
}

/** Where `storedState` keeps what it issued. */
export interface StateStore {
  /** Keeps the value until `expiresAtMs` (milliseconds since the epoch) at least. */
  put(key: string, value: string, expiresAtMs: number): Promise<void>;
  /** Gives the value and removes it in one act, so that of two callers one gets it (Redis `GETDEL`, SQL `DELETE … RETURNING`). */
  take(key: string): Promise<string | undefined>;
}

/** Options of `storedState`. */
export interface StoredStateOptions {
  store: StateStore;
  /** Seconds that a login may take. @default 600 */
  maxAgeSeconds?: number | undefined;
  /** Milliseconds since the epoch. @default Date.now */
  now?: (() => number) | undefined;
  /** @default crypto.getRandomValues */
  random?: RandomSource | undefined;
}

/**
 * A state in a store, bound to the id of your own session: single use across all processes. The store holds only the
 * state's hash.
 */
export function storedState(options: StoredStateOptions): StateKeeper {
  const { store, maxAgeSeconds = 600, now = Date.now, random = systemRandom } = options;
  const requireBinding = (binding: string | null | undefined): string => {
    if (typeof binding !== "string" || binding === "") {
      throw new InvalidArgumentError("binding", "must be the id of the browser's session");
    }
    return binding;
  };
  return {
    async issue({ context, binding } = {}) {
      const session = await sha256(requireBinding(binding));
      const state = randomText(random);
      const codeVerifier = randomText(random);
      const expires = now() + maxAgeSeconds * 1000;
      await store.put(
        await sha256(state),
        JSON.stringify({ session, codeVerifier, expires, context }),
        expires,
      );
      return { state, codeVerifier };
    },

    async verify(state, binding) {
      const session = await sha256(requireBinding(binding));
      const value = await store.take(await sha256(state));
      if (value === undefined) throw new CallbackError("state_mismatch");
      const kept = JSON.parse(value) as {
        session: string;
        codeVerifier: string;
        expires: number;
        context?: string;
      };
      if (!constantTimeEqual(kept.session, session)) throw new CallbackError("state_mismatch");
      if (now() >= kept.expires) throw new CallbackError("state_expired");
      return { codeVerifier: kept.codeVerifier, context: kept.context };
    },
  };
}

/** A store for `storedState` in this process. */
export class MemoryStateStore implements StateStore {
  readonly #entries = new Map<string, { value: string; expiresAtMs: number }>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  async put(key: string, value: string, expiresAtMs: number): Promise<void> {
    for (const [old, entry] of this.#entries) {
      if (entry.expiresAtMs > this.#now()) break;
      this.#entries.delete(old);
    }
    this.#entries.set(key, { value, expiresAtMs });
  }

  async take(key: string): Promise<string | undefined> {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    return entry?.value;
  }
}
