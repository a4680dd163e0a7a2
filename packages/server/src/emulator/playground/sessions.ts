/** Owns which browser is which: a cookie, and a bounded number of records in memory. */

import { equalSecrets } from "../../crypto/compare.js";
import { newRun, type Run } from "./run.js";

export const cookie = "countersign_playground";
const mostSessions = 500;

export interface Connecting {
  readonly clientId: string;
  readonly typed: string;
  readonly problem: string | undefined;
}

export interface Session {
  readonly id: string;
  readonly csrf: string;
  run: Run;
  /** What came of the callback field, until the next time it is used. */
  connect: Connecting | undefined;
  /** The end of the work under way: calls of one browser are made one after the other. */
  queue: Promise<void>;
}

export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #randomBytes: (count: number) => Buffer;
  readonly #most: number;

  constructor(randomBytes: (count: number) => Buffer, most = mostSessions) {
    this.#randomBytes = randomBytes;
    this.#most = most;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** The session that the cookie header names, now the newest. */
  find(cookieHeader: string | undefined): Session | undefined {
    const id = readCookie(cookieHeader, cookie);
    const session = id === undefined ? undefined : this.#sessions.get(id);
    if (session) this.#keep(session);
    return session;
  }

  create(): Session {
    const id = this.#randomBytes(24).toString("base64url");
    const csrf = this.#randomBytes(24).toString("base64url");
    const session: Session = { id, csrf, run: newRun(), connect: undefined, queue: Promise.resolve() };
    this.#keep(session);
    return session;
  }

  // A Map keeps the order of insertion, so that the first entry is the one unused for longest.
  #keep(session: Session): void {
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, session);
    for (const id of this.#sessions.keys()) {
      if (this.#sessions.size <= this.#most) break;
      this.#sessions.delete(id);
    }
  }
}

export function setCookie(session: Session, secure: boolean): string {
  return `${cookie}=${session.id}; Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}

/** Runs the work after what this session has under way; never lets one failure stop the next. */
export async function inTurn(session: Session, work: () => Promise<void>): Promise<void> {
  const mine = session.queue.then(work);
  session.queue = mine.catch(() => {});
  await mine;
}

export interface PostFacts {
  readonly csrf: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly host: string | undefined;
}

/** Whether a form was sent from a page of this server, made for this session. */
export function isOwnForm(session: Session, facts: PostFacts): boolean {
  if (facts.fetchSite !== undefined && facts.fetchSite !== "same-origin") return false;
  if (facts.origin !== undefined && hostOf(facts.origin) !== facts.host?.toLowerCase()) return false;
  return facts.csrf !== undefined && equalSecrets(facts.csrf, session.csrf);
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(";") ?? []) {
    const [key, value] = pair.trim().split("=", 2);
    if (key === name) return value;
  }
  return undefined;
}
