/** Owns what each button and the callback do to a run, and where the browser goes next. */

import { createHash } from "node:crypto";
import type { Player } from "../connect/connect.js";
import {
  callAccount,
  callFileUrl,
  callForm,
  callSend,
  callToken,
  exchangeBody,
  type Http,
  refreshBody,
} from "./calls.js";
import type { PlaygroundDocuments } from "./documents.js";
import {
  accountOf,
  type Calls,
  documentOf,
  judgeCallback,
  newRun,
  record,
  tokensOf,
  type Why,
} from "./run.js";
import { inTurn, type Session } from "./sessions.js";

const stateBytes = 16;
const verifierBytes = 32;
const codeBytes = 8;

export interface StepDependencies extends Http {
  readonly player: () => Promise<Player>;
  readonly randomBytes: (count: number) => Buffer;
  /** Whether the server reads RFC 7636. */
  readonly pkce: boolean;
  /** Undefined where the server has no documents. */
  readonly documents: PlaygroundDocuments | undefined;
  /** Somebody else than the account with this address, to sign. */
  readonly otherThan: (email: string) => string;
  /** The number of the first step with documents. */
  readonly firstDocumentStep: number;
  readonly revokeStep: number;
  /** Returns what the emulator noted of the newest request of this kind. */
  readonly why: (operation: string) => Why | undefined;
}

type Action = (session: Session, form: URLSearchParams) => Promise<string>;

export interface Actions {
  readonly start: Action;
  readonly exchange: Action;
  readonly account: Action;
  readonly refresh: Action;
  readonly introspect: Action;
  readonly revoke: Action;
  readonly send: Action;
  readonly sign: Action;
  readonly download: Action;
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
    introspect: (session, form) => aboutToken("introspect", session, form, deps),
    revoke: (session, form) => aboutToken("revoke", session, form, deps),
    send: (session, form) => send(session, form, deps),
    sign: (session) => sign(session, deps),
    download: (session, form) => download(session, form, deps),
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
  const codeVerifier = deps.pkce ? deps.randomBytes(verifierBytes).toString("base64url") : undefined;
  const address = new URL(`${deps.baseUrl()}/oauth/authorize`);
  address.search = new URLSearchParams({
    response_type: "code",
    client_id: player.clientId,
    state,
    ...(player.namesCallback && { redirect_uri: player.callbackUrl }),
    ...(codeVerifier && { code_challenge: challengeOf(codeVerifier), code_challenge_method: "S256" }),
  }).toString();
  session.run = { ...newRun(), address: address.href, expectedState: state, codeVerifier };
  return address.href;
}

/** RFC 7636 §4.2. */
function challengeOf(verifier: string): string {
  return createHash("sha256").update(verifier).digest("base64url");
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
    const { address, codeVerifier } = run;
    session.run = { ...newRun(), ...(address !== undefined && { address }), codeVerifier, callback };
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
    const body = exchangeBody(
      await deps.player(),
      callback.code,
      callback.receivedState ?? "",
      run.codeVerifier,
    );
    const call = await callToken(deps, "", body);
    record(run.exchanges, { ...call, why: deps.why("oauthTokenGenerate") });
    run.tokens ??= tokensOf(call.outcome);
  });
  return "/#step-3";
}

async function account(session: Session, form: URLSearchParams, deps: StepDependencies): Promise<string> {
  const { run } = session;
  await inTurn(session, async () => {
    if (run.tokens === undefined || isRepeated(form, run.accounts)) return;
    const call = await callAccount(deps, run.tokens.accessToken);
    record(run.accounts, { ...call, why: deps.why("accountGet") });
  });
  return "/#step-4";
}

async function refresh(session: Session, form: URLSearchParams, deps: StepDependencies): Promise<string> {
  const { run } = session;
  await inTurn(session, async () => {
    const refreshToken = run.tokens?.refreshToken;
    if (refreshToken === undefined || isRepeated(form, run.refreshes)) return;
    const call = await callToken(deps, "?refresh", refreshBody(await deps.player(), refreshToken));
    record(run.refreshes, { ...call, why: deps.why("oauthTokenRefresh") });
    const next = tokensOf(call.outcome);
    // RFC 6749 §6: an answer without a refresh token leaves the old one in force.
    if (next) run.tokens = { ...next, refreshToken: next.refreshToken ?? refreshToken };
  });
  return "/#step-5";
}

/** What the standard profile adds: asking about the access token, and ending it with all of its family. */
async function aboutToken(
  operation: "introspect" | "revoke",
  session: Session,
  form: URLSearchParams,
  deps: StepDependencies,
): Promise<string> {
  const { run } = session;
  const calls = operation === "introspect" ? run.introspections : run.revocations;
  await inTurn(session, async () => {
    if (run.tokens === undefined || isRepeated(form, calls)) return;
    const { accessToken, refreshToken = accessToken } = run.tokens;
    const token = operation === "introspect" ? accessToken : refreshToken;
    const call = await callForm(deps, `/oauth/${operation}`, await deps.player(), token);
    record(calls, { ...call, why: deps.why(operation) });
  });
  return operation === "introspect" ? "/#step-6" : `/#step-${deps.revokeStep}`;
}

async function send(session: Session, form: URLSearchParams, deps: StepDependencies): Promise<string> {
  const { run } = session;
  await inTurn(session, async () => {
    const email = accountOf(run);
    if (run.tokens === undefined || email === undefined || isRepeated(form, run.sends)) return;
    const { accessToken } = run.tokens;
    const backTo = `${deps.baseUrl()}/#step-${deps.firstDocumentStep + 2}`;
    const call = await callSend(deps, { accessToken, signer: deps.otherThan(email), backTo });
    record(run.sends, { ...call, why: deps.why("signatureRequestSend") });
    run.document = documentOf(call.outcome) ?? run.document;
  });
  return `/#step-${deps.firstDocumentStep + (run.document === undefined ? 0 : 1)}`;
}

async function sign({ run }: Session, deps: StepDependencies): Promise<string> {
  if (run.document === undefined) return `/#step-${deps.firstDocumentStep}`;
  await deps.documents?.hurry(run.document.id);
  return `/sign/${run.document.signatureId}`;
}

async function download(session: Session, form: URLSearchParams, deps: StepDependencies): Promise<string> {
  const { run } = session;
  await inTurn(session, async () => {
    if (run.tokens === undefined || run.document === undefined || isRepeated(form, run.downloads)) return;
    await deps.documents?.hurry(run.document.id);
    const call = await callFileUrl(deps, run.tokens.accessToken, run.document.id);
    record(run.downloads, { ...call, why: deps.why("signatureRequestFilesAsFileUrl") });
  });
  return `/#step-${deps.firstDocumentStep + 2}`;
}

/** Whether this form was sent before: a double click must not use a code twice. */
function isRepeated(form: URLSearchParams, calls: Calls): boolean {
  return form.get("made") !== String(calls.made);
}
