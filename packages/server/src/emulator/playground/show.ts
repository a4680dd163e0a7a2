/** Owns the step from what a browser has done to what its page shows. */

import type { Player } from "../connect/connect.js";
import type { KnownLogin } from "../pages/accounts.js";
import type { Client } from "./calls.js";
import type { PlaygroundDocuments } from "./documents.js";
import { isSuccess, type Operation } from "./explain.js";
import { showCall } from "./http-text.js";
import { startSamples } from "./opening-samples.js";
import type {
  CallStepView,
  CallView,
  DocumentStepsView,
  Features,
  ParameterView,
  PlaygroundView,
  SampleView,
  StartView,
  StepStatus,
} from "./page/view.js";
import { accountOf, type Calls, type Run, tokensOf } from "./run.js";
import { accountSamples, exchangeSamples, refreshSamples } from "./samples.js";
import { shorten, shownJson } from "./secrets.js";
import { showCallback } from "./show-callback.js";

export interface Surroundings {
  readonly client: Player;
  readonly logins: readonly KnownLogin[];
  readonly baseUrl: string;
  readonly profileName: string;
  readonly features: Features;
  readonly betterAddress: string | undefined;
  readonly documents: PlaygroundDocuments | undefined;
  readonly otherThan: (email: string) => string;
  readonly firstDocumentStep: number;
  readonly revokeStep: number;
}

export function showRun(run: Run, csrf: string, around: Surroundings): Omit<PlaygroundView, "connect"> {
  const { client } = around;
  return {
    csrf,
    app: { name: client.name },
    baseUrl: around.baseUrl,
    profileName: around.profileName,
    features: around.features,
    logins: around.logins,
    betterAddress: around.betterAddress,
    start: showStart(run, around),
    callback: showCallback(run),
    exchange: showExchange(run, around),
    account: showAccount(run, around),
    refresh: showRefresh(run, around),
    introspect: aboutToken("introspect", run, run.introspections, around),
    revoke: aboutToken("revoke", run, run.revocations, around),
    revokeStep: around.revokeStep,
    documents: showDocuments(run, around),
    foreignCode: run.refused?.kind === "refused" && run.refused.reason === "unexpected",
  };
}

function showStart(run: Run, around: Surroundings): StartView {
  const { baseUrl, client } = around;
  const sent = run.address === undefined ? undefined : new URL(run.address).searchParams.get("state");
  const state = sent ? shorten(sent) : "‹fresh for every attempt›";
  return {
    status: run.address === undefined && !run.callback ? "open" : "done",
    address: `GET ${baseUrl}/oauth/authorize?response_type=code&client_id=${encodeURIComponent(client.clientId)}&state=${state}${client.namesCallback ? `&redirect_uri=${encodeURIComponent(client.callbackUrl)}` : ""}${around.features.pkce ? "&code_challenge=‹hash of a secret of this attempt›&code_challenge_method=S256" : ""}`,
    parameters: startParameters(client, state, around.features.pkce),
    samples: startSamples(baseUrl, client.clientId),
  };
}

function startParameters(client: Player, state: string, pkce: boolean): ParameterView[] {
  const more: ParameterView[] = pkce
    ? [
        {
          name: "code_challenge",
          value: "(a SHA-256 hash)",
          meaning:
            "The hash of a secret that only this attempt knows. The exchange sends the secret itself, so a stolen code is useless (PKCE, RFC 7636).",
        },
      ]
    : [];
  return [
    {
      name: "response_type",
      value: "code",
      meaning: "Asks for a code, which is useless without the app’s secret.",
    },
    { name: "client_id", value: client.clientId, meaning: "Says which app asks. It is not a secret." },
    {
      name: "state",
      value: state,
      meaning:
        "A random value kept in this browser’s session. Only an answer that repeats it belongs to this request.",
    },
    {
      name: "redirect_uri",
      value: client.namesCallback ? client.callbackUrl : "(left out)",
      meaning: client.namesCallback
        ? "Where to come back to. It must be one of the callbacks that the app registered."
        : `Where to come back to. The app registered one callback, so the server uses that: ${client.callbackUrl}.`,
    },
    ...more,
  ];
}

