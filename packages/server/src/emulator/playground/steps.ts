/** Owns what each button and the callback do to a run, and where the browser goes next. */

import type { Player } from "../connect/connect.js";
import { callAccount, callToken, exchangeBody, type Http, refreshBody } from "./calls.js";
import { type Calls, judgeCallback, newRun, record, tokensOf } from "./run.js";
import { inTurn, type Session } from "./sessions.js";

const stateBytes = 16;
const codeBytes = 8;

export interface StepDependencies extends Http {
  readonly player: () => Promise<Player>;
  readonly randomBytes: (count: number) => Buffer;
}

type Action = (session: Session, form: URLSearchParams) => Promise<string>;

export interface Actions {
  readonly start: Action;
  readonly exchange: Action;
  readonly account: Action;
  readonly refresh: Action;
  readonly "forge-state": Action;
  readonly reset: Action;
  readonly arrive: (session: Session, query: URLSearchParams) => void;
}

export function actionsOf(deps: StepDependencies): Actions {
  return {
    start: (session) => start(session, deps),
    exchange: (session, form) => exchange(session, form, deps),
    account: (session, form) => account(session, form, deps),
    refresh: (session, form) => refresh(session, form, deps),
    "forge-state": async (session) => forgeState(session, deps),
    reset: async (session) => {
      session.run = newRun();
      return "/#step-1";
    },
    arrive: (session, query) => arrive(session, query, deps.baseUrl()),
  };
}

async function start(session: Session, deps: StepDependencies): Promise<string> {
  const player = await deps.player();
  const state = deps.randomBytes(stateBytes).toString("hex");
  const address = new URL(`${deps.baseUrl()}/oauth/authorize`);
  address.search = new URLSearchParams({
    response_type: "code",
    client_id: player.clientId,
    state,
    ...(player.namesCallback && { redirect_uri: player.callbackUrl }),
  }).toString();
  session.run = { ...newRun(), address: address.href, expectedState: state };
  return address.href;
}

/** Takes the expected state away before judging: it serves once, whatever comes of it. */
function arrive(session: Session, query: URLSearchParams, issuer: string): void {
  const { run } = session;
  const expected = run.expectedState;
  run.expectedState = undefined;
  const callback = judgeCallback(query, expected, issuer);
  if (callback.kind === "refused") {
    run.refused = callback;
    session.connect = undefined;
  } else {
    session.run = { ...newRun(), ...(run.address !== undefined && { address: run.address }), callback };
  }
}

/** Lets the app wait for an answer, and sends it one that a stranger could have made. */
function forgeState(session: Session, deps: StepDependencies): string {
  session.run.expectedState = deps.randomBytes(stateBytes).toString("hex");
  const forged = new URLSearchParams({
    code: deps.randomBytes(codeBytes).toString("hex"),
    state: deps.randomBytes(stateBytes).toString("hex"),
  });
  return `/playground/callback?${forged}`;
}

async function exchange(session: Session, form: URLSearchParams, deps: StepDependencies): Promise<string> {
  const { run } = session;
  await inTurn(session, async () => {
    const { callback } = run;
    if (callback?.kind !== "code" || isRepeated(form, run.exchanges)) return;
    const body = exchangeBody(await deps.player(), callback.code, callback.receivedState ?? "");
    const call = await callToken(deps, "", body);
    record(run.exchanges, call);
    run.tokens ??= tokensOf(call.outcome);
  });
  return "/#step-3";
}

async function account(session: Session, form: URLSearchParams, deps: StepDependencies): Promise<string> {
  const { run } = session;
  await inTurn(session, async () => {
    if (run.tokens === undefined || isRepeated(form, run.accounts)) return;
    record(run.accounts, await callAccount(deps, run.tokens.accessToken));
  });
  return "/#step-4";
}

async function refresh(session: Session, form: URLSearchParams, deps: StepDependencies): Promise<string> {
  const { run } = session;
  await inTurn(session, async () => {
    const refreshToken = run.tokens?.refreshToken;
    if (refreshToken === undefined || isRepeated(form, run.refreshes)) return;
    const call = await callToken(deps, "?refresh", refreshBody(await deps.player(), refreshToken));
    record(run.refreshes, call);
    const next = tokensOf(call.outcome);
    // RFC 6749 §6: an answer without a refresh token leaves the old one in force.
    if (next) run.tokens = { ...next, refreshToken: next.refreshToken ?? refreshToken };
  });
  return "/#step-5";
}

/** Whether this form was sent before: a double click must not use a code twice. */
function isRepeated(form: URLSearchParams, calls: Calls): boolean {
  return form.get("made") !== String(calls.made);
}
