/**
 * The playground is the demo app: its backend, kept apart from the server that it talks to over HTTP.
 * It owns what one browser has done so far, and no token or account of the server. This file holds that record,
 * and the judgement of a callback, which is the one decision that an app must never get wrong.
 */

import { equalSecrets } from "../../crypto/compare.js";

/** One HTTP call as it was made, secrets included: shorten before showing. */
export interface RecordedCall {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly outcome: Outcome;
  readonly milliseconds: number;
  /** What the emulator knows of a refusal and did not tell the caller. */
  readonly why?: Why | undefined;
}

export interface Why {
  readonly detail: string | undefined;
  readonly advice: string | undefined;
}

export type Outcome = Answered | { readonly kind: "failed"; readonly reason: string };

export interface Answered {
  readonly kind: "answered";
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly text: string;
  /** Undefined when the text is not JSON. */
  readonly json: unknown;
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly expiresIn: number | undefined;
}

export type Refusal =
  | "repeated"
  | "unexpected"
  | "state-missing"
  | "state-mismatch"
  | "issuer-mismatch"
  | "empty";

interface Arrival {
  readonly query: readonly (readonly [string, string])[];
  readonly expectedState: string | undefined;
  readonly receivedState: string | undefined;
}

export type Callback = Arrival &
  (
    | { readonly kind: "code"; readonly code: string }
    | { readonly kind: "error"; readonly error: string; readonly description: string | undefined }
    | { readonly kind: "refused"; readonly reason: Refusal }
  );

/** One passage through the flow, from the start button to the last refresh. */
export interface Run {
  address?: string;
  /** The state of the attempt under way; taken away by the first callback, whatever it brings. */
  expectedState?: string | undefined;
  callback?: Callback;
  /** A callback that was refused: it changes nothing else. */
  refused?: Callback | undefined;
  tokens?: Tokens | undefined;
  readonly exchanges: Calls;
  readonly accounts: Calls;
  readonly refreshes: Calls;
  readonly introspections: Calls;
  readonly revocations: Calls;
  readonly sends: Calls;
  readonly downloads: Calls;
  /** The signature request that was sent last. */
  document?: SentDocument | undefined;
  /** RFC 7636: sent with the code, so that only who asked for it can use it. */
  codeVerifier?: string | undefined;
}

export interface SentDocument {
  readonly id: string;
  readonly signatureId: string;
}

/** All calls are counted, the latest are kept. */
export interface Calls {
  made: number;
  latest: readonly RecordedCall[];
}

const keptCalls = 5;

export function newRun(): Run {
  return {
    exchanges: { made: 0, latest: [] },
    accounts: { made: 0, latest: [] },
    refreshes: { made: 0, latest: [] },
    introspections: { made: 0, latest: [] },
    revocations: { made: 0, latest: [] },
    sends: { made: 0, latest: [] },
    downloads: { made: 0, latest: [] },
  };
}

export function record(calls: Calls, call: RecordedCall): void {
  calls.made += 1;
  calls.latest = [...calls.latest, call].slice(-keptCalls);
}

/** What the app makes of a callback. The order is security: nothing else is believed before `state` is. */
export function judgeCallback(
  query: URLSearchParams,
  expectedState: string | undefined,
  issuer: string,
): Callback {
  const receivedState = query.get("state") ?? undefined;
  const arrival: Arrival = { query: [...query], expectedState, receivedState };
  const refused = (reason: Refusal): Callback => ({ ...arrival, kind: "refused", reason });

  // RFC 6749 §3.1: parameters are not repeated; two codes would leave open which one was checked.
  if (new Set(query.keys()).size !== query.size) return refused("repeated");
  // RFC 6749 §10.12: without this, a stranger could have the app connect the stranger's account.
  if (expectedState === undefined) return refused("unexpected");
  if (receivedState === undefined) return refused("state-missing");
  if (!equalSecrets(receivedState, expectedState)) return refused("state-mismatch");
  // RFC 9207 §2.4: a server that names itself must be the one that was asked.
  const receivedIssuer = query.get("iss");
  if (receivedIssuer !== null && receivedIssuer !== issuer) return refused("issuer-mismatch");

  const error = query.get("error");
  if (error !== null) {
    return { ...arrival, kind: "error", error, description: query.get("error_description") ?? undefined };
  }
  const code = query.get("code");
  return code ? { ...arrival, kind: "code", code } : refused("empty");
}

/** The address of the account that the app acts for, once it has asked. */
export function accountOf({ accounts }: Run): string | undefined {
  const outcome = accounts.latest.at(-1)?.outcome;
  if (outcome?.kind !== "answered" || outcome.status !== 200) return undefined;
  const json = outcome.json as { account?: { email_address?: unknown } } | null | undefined;
  const email = json?.account?.email_address;
  return typeof email === "string" ? email : undefined;
}

/** The request that an answer tells of, or undefined if it is not one. */
export function documentOf(outcome: Outcome): SentDocument | undefined {
  if (outcome.kind !== "answered" || outcome.status !== 200) return undefined;
  const json = outcome.json as {
    signature_request?: {
      signature_request_id?: unknown;
      signatures?: readonly { signature_id?: unknown }[];
    };
  } | null;
  const id = json?.signature_request?.signature_request_id;
  const signatureId = json?.signature_request?.signatures?.[0]?.signature_id;
  return typeof id === "string" && typeof signatureId === "string" ? { id, signatureId } : undefined;
}

/** The tokens of an answer, or undefined if it is not a token response (RFC 6749 §5.1). */
export function tokensOf(outcome: Outcome): Tokens | undefined {
  if (outcome.kind !== "answered" || outcome.status < 200 || outcome.status > 299) return undefined;
  if (typeof outcome.json !== "object" || outcome.json === null) return undefined;
  const {
    access_token: accessToken,
    refresh_token: refreshToken,
    expires_in: expiresIn,
  } = outcome.json as Record<string, unknown>;
  if (typeof accessToken !== "string" || accessToken === "") return undefined;
  return {
    accessToken,
    refreshToken: typeof refreshToken === "string" && refreshToken !== "" ? refreshToken : undefined,
    expiresIn: typeof expiresIn === "number" ? expiresIn : undefined,
  };
}
