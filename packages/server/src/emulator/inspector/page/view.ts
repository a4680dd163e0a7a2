/** What the inspector shows, all of it in words. */

import type { Tone } from "../../../pages/parts.js";

export const tabs = ["requests", "tokens", "accounts", "apps", "documents", "outbox"] as const;
export type Tab = (typeof tabs)[number];

/** What a person asked to see: all of it is in the address. */
export interface Asked {
  readonly tab: Tab;
  readonly show: "all" | "refused";
  readonly search: string;
  /** One story, whole: of requests, or of a signature request. */
  readonly story: string | undefined;
  /** Pages of stories count from 1, the newest first. */
  readonly page: number;
  /** The number of the request that is looked at. */
  readonly at: number | undefined;
}

/** A time, as distance from now and exactly. */
export interface Moment {
  readonly ago: string;
  readonly exact: string;
}

/** One request of a story, or several alike in a row. */
export interface RowView {
  readonly number: number;
  readonly tone: Tone;
  /** What happened: "Code exchanged for tokens". */
  readonly title: string;
  readonly method: string;
  readonly path: string;
  /** "200", "no answer". */
  readonly status: string;
  readonly time: Moment;
  readonly count: number;
  /** Emulated time since the row before, where that is long: "1 d 1 h later". */
  readonly later: string | undefined;
  readonly why: string | undefined;
  readonly fault: string | undefined;
}

export interface StoryView {
  readonly id: string;
  readonly app: string;
  readonly account: string | undefined;
  readonly began: Moment;
  readonly tone: Tone;
  /** How it stands: "The app has access". */
  readonly stand: string;
  readonly rows: readonly RowView[];
  /** Rows in the middle that are left out, and after how many rows that is. */
  readonly left: { readonly count: number; readonly after: number } | undefined;
}

export interface DetailView {
  readonly number: number;
  readonly tone: Tone;
  readonly title: string;
  readonly time: Moment;
  readonly why: string | undefined;
  readonly advice: string | undefined;
  /** What the caller was told. */
  readonly told: string | undefined;
  readonly fault: string | undefined;
  /** The request that ended the token. */
  readonly cause: { readonly number: number; readonly words: string } | undefined;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly request: string;
  readonly status: string;
  readonly response: string | undefined;
  readonly curl: string;
  readonly milliseconds: number;
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
  readonly grants: readonly { readonly clientId: string; readonly app: string; readonly since: Moment }[];
}

export interface FamilyRow {
  readonly id: string;
  readonly app: string;
  readonly account: string;
  readonly state: string;
  readonly tone: Tone;
  readonly live: boolean;
  readonly generation: number;
  readonly created: Moment;
  /** The request that ended it. */
  readonly cause: number | undefined;
}

export interface LetterRow {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly link: string;
  readonly time: Moment;
}

export interface EventRow {
  readonly id: string;
  readonly type: string;
  readonly account: string;
  readonly url: string;
  readonly tone: Tone;
  readonly state: string;
  readonly body: string;
  readonly time: Moment;
  readonly attempts: readonly string[];
}

export interface DocumentRow {
  readonly id: string;
  readonly title: string;
  readonly sender: string;
  readonly signers: readonly string[];
  readonly created: Moment;
  readonly state: string;
  readonly tone: Tone;
}

export interface SignerRow {
  /** The signature's id. */
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly state: string;
  /** Whether it is this signer's turn. */
  readonly acts: boolean;
  readonly canDecline: boolean;
  readonly canReassign: boolean;
  readonly page: string | undefined;
}

/** One thing that happened to a signature request. */
export interface DocumentStep {
  readonly kind: "call" | "act" | "mail" | "event";
  readonly tone: Tone;
  readonly title: string;
  readonly who: string | undefined;
  readonly detail?: string | undefined;
  readonly time: Moment;
  readonly later: string | undefined;
  /** The number of the request in the log. */
  readonly request?: number;
  /** Where it is in the outbox. */
  readonly anchor?: string;
}

export interface DocumentView extends DocumentRow {
  readonly embedded: boolean;
  readonly testMode: boolean;
  readonly files: readonly string[];
  readonly expires: Moment | undefined;
  readonly signerRows: readonly SignerRow[];
  readonly canPrepare: boolean;
  readonly canFinish: boolean;
  readonly canExpire: boolean;
  readonly steps: readonly DocumentStep[];
}

export interface DraftRow {
  /** What its request will be called. */
  readonly id: string;
  readonly title: string;
  readonly requester: string;
  readonly state: string;
  readonly tone: Tone;
}

export interface DraftStory extends DraftRow {
  readonly files: readonly string[];
  readonly embedded: boolean;
  readonly testMode: boolean;
  readonly expires: Moment;
  /** Where a person claims it. */
  readonly page: string | undefined;
  readonly canSend: boolean;
  readonly canExpire: boolean;
  readonly asksRequester: boolean;
  /** Whom it asks for before it is sent; an empty name for a signer without a role. */
  readonly openRoles: readonly string[];
  readonly steps: readonly DocumentStep[];
}

export interface DocumentsView {
  /** Whether new requests are held in their preparing phase. */
  readonly held: boolean;
  readonly rows: readonly DocumentRow[];
  readonly one: DocumentView | undefined;
  readonly drafts: readonly DraftRow[];
  readonly draft: DraftStory | undefined;
  /** Whether what was asked for is not there. */
  readonly unknown: boolean;
}

export interface InspectorView {
  readonly csrf: string;
  readonly profile: string;
  readonly url: string;
  readonly asked: Asked;
  readonly problem: string | undefined;
  readonly clock: {
    readonly date: string;
    readonly time: string;
    /** For the field that sets it: `2026-05-01T12:00`. */
    readonly field: string;
    readonly frozen: boolean;
    readonly offset: string;
  };
  readonly counts: Readonly<Record<Tab, number>>;
  readonly stories: readonly StoryView[];
  readonly pages: number;
  /** Requests that the log has forgotten, as it keeps only so many. */
  readonly forgotten: number;
  readonly detail: DetailView | undefined;
  /** What a fault can be for. */
  readonly operations: readonly string[];
  readonly faults: readonly FaultRow[];
  readonly apps: readonly AppRow[];
  readonly accounts: readonly AccountRow[];
  readonly families: readonly FamilyRow[];
  readonly letters: readonly LetterRow[];
  readonly events: readonly EventRow[];
  /** Undefined in every other tab. */
  readonly documents: DocumentsView | undefined;
  /** How many of the open tab's rows are left out. */
  readonly more: number;
}

/** Returns the address of the inspector with some of what is asked changed. */
export function addressOf(asked: Asked, changes: Partial<Asked> = {}): string {
  const { tab, show, search, story, page, at } = { ...asked, ...changes };
  const query = new URLSearchParams();
  if (tab !== "requests") query.set("tab", tab);
  if (show !== "all") query.set("show", show);
  if (search !== "") query.set("q", search);
  if (story !== undefined) query.set("story", story);
  if (page > 1) query.set("page", String(page));
  if (at !== undefined) query.set("at", String(at));
  return query.size === 0 ? "/_emulator" : `/_emulator?${query}`;
}