function showExchange(run: Run, around: Surroundings): CallStepView {
  const { callback } = run;
  const samples =
    callback?.kind === "code"
      ? exchangeSamples(
          around.baseUrl,
          around.client,
          callback.code,
          callback.receivedState ?? "",
          run.codeVerifier,
        )
      : [];
  const status = run.tokens ? "done" : statusOf(callback?.kind === "code", run.exchanges);
  return callStep("exchange", run, run.exchanges, around, status, samples);
}

function showAccount(run: Run, around: Surroundings): CallStepView {
  const { tokens } = run;
  const samples = tokens ? accountSamples(around.baseUrl, tokens.accessToken) : [];
  return callStep(
    "account",
    run,
    run.accounts,
    around,
    statusOf(tokens !== undefined, run.accounts),
    samples,
  );
}

function showRefresh(run: Run, around: Surroundings): CallStepView {
  const refreshToken = run.tokens?.refreshToken;
  const samples = refreshToken ? refreshSamples(around.baseUrl, around.client, refreshToken) : [];
  const ready = refreshToken !== undefined && run.accounts.made + run.refreshes.made > 0;
  return callStep("refresh", run, run.refreshes, around, statusOf(ready, run.refreshes), samples);
}

function aboutToken(
  operation: "introspect" | "revoke",
  run: Run,
  calls: Calls,
  around: Surroundings,
): CallStepView {
  return callStep(operation, run, calls, around, statusOf(run.tokens !== undefined, calls), []);
}

function showDocuments(run: Run, around: Surroundings): DocumentStepsView | undefined {
  if (around.documents === undefined) return undefined;
  const email = accountOf(run);
  const state = run.document && around.documents.state(run.document.id);
  const sendStatus = statusOf(run.tokens !== undefined && email !== undefined, run.sends);
  const downloadStatus = statusOf(state?.signed === true, run.downloads);
  return {
    first: around.firstDocumentStep,
    send: callStep("send", run, run.sends, around, sendStatus, []),
    signer: around.otherThan(email ?? ""),
    sign: state === undefined ? "later" : state.signed ? "done" : "open",
    download: callStep("download", run, run.downloads, around, downloadStatus, []),
    fileUrl: fileUrlOf(run),
    events: (state?.events ?? []).map(({ type, state }) => ({ type, state })),
    newestEvent: shortened(state?.events.at(-1)?.body),
    request: run.document?.id,
  };
}

/** The signature request in it is that of the answer above, as it is now: its id stands for it. */
function shortened(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const { signature_request: request, ...event } = body as { signature_request?: Record<string, unknown> };
  const id = request?.signature_request_id;
  return shownJson({
    ...event,
    ...(id !== undefined && { signature_request: { signature_request_id: id } }),
  });
}

function fileUrlOf({ downloads }: Run): string | undefined {
  const outcome = downloads.latest.at(-1)?.outcome;
  if (outcome?.kind !== "answered" || outcome.status !== 200) return undefined;
  const url = (outcome.json as { file_url?: unknown } | null | undefined)?.file_url;
  return typeof url === "string" && /^https?:/.test(url) ? url : undefined;
}

function statusOf(ready: boolean, calls: Calls): StepStatus {
  if (!ready) return "later";
  const last = calls.latest.at(-1);
  if (last === undefined) return "open";
  return isSuccess(last.outcome) ? "done" : "failed";
}

function callStep(
  operation: Operation,
  run: Run,
  calls: Calls,
  around: Surroundings,
  status: StepStatus,
  samples: readonly SampleView[],
): CallStepView {
  const secrets = secretsOf(run, around.client);
  const shown = calls.latest.map((call): CallView => showCall(operation, call, secrets)).reverse();
  return { status, made: calls.made, calls: shown, samples };
}

function secretsOf(run: Run, client: Client): string[] {
  const secrets = [client.clientSecret];
  if (run.callback?.kind === "code") secrets.push(run.callback.code);
  if (run.codeVerifier !== undefined) secrets.push(run.codeVerifier);
  for (const call of [...run.exchanges.latest, ...run.refreshes.latest]) {
    const tokens = tokensOf(call.outcome);
    if (tokens) secrets.push(tokens.accessToken);
    if (tokens?.refreshToken) secrets.push(tokens.refreshToken);
  }
  return secrets;
}
