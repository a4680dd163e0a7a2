/** What the playground's page shows: texts that are ready to be shown, secrets already shortened. */

import type { Tone } from "../../../pages/parts.js";
import type { ConnectView } from "../../connect/view.js";
import type { KnownLogin } from "../../pages/accounts.js";

/** `later` steps cannot be taken yet, the `open` one comes next. */
export type StepStatus = "later" | "open" | "done" | "failed";

export type Language = "address" | "curl" | "typescript" | "ruby" | "python";

export interface SampleView {
  language: Language;
  code: string;
  /** What must be installed, or any other condition. */
  note?: string | undefined;
}

export interface ParameterView {
  name: string;
  value: string;
  meaning: string;
}

export interface VerdictView {
  tone: Tone;
  verdict: string;
  explanation: string;
}

export interface CallView extends VerdictView {
  request: string;
  response: string;
  /** Status line in words, such as `200 OK`, or that there was none. */
  status: string;
  milliseconds: number;
}

export interface StartView {
  status: StepStatus;
  address: string;
  parameters: readonly ParameterView[];
  samples: readonly SampleView[];
}

export interface CallbackView {
  status: StepStatus;
  /** What happened with the callbacks so far; a refused one beside the accepted one. */
  arrivals: readonly ArrivalView[];
  samples: readonly SampleView[];
}

export interface ArrivalView extends VerdictView {
  received: readonly ParameterView[];
  expectedState: string;
  receivedState: string;
}

export interface CallStepView {
  status: StepStatus;
  /** How many calls were made: a form sent twice is then recognised. */
  made: number;
  /** Newest first. */
  calls: readonly CallView[];
  samples: readonly SampleView[];
}

/** What the profile has beside the flow of the live service. */
export interface Features {
  readonly pkce: boolean;
  readonly rotation: boolean;
  readonly introspect: boolean;
  readonly revoke: boolean;
  readonly metadata: boolean;
}

export interface DocumentStepsView {
  /** The number of the first of these steps. */
  readonly first: number;
  readonly send: CallStepView;
  /** Who is asked to sign. */
  readonly signer: string;
  readonly sign: StepStatus;
  readonly download: CallStepView;
  /** Where the file can be opened. */
  readonly fileUrl: string | undefined;
  /** Oldest first. */
  readonly events: readonly { readonly type: string; readonly state: string }[];
  /** The body of the newest, without what the page shows elsewhere. */
  readonly newestEvent: string | undefined;
  /** The id of the signature request. */
  readonly request: string | undefined;
}

export interface PlaygroundView {
  features: Features;
  csrf: string;
  app: { name: string };
  connect: ConnectView;
  /** Whether a code arrived that this page did not ask for: another app’s, most likely the developer’s own. */
  foreignCode: boolean;
  baseUrl: string;
  profileName: string;
  logins: readonly KnownLogin[];
  /** Set when this page was opened at another address than the app's callback, whose cookies differ. */
  betterAddress?: string | undefined;
  start: StartView;
  callback: CallbackView;
  exchange: CallStepView;
  account: CallStepView;
  refresh: CallStepView;
  introspect: CallStepView;
  revoke: CallStepView;
  /** The number of the step that gives the tokens up. */
  revokeStep: number;
  /** Undefined where the server has no documents. */
  documents: DocumentStepsView | undefined;
}
