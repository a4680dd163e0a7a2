/**
 * A world in virtual time for generated schedules: apps with several processes each, one store that fails, one server that
 * fails, users who log in and out, and a clock that is set. Everything that happens follows from the schedule and its seed.
 */

import {
  type Fetch,
  MemoryTokenStore,
  ReauthorizationRequired,
  TokenKeeper,
  type TokenStore,
} from "../../src/index.js";
import { VirtualTime } from "./virtual-time.js";

/** What a schedule consists of; `process` and `user` are numbers of what there is. */
export type Deed =
  | { readonly kind: "call"; readonly process: number; readonly user: number; readonly rejecting: boolean }
  | { readonly kind: "storm"; readonly process: number; readonly user: number; readonly rejecting: boolean }
  | {
      readonly kind: "save" | "revoke" | "forget" | "rewrite";
      readonly process: number;
      readonly user: number;
    }
  /** A look at the store, acts and looks after them, all at once in one process. */
  | {
      readonly kind: "race";
      readonly process: number;
      readonly user: number;
      readonly acts: readonly Act["kind"][];
    }
  | { readonly kind: "kill"; readonly process: number }
  | { readonly kind: "revokeAtServer"; readonly user: number }
  | { readonly kind: "wait" | "jump"; readonly seconds: number };

export interface WorldOptions {
  readonly seed: number;
  /** From 0 to 1: how often an act of the store, or an answer of the server, fails. */
  readonly storeFaults: number;
  readonly serverFaults: number;
  /** "same" gives the same refresh token, "grace" repeats a lost answer, "strict" takes a second use for theft. */
  readonly rotation: "same" | "grace" | "strict";
}

/** All tokens that follow from one login. */
interface Family {
  readonly id: number;
  readonly app: number;
  readonly user: number;
  generation: number;
  issued: number;
  revoked: boolean;
  /** Whether the server has said that its grant is no more. */
  refused: boolean;
}

/** Something a user does, from its beginning to its end. */
interface Act {
  readonly kind: "save" | "revoke" | "forget";
  readonly app: number;
  readonly user: number;
  readonly process: number;
  /** The process as it was then: a new one in its place knows nothing of it. */
  readonly keeper: TokenKeeper;
  readonly family: Family | undefined;
  readonly began: number;
  ended: number;
  acknowledged: boolean;
}

