/** Owns what the outcome of a call means, in words for the developer who watches. */

import type { VerdictView } from "./page/view.js";
import type { Answered, Outcome, RecordedCall } from "./run.js";
import { tokensOf } from "./run.js";

export type Operation = "exchange" | "account" | "refresh";

export function explainCall(operation: Operation, call: RecordedCall): VerdictView {
  const { outcome } = call;
  if (outcome.kind === "failed") {
    return {
      tone: "bad",
      verdict: `No answer: ${outcome.reason}`,
      explanation:
        "The request may have arrived or not: an app cannot know. Check that the server runs, then try again.",
    };
  }
  if (outcome.status >= 200 && outcome.status <= 299) return explainSuccess(operation, call, outcome);
  return {
    tone: "bad",
    verdict: `Refused: ${messageOf(outcome) ?? `status ${outcome.status}`}`,
    explanation: explainStatus(operation, outcome),
  };
}

function explainSuccess(operation: Operation, call: RecordedCall, outcome: Answered): VerdictView {
  if (operation === "account") return explainAccount(outcome);
  const tokens = tokensOf(outcome);
  if (tokens === undefined) {
    return {
      tone: "bad",
      verdict: "This is not a token response",
      explanation:
        "The status says success, but there is no access_token in the body. An app must stop here.",
    };
  }
  const life = tokens.expiresIn === undefined ? "for an unknown time" : `for ${inWords(tokens.expiresIn)}`;
  if (operation === "exchange") {
    return {
      tone: "good",
      verdict: `The app has access ${life}`,
      explanation: "The code is now used up. Store both tokens where the browser cannot read them.",
    };
  }
  const same = tokens.refreshToken === undefined || call.body?.includes(JSON.stringify(tokens.refreshToken));
  return {
    tone: "good",
    verdict: `A new access token, good ${life}`,
    explanation: same
      ? "The refresh token stays the same, so it can be used again."
      : "A new refresh token came as well: store it before doing anything else, as the old one has been replaced.",
  };
}

function explainAccount(outcome: Answered): VerdictView {
  const email = member(member(outcome.json, "account"), "email_address");
  if (typeof email !== "string") {
    return {
      tone: "bad",
      verdict: "This is not an account",
      explanation: "The status says success, but there is no account in the body.",
    };
  }
  return {
    tone: "good",
    verdict: `The app acts for ${email}`,
    explanation: "It never saw the password, and the person can take this access back at any time.",
  };
}

function explainStatus(operation: Operation, outcome: Answered): string {
  const { status } = outcome;
  if (status === 429) return "Too many requests. Wait for as long as Retry-After says, then try again.";
  if (status >= 500) return "The server met a fault of its own. Wait a little, then try again.";
  if (status >= 300 && status < 400)
    return "The answer is a redirect. An app must not carry its secret elsewhere.";
  if (status === 404) return "There is nothing at this address: check the host and the path.";
  return refusals[operation](status);
}

const refusals: Readonly<Record<Operation, (status: number) => string>> = {
  exchange: () =>
    "A code works once, for a short time, and for the app it was given to alone. Using it twice also takes back " +
    "the tokens of its first use, as one of the two may be a thief: try the call of the next step now.",
  account: (status) =>
    status === 403
      ? "The token is good, but what the app was allowed does not cover this call."
      : "The access token has run out, or was taken back: by the person, or because its code was used twice. " +
        "Refresh it; if that is refused too, send the person to step 1 again.",
  refresh: () =>
    "The refresh token has been taken back, has run out, or belongs to another app. " +
    "Only the person can give access again: send them to step 1.",
};

/** The message of an error body, in the API's shape or in that of RFC 6749 §5.2. */
function messageOf(outcome: Answered): string | undefined {
  const error = member(outcome.json, "error");
  const candidates = [member(outcome.json, "error_description"), member(error, "error_msg"), error];
  return candidates.find((candidate) => typeof candidate === "string" && candidate !== "") as
    | string
    | undefined;
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

const units: readonly (readonly [seconds: number, name: string])[] = [
  [86_400, "day"],
  [3600, "hour"],
  [60, "minute"],
];

function inWords(seconds: number): string {
  const [size, name] = units.find(([unit]) => seconds >= unit && seconds % unit === 0) ?? [1, "second"];
  const count = seconds / size;
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

export function isSuccess(outcome: Outcome): boolean {
  return outcome.kind === "answered" && outcome.status >= 200 && outcome.status <= 299;
}
