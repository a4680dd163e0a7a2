/** What the inspector shows, all of it in words. */

import type { Tone } from "../../../pages/parts.js";

export interface StepView {
  readonly id: string;
  readonly tone: Tone;
  /** What happened: "Code exchanged for tokens". */
  readonly title: string;
  readonly method: string;
  readonly path: string;
  /** "200", "no answer". */
  readonly status: string;
  readonly time: string;
  /** Emulated time since the step before, where that is long: "1 d 1 h later". */
  readonly later: string | undefined;
  /** Why it was refused, and what to do. */
  readonly why: string | undefined;
  readonly advice: string | undefined;
  /** What the caller was told. */
  readonly told: string | undefined;
  readonly fault: string | undefined;
  readonly facts: readonly (readonly [name: string, value: string])[];
}

export interface StoryView {
  readonly id: string;
  readonly app: string;
  readonly account: string | undefined;
  readonly began: string;
  readonly tone: Tone;
  /** How it stands: "The app has access". */
  readonly stand: string;
  readonly steps: readonly StepView[];
}

export interface FaultRow {
  readonly id: string;
  readonly target: string;
  readonly does: string;
  readonly left: string;
}

export interface AppRow {
  readonly clientId: string;
  readonly name: string;
  readonly owner: string;
  readonly scopes: string;
  readonly callbackUrls: readonly string[];
  readonly approved: boolean;
}

export interface AccountRow {
  readonly id: string;
  readonly email: string;
  readonly state: string;
  readonly confirmed: boolean;
  readonly locked: boolean;
  /** The apps that may act for it. */
  readonly grants: readonly { readonly clientId: string; readonly app: string; readonly since: string }[];
}

export interface FamilyRow {
  readonly id: string;
  readonly app: string;
  readonly account: string;
  readonly state: string;
  readonly tone: Tone;
  readonly live: boolean;
  readonly generation: number;
  readonly created: string;
}

export interface LetterRow {
  readonly to: string;
  readonly subject: string;
  readonly link: string;
  readonly time: string;
}

export interface EventRow {
  readonly type: string;
  readonly account: string;
  readonly url: string;
  readonly tone: Tone;
  readonly state: string;
  readonly attempts: readonly string[];
}

export interface InspectorView {
  readonly csrf: string;
  readonly profile: string;
  readonly url: string;
  readonly problem: string | undefined;
  readonly clock: {
    readonly date: string;
    readonly time: string;
    readonly frozen: boolean;
    readonly offset: string;
  };
  readonly filter: "all" | "refused";
  readonly stories: readonly StoryView[];
  /** Stories left out because only the newest are shown. */
  readonly olderStories: number;
  readonly operations: readonly string[];
  readonly faults: readonly FaultRow[];
  readonly apps: readonly AppRow[];
  readonly accounts: readonly AccountRow[];
  readonly families: readonly FamilyRow[];
  readonly letters: readonly LetterRow[];
  readonly events: readonly EventRow[];
}