export const apps = 2;
export const processesPerApp = 2;
export const users = 2;

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class KeeperWorld {
  readonly time = new VirtualTime();
  /** What broke a promise, in words. */
  readonly broken: string[] = [];
  /** Sessions that a caller was told are over, although nobody logged out. */
  readonly ended: string[] = [];
  /** When a refresh request of an app for a user was sent, in seconds since the beginning. */
  readonly requests = new Map<string, number[]>();
  /** When something allowed a refresh earlier than the pauses do. */
  readonly resets: number[] = [];
  pendingCalls = 0;
  #order = 0;
  #faultsAreOver = false;
  readonly #options: WorldOptions;
  readonly #chance: () => number;
  readonly #memory = new MemoryTokenStore();
  readonly #families: Family[] = [];
  readonly #acts: Act[] = [];
  readonly #processes: { keeper: TokenKeeper; life: { ended: boolean } }[];
  readonly #lastTokens = new Map<string, string>();

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#chance = seeded(options.seed);
    this.#processes = Array.from({ length: apps * processesPerApp }, (_, process) => this.#start(process));
  }

  /** Does one thing of the schedule. Nothing of it is waited for but time. */
  async do(deed: Deed): Promise<void> {
    switch (deed.kind) {
      case "wait":
        return this.time.run(deed.seconds);
      case "jump":
        this.resets.push(this.#seconds());
        this.time.jump(deed.seconds);
        break;
      case "kill":
        this.#kill(deed.process);
        break;
      case "revokeAtServer":
        for (const family of this.#families) family.revoked ||= family.user === deed.user;
        break;
      case "call":
        void this.#call(deed.process, deed.user, deed.rejecting);
        break;
      case "storm":
        for (let call = 0; call < 100; call++) {
          void this.#call(deed.process, deed.user, deed.rejecting);
          await this.time.run(0.2);
        }
        break;
      case "race":
        await this.#race(deed.process, deed.user, deed.acts);
        break;
      case "rewrite":
        void this.#counted(deed.process, this.#keeper(deed.process).rewrite(nameOf(deed.user)));
        break;
      default:
        void this.#act(deed.kind, deed.process, deed.user);
    }
    await this.time.run(0.001);
  }

  /** The faults are over, everything under way ends; then every process is asked for every user once more. */
  async end(): Promise<void> {
    this.#faultsAreOver = true;
    await this.time.run(900);
    if (this.pendingCalls > 0) this.broken.push(`${this.pendingCalls} calls never ended`);
    this.#processes.forEach((_, process) => {
      for (let user = 0; user < users; user++) void this.#call(process, user, false);
    });
    await this.time.run(300);
    if (this.pendingCalls > 0)
      this.broken.push(`${this.pendingCalls} calls never ended in a world without faults`);
  }

  #start(process: number): { keeper: TokenKeeper; life: { ended: boolean } } {
    const life = { ended: false };
    const { now, sleep, timer } = this.time;
    const forever = new Promise<never>(() => {});
    const keeper = new TokenKeeper({
      clientId: `app ${appOf(process)}`,
      clientSecret: "secret",
      store: this.#storeFor(life),
      config: { baseUrl: "http://127.0.0.1:1", fetch: this.#fetchFor(process, life) },
      ...{ now, timer },
      sleep: (ms) => (life.ended ? forever : sleep(ms)),
      random: (bytes) => bytes.map(() => Math.floor(this.#chance() * 256)),
      onEvent: () => {
        if (this.#chance() < 0.1) throw new Error("a broken listener");
      },
    });
    return { keeper, life };
  }

  // Nothing that a dead process waits for comes any more; what it has sent may still arrive.
  #kill(process: number): void {
    const dead = this.#processes[process];
    if (dead === undefined) return;
    dead.life.ended = true;
    this.resets.push(this.#seconds());
    this.#processes[process] = this.#start(process);
  }

  #storeFor(life: { ended: boolean }): TokenStore {
    const act = async <Value>(verb: () => Promise<Value>): Promise<Value> => {
      await this.#delay();
      const fault = !this.#faultsAreOver && this.#chance() < this.#options.storeFaults ? this.#chance() : 1;
      if (fault < 0.3) throw new Error("the store is down");
      // Too late for anybody to hear of it, and yet it happens.
      if (fault < 0.4) await this.time.sleep(this.#chance() * 20_000);
      if (fault >= 0.4 && fault < 0.5) return new Promise(() => {});
      const result = await verb();
      await this.#delay();
      if (fault < 0.8) throw new Error("the connection to the store is lost");
      if (fault < 1) return new Promise(() => {});
      return life.ended ? new Promise(() => {}) : result;
    };
    return {
      read: (key) => act(() => this.#memory.read(key)),
      write: (key, version, value) =>
        life.ended ? new Promise(() => {}) : act(() => this.#memory.write(key, version, value)),
    };
  }

  /** A few milliseconds for the most part, and now and then two seconds. */
  #delay(): Promise<void> {
    return this.time.sleep(2_000 * this.#chance() ** 6);
  }

  #fetchFor(process: number, life: { ended: boolean }): Fetch {
    return async (_, init) => {
      if (life.ended) return new Promise(() => {});
      const fault = !this.#faultsAreOver && this.#chance() < this.#options.serverFaults ? this.#chance() : 1;
      await this.time.sleep(this.#chance() * 300);
      const fields = new URLSearchParams(String(init.body));
      this.#count(fields);
      if (fault < 0.2) throw new TypeError("fetch failed");
      const refused = fault < 0.5 ? this.#refusal(fault) : undefined;
      const answer = refused ?? this.#refresh(process, fields);
      await this.time.sleep(this.#chance() * 300);
      if (life.ended || (fault >= 0.5 && fault < 0.6)) return new Promise(() => {});
      if (fault >= 0.6 && fault < 0.9) throw new TypeError("terminated");
      if (fault >= 0.9 && fault < 1) return new Response((await answer.text()).slice(0, 20), { status: 200 });
      // After a success another refresh may begin at once, when an API refuses what it brought.
      if (answer.ok) this.resets.push(this.#seconds());
      return answer;
    };
  }

  #count(fields: URLSearchParams): void {
    const [, id] = (fields.get("refresh_token") ?? "").split(".");
    const family = this.#families[Number(id)];
    const name = `${family?.app} ${family?.user}`;
    this.requests.set(name, [...(this.requests.get(name) ?? []), this.#seconds()]);
  }

  #refusal(fault: number): Response {
    if (fault < 0.3) return new Response("", { status: 503, headers: { "Retry-After": "20" } });
    if (fault < 0.4) return new Response("<html>", { status: 403 });
    return Response.json({ error: "invalid_client" }, { status: 401 });
  }

  #refresh(process: number, fields: URLSearchParams): Response {
    const [, id, generation] = (fields.get("refresh_token") ?? "").split(".");
    const family = this.#families[Number(id)];
    if (family === undefined) throw new Error("a refresh token that was never given");
    const { app } = family;
    if (app !== appOf(process) || fields.get("client_id") !== `app ${app}`) {
      this.broken.push(`process ${process} has sent a token of app ${app}`);
    }
    const age = family.generation - Number(generation);
    if (this.#options.rotation === "strict" && age > 0) family.revoked = true;
    if (family.revoked) {
      family.refused = true;
      return Response.json({ error: "invalid_grant" }, { status: 400 });
    }
    if (this.#options.rotation !== "same" && age === 0) family.generation++;
    return Response.json(this.#issue(family));
  }

  #issue(family: Family) {
    const { id, generation, user, app } = family;
    return {
      access_token: `at.${id}.${user}.${app}.${++family.issued}`,
      refresh_token: `rt.${id}.${generation}`,
      // Now and then a side field that makes no sense.
      expires_in: this.#chance() < 0.1 ? "soon" : 3600,
      scope: this.#chance() < 0.1 ? ["a"] : "a",
    };
  }

  async #race(process: number, user: number, acts: readonly Act["kind"][]): Promise<void> {
    // Long enough for memory to be checked against the store.
    await this.time.run(61);
    void this.#call(process, user, false);
    for (const kind of acts) {
      await this.time.run(0.001);
      void this.#act(kind, process, user);
    }
    for (const seconds of [0.5, 2, 5]) {
      await this.time.run(seconds);
      void this.#call(process, user, false);
    }
  }

  async #act(kind: Act["kind"], process: number, user: number): Promise<void> {
    const app = appOf(process);
    const family = kind === "save" ? this.#authorize(app, user) : undefined;
    const began = ++this.#order;
    const keeper = this.#keeper(process);
    const act: Act = {
      ...{ kind, app, user, process, keeper, family, began },
      ended: Infinity,
      acknowledged: false,
    };
    this.#acts.push(act);
    this.resets.push(this.#seconds());
    const userId = nameOf(user);
    const made = family && this.#issue(family);
    const response = made && {
      ...{
        accessToken: made.access_token,
        refreshToken: made.refresh_token,
        tokenType: "Bearer",
        expiresIn: 3600,
      },
    };
    const done =
      response === undefined ? keeper[kind as "revoke" | "forget"](userId) : keeper.save(userId, response);
    await this.#counted(
      process,
      done.then(() => {
        act.acknowledged = true;
      }),
    );
    act.ended = ++this.#order;
  }

  #authorize(app: number, user: number): Family {
    const family = {
      id: this.#families.length,
      app,
      user,
      generation: 0,
      issued: 0,
      revoked: false,
      refused: false,
    };
    this.#families.push(family);
    return family;
  }

  async #call(process: number, user: number, rejecting: boolean): Promise<void> {
    const began = ++this.#order;
    const name = `${process} ${user}`;
    const rejected = rejecting ? this.#lastTokens.get(name) : undefined;
    const final = this.#faultsAreOver;
    const call = this.#keeper(process).accessToken(nameOf(user), { rejected });
    await this.#counted(
      process,
      call.then(
        (token) => {
          this.#lastTokens.set(name, token);
          this.#judgeToken(process, user, token, began, final);
        },
        (error: unknown) => this.#judgeError(process, user, error, { began, final }),
      ),
    );
  }

  async #counted(process: number, promise: Promise<unknown>): Promise<void> {
    const life = this.#processes[process]?.life;
    this.pendingCalls++;
    let isOver = false;
    const end = () => {
      if (!isOver) this.pendingCalls--;
      isOver = true;
    };
    // A call of a process that has died has nobody who waits for it.
    const watch = () => void (life?.ended === true ? end() : isOver || this.time.timer(1_000, watch));
    this.time.timer(1_000, watch);
    await promise.catch(() => {}).finally(end);
  }

  #judgeToken(process: number, user: number, token: string, began: number, final: boolean): void {
    const [, id, tokenUser, tokenApp] = token.split(".").map(Number);
    const where = `process ${process} gives user ${user} the token ${token}`;
    if (tokenUser !== user || tokenApp !== appOf(process))
      return void this.broken.push(`${where}: of another`);
    const save = this.#acts.find(({ family }) => family?.id === id);
    if (save === undefined) return;
    const undone = this.#after(save, process, user, began, final)[0];
    if (undone !== undefined) this.broken.push(`${where} although ${undone.kind} was acknowledged since`);
  }

  #judgeError(
    process: number,
    user: number,
    error: unknown,
    { began, final }: { readonly began: number; readonly final: boolean },
  ): void {
    const where = `process ${process} tells user ${user}: ${String(error)}`;
    const acts = this.#acts.filter((act) => act.app === appOf(process) && act.user === user);
    if (!(error instanceof ReauthorizationRequired)) {
      if (final) this.broken.push(`${where} although nothing fails any more`);
      return;
    }
    const { reason } = error;
    if (reason !== "unknown_user") this.ended.push(`${where}: ${reason}`);
    const families = this.#families.filter((each) => each.user === user && each.app === appOf(process));
    const ends: Partial<Record<typeof reason, boolean>> = {
      grant_refused: families.some(({ refused }) => refused),
      refresh_lost: families.some(({ refused }) => refused),
      revoked: acts.some(({ kind }) => kind === "revoke"),
      unknown_user:
        !acts.some((act) => act.kind === "save" && act.acknowledged && act.ended < began) ||
        acts.some(({ kind }) => kind === "forget"),
    };
    if (ends[reason] !== true) this.broken.push(`${where} although nobody ended it`);
    // A login that was acknowledged since the last end holds until its own grant is refused.
    const last = acts
      .filter((act) => act.acknowledged && act.ended < began)
      .sort((one, other) => one.began - other.began)
      .at(-1);
    if (last?.family === undefined || last.family.refused) return;
    const others = acts.filter((act) => act !== last && act.ended > last.began);
    if (others.length === 0)
      this.broken.push(`${where} although the login ${last.family.id} was acknowledged`);
  }

  // What was acknowledged after an act had ended, and before a call that has to know of it began.
  #after(act: Act, process: number, user: number, began: number, final: boolean): Act[] {
    return this.#acts.filter(
      (each) =>
        each.user === user &&
        each.app === act.app &&
        each.acknowledged &&
        // In one process acts hold in the order in which they were begun, in several when one had ended.
        each.began > (each.keeper === act.keeper ? act.began : act.ended) &&
        each.ended < began &&
        this.#isSeenBy(each, process, final),
    );
  }

  // At once in the process that did it; in the others when nothing is from memory any more.
  #isSeenBy(act: Act, process: number, final: boolean): boolean {
    return final || act.process === process;
  }

  #keeper(process: number): TokenKeeper {
    return (this.#processes[process] as { keeper: TokenKeeper }).keeper;
  }

  #seconds(): number {
    return this.time.elapsedMilliseconds / 1000;
  }
}

function appOf(process: number): number {
  return process % apps;
}

function nameOf(user: number): string {
  return `user ${user}`;
}
