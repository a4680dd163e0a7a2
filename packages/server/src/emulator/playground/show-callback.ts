/** Owns what a callback meant, in words. */

import { callbackSamples } from "./opening-samples.js";
import type { ArrivalView, CallbackView, ParameterView, StepStatus, VerdictView } from "./page/view.js";
import type { Callback, Refusal, Run } from "./run.js";
import { shorten } from "./secrets.js";

const mostParameters = 10;
const mostCharacters = 200;
const shortState = 12;

export function showCallback(run: Run): CallbackView {
  // A code nobody here asked for is another app's business: the page says so above the steps.
  const refused = isForeign(run.refused) ? undefined : run.refused;
  const arrivals = [refused, run.callback].filter((callback) => callback !== undefined);
  return { status: statusOf(run), arrivals: arrivals.map(showArrival), samples: callbackSamples };
}

function statusOf(run: Run): StepStatus {
  if (run.callback?.kind === "code") return "done";
  if (run.callback || (run.refused && !isForeign(run.refused))) return "failed";
  return run.address === undefined ? "later" : "open";
}

function isForeign(callback: Callback | undefined): boolean {
  return callback?.kind === "refused" && callback.reason === "unexpected";
}

function showArrival(callback: Callback): ArrivalView {
  return {
    ...judgement(callback),
    received: callback.query
      .filter(([name]) => name !== "state")
      .slice(0, mostParameters)
      .map(showParameter),
    expectedState: showState(callback.expectedState),
    receivedState: showState(callback.receivedState),
  };
}

function judgement(callback: Callback): VerdictView {
  if (callback.kind === "code") return accepted;
  if (callback.kind === "refused") return { tone: "bad", ...refused[callback.reason] };
  if (callback.error === "access_denied") return denied;
  return {
    tone: "bad",
    verdict: `The server answered with an error: ${clip(callback.error)}`,
    explanation: clip(callback.description ?? "It gave no description."),
  };
}

const accepted: VerdictView = {
  tone: "good",
  verdict: "The state is the one the app sent",
  explanation:
    "This is the answer to this browser’s own request. That state is used up now: it will not be accepted again.",
};

const denied: VerdictView = {
  tone: "note",
  verdict: "Access was denied",
  explanation:
    "The state is right, but there is no code: the person said no, or may not use this app yet. An app accepts that and carries on without access.",
};

const refused: Readonly<Record<Refusal, { verdict: string; explanation: string }>> = {
  repeated: {
    verdict: "Refused: a parameter came twice",
    explanation: "The app cannot know which of the two was meant, so it believes neither.",
  },
  unexpected: {
    verdict: "Refused: this browser is not waiting for an answer",
    explanation:
      "Nothing was started here, or its answer has come already. Whatever came was thrown away. Start again at step 1.",
  },
  "state-missing": {
    verdict: "Refused: there is no state",
    explanation:
      "Without it nothing ties this callback to a request of this browser. What came was thrown away.",
  },
  "state-mismatch": {
    verdict: "Refused: the state is not the one the app sent",
    explanation:
      "Someone else made this callback, perhaps to connect their account to your session. Its code was thrown away, " +
      "and what the app had before is untouched.",
  },
  "issuer-mismatch": {
    verdict: "Refused: another server answered",
    explanation:
      "iss names a server that was not asked. The code was thrown away, so that it cannot be sent to the wrong one.",
  },
  empty: {
    verdict: "Refused: neither a code nor an error came",
    explanation: "The state is right, but there is nothing to continue with. Start again at step 1.",
  },
};

const meanings: Readonly<Record<string, string>> = {
  code: "To be exchanged for tokens by the app’s backend, once.",
  error: "Why there is no code.",
  error_description: "The same for the developer. Not for showing to people.",
  iss: "Which server answered.",
};

function showParameter([name, value]: readonly [string, string]): ParameterView {
  return {
    name: clip(name),
    value: clip(name === "code" ? shorten(value) : value),
    meaning: meanings[name] ?? "Not known to this app, and ignored.",
  };
}

// A forged state may be of any length; a short one is shown whole.
function showState(state: string | undefined): string {
  if (!state) return "(none)";
  return state.length <= shortState ? state : shorten(state);
}

function clip(text: string): string {
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters)}…`;
}
