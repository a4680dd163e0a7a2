/** Owns what the outcome of a call means, in words for the developer who watches. */

import { withSpansInWords } from "../time/duration.js";
import type { VerdictView } from "./page/view.js";
import type { Answered, Outcome, RecordedCall } from "./run.js";
import { tokensOf } from "./run.js";

export type Operation = "exchange" | "account" | "refresh" | "introspect" | "revoke" | "send" | "download";

export function explainCall(operation: Operation, call: RecordedCall): VerdictView {
  const { outcome } = call;
  if (outcome.kind === "failed") {
    return {
      tone: "bad",
      verdict: `No answer: ${outcome.reason}`,
      explanation:
        "The request may have arrived or not: an app cannot know. Check that the server is running, then try again.",
    };
  }
  if (outcome.status >= 200 && outcome.status <= 299) return explainSuccess(operation, call, outcome);
  return {
    tone: "bad",
    verdict: `Refused: ${messageOf(outcome) ?? `status ${outcome.status}`}`,
    explanation: explainRefusal(operation, call, outcome),
  };
}

/** The emulator knows the reason; without it, the status must do. */
function explainRefusal(operation: Operation, { why }: RecordedCall, outcome: Answered): string {
  if (why?.detail === undefined || outcome.status === 429 || outcome.status >= 500)
    return explainStatus(operation, outcome);
  const detail = withSpansInWords(why.detail);
  const sentence = `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`;
  return why.advice === undefined ? sentence : `${sentence} ${why.advice}`;
}

function explainSuccess(operation: Operation, call: RecordedCall, outcome: Answered): VerdictView {
  if (operation === "account") return explainAccount(outcome);
  if (operation === "introspect") return explainIntrospection(outcome);
  if (operation === "revoke") return revoked;
  if (operation === "send") return sent;
  if (operation === "download") return fileReady;
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

const revoked: VerdictView = {
  tone: "good",
  verdict: "The tokens are revoked",
  explanation:
    "Both tokens of this authorization have ended at once. Call the API again, or introspect: the server now refuses them.",
};

const sent: VerdictView = {
  tone: "good",
  verdict: "The request is on its way",
  explanation:
    "The answer comes before the files are ready. Events tell the app when the signers have been asked, and all that follows.",
};

const fileReady: VerdictView = {
  tone: "good",
  verdict: "The file can be fetched",
  explanation: "The address works for a while without credentials, so keep it as secret as the file.",
};

function explainIntrospection(outcome: Answered): VerdictView {
  const active = member(outcome.json, "active") === true;
  return {
    tone: active ? "good" : "note",
    verdict: active ? "The token is active" : "The token is not active",
    explanation: active
      ? "The server says whose it is, what it allows, and until when."
      : "The server says nothing else about a token that has ended.",
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
  if (status >= 500) return "Something went wrong in the server. Wait a little, then try again.";
  if (status >= 300 && status < 400)
    return "The answer is a redirect. An app must not carry its secret elsewhere.";
  if (status === 404) return "There is nothing at this address: check the host and the path.";
  return refusals[operation](status);
}

const refusals: Readonly<Record<Operation, (status: number) => string>> = {
  exchange: () => "A code works once, for a short time, and only for the app it was issued to.",
  introspect: () => "Only an app that proves who it is may ask about a token.",
  revoke: () => "Only the app that a token was issued to may revoke it.",
  account: (status) =>
    status === 403
      ? "The token is good, but what the app was allowed does not cover this call."
      : "The access token has expired or was revoked. Refresh it; if that is refused too, go back to step 1.",
  send: () => "The answer names the parameter that is wrong.",
  download: () => "The files are being prepared, or the request has ended.",
  refresh: () =>
    "The refresh token was revoked, has expired, or belongs to another app. " +
    "Only the person can give access again: go back to step 1.",
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
