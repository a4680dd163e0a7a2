import { constantTimeEqual, hmac, type RandomSource, randomText, sha256, systemRandom } from "./encoding.js";
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

/** Issues states bound to a browser session and verifies each once (RFC 6749 section 10.12). */
export interface StateKeeper {
  /** `binding` is the session's own id for the store helper; the cookie helper needs none. */
  issue(options?: { context?: string | undefined; binding?: string | undefined }): Promise<IssuedState>;
  /** `binding` is the request's `Cookie` header, or the session's id. Throws CallbackError. */
  verify(state: string, binding: string | null | undefined): Promise<VerifiedState>;
}

/** Options of `cookieState`. */
export interface CookieStateOptions {
  /** At least 32 characters. Of several the first signs and all verify, so that they can be rotated. */
  secret: string | readonly string[];
  /** Seconds that a login may take. @default 600 */
  maxAgeSeconds?: number;
  /** False for plain http during development: the cookie then has no `__Host-` prefix. @default true */
  secure?: boolean;
  /** Milliseconds since the epoch. @default Date.now */
  now?: () => number;
  /** @default crypto.getRandomValues */
  random?: RandomSource;
}

/**
 * A state in a signed cookie, HttpOnly and SameSite=Lax: nothing to store. Each login has its own cookie, so two tabs do
 * not disturb each other. Single use is kept by removing the cookie and, within this process, by remembering used states.
 */
export function cookieState(options: CookieStateOptions): StateKeeper {
  const { maxAgeSeconds = 600, secure = true, now = Date.now, random = systemRandom } = options;
  const secrets = typeof options.secret === "string" ? [options.secret] : options.secret;
  if (secrets.length === 0 || secrets.some((secret) => typeof secret !== "string" || secret.length < 32)) {
    throw new InvalidArgumentError("secret", "must hold at least 32 characters");
  }
  const used = new Map<string, number>();
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
  const cookieName = (state: string) => `${secure ? "__Host-" : ""}oauth-state-${state.slice(0, 8)}`;
  const sign = (secret: string, state: string, rest: string) => hmac(secret, `state\n${state}\n${rest}`);
  const verifier = (secret: string, state: string) => hmac(secret, `pkce\n${state}`);

  return {
    async issue({ context } = {}) {
      if ((context ?? "").length > 1024)
        throw new InvalidArgumentError("context", "must not exceed 1024 characters");
      const state = randomText(random);
      const rest = `${Math.floor(now() / 1000) + maxAgeSeconds}.${encodeURIComponent(context ?? "")}`;
      const [secret = ""] = secrets;
      const value = `${state}.${rest}.${await sign(secret, state, rest)}`;
      const setCookie = `${cookieName(state)}=${value}; Max-Age=${maxAgeSeconds}; ${attributes}`;
      return { state, codeVerifier: await verifier(secret, state), setCookie };
    },

    async verify(state, binding) {
      const name = cookieName(state);
      const { expires, rest, signature } = readCookie(binding ?? "", name, state);
      let codeVerifier: string | undefined;
      for (const secret of secrets) {
        if (constantTimeEqual(await sign(secret, state, rest), signature)) {
          codeVerifier = await verifier(secret, state);
          break;
        }
      }
      if (codeVerifier === undefined) throw new CallbackError("state_mismatch");
      if (now() >= expires * 1000) throw new CallbackError("state_expired");
      // Insertion order is expiry order, near enough, so the head is what can be forgotten.
      for (const [old, until] of used) {
        if (until > now()) break;
        used.delete(old);
      }
      if (used.has(state)) throw new CallbackError("state_used");
      used.set(state, expires * 1000);
      const context = decodeURIComponent(rest.slice(rest.indexOf(".") + 1));
      const clearCookie = `${name}=; Max-Age=0; ${attributes}`;
      return { codeVerifier, clearCookie, ...(context === "" ? {} : { context }) };
    },
  };
}

function readCookie(header: string, name: string, state: string) {
  for (const part of header.split(";")) {
    const [, found, bound = "", expires = "", context = "", signature = ""] =
      /^\s*([^=]+)=([\w-]+)\.(\d+)\.(.*)\.([\w-]+)\s*$/.exec(part) ?? [];
    if (found !== name || !constantTimeEqual(bound, state)) continue;
    return { expires: Number(expires), rest: `${expires}.${context}`, signature };
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
  maxAgeSeconds?: number;
  /** Milliseconds since the epoch. @default Date.now */
  now?: () => number;
  /** @default crypto.getRandomValues */
  random?: RandomSource;
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
