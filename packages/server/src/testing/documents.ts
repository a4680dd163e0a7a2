/** Documents in a test: what signers and time do to signature requests, and templates to send. */

import type { Duration } from "./duration.js";
import type { RemoteCall } from "./transport.js";

export interface SignatureView {
  readonly signatureId: string;
  readonly signerEmailAddress: string;
  readonly signerName: string;
  readonly signerRole: string | null;
  readonly order: number | null;
  readonly statusCode: string;
  readonly declineReason: string | null;
  /** Seconds since the epoch. */
  readonly signedAt: number | null;
  readonly lastViewedAt: number | null;
  readonly lastRemindedAt: number | null;
}

/** A signature request as the API answers it, with what only the emulator knows. */
export interface SignatureRequestState {
  readonly signatureRequestId: string;
  readonly title: string;
  readonly subject: string;
  readonly testMode: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly requesterEmailAddress: string;
  readonly isComplete: boolean;
  readonly isDeclined: boolean;
  readonly hasError: boolean;
  readonly isEmbedded: boolean;
  readonly phase: "preparing" | "open" | "complete" | "declined" | "canceled" | "expired" | "error";
  /** Whether the preparing phase is held. */
  readonly held: boolean;
  /** Whether the final copy can be fetched. */
  readonly downloadable: boolean;
  readonly signatures: readonly SignatureView[];
}

export interface TemplateOrder {
  /** 40 hex digits. @default random */
  readonly templateId?: string | undefined;
  /** E-mail address of an account. @default the first account of the seed */
  readonly owner?: string | undefined;
  readonly title: string;
  readonly message?: string | undefined;
  readonly signerRoles: readonly string[];
  /** Whether signers sign one after the other. @default false */
  readonly ordered?: boolean | undefined;
  readonly ccRoles?: readonly string[] | undefined;
  readonly customFields?: readonly string[] | undefined;
  /** Names of its documents. */
  readonly documents?: readonly string[] | undefined;
}

/** A template as the API answers it, with what only the emulator knows. */
export interface TemplateState {
  readonly templateId: string;
  readonly title: string;
  readonly message: string;
  readonly isEmbedded: boolean | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly signerRoles: readonly { readonly name: string; readonly order?: number }[];
  readonly ccRoles: readonly { readonly name: string }[];
  /** Only one that is ready can be seen by API, and sent. */
  readonly phase: "draft" | "creating" | "ready" | "error";
  /** Whether the creating phase is held. */
  readonly held: boolean;
}

/** What a person changes on a template's page. */
export interface TemplateEdit {
  readonly title?: string | undefined;
  readonly message?: string | undefined;
  /** In place of those it has. */
  readonly signerRoles?: readonly string[] | undefined;
  readonly ccRoles?: readonly string[] | undefined;
}

/** An unclaimed draft as the API answers it, with what only the emulator knows. */
export interface DraftState {
  /** What its request will be called; the API tells it of embedded drafts only. */
  readonly signatureRequestId: string;
  readonly claimUrl: string;
  readonly title: string;
  readonly type: "send_document" | "request_signature";
  readonly isEmbedded: boolean;
  readonly clientId: string | null;
  readonly requesterEmailAddress: string;
  /** Roles that signers are asked for; an empty name where there are none. */
  readonly openRoles: readonly string[];
  readonly phase: "unclaimed" | "claimed" | "expired";
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  readonly testMode: boolean;
}

export interface DraftSend {
  /** E-mail address of the account that claims a draft that is not embedded. @default its maker's */
  readonly requester?: string | undefined;
  /** In the order of the open roles. */
  readonly signers?: readonly { readonly name: string; readonly emailAddress: string }[] | undefined;
}

/**
 * A signer is named by e-mail address or signature id; where nobody is named, whoever's turn it is acts. Each promise
 * resolves when the events that follow have been posted once, and rejects where the API would refuse a person.
 */
export interface EmulatorDocuments {
  /** Newest first. */
  list(): Promise<readonly SignatureRequestState[]>;
  /** @param id of the request or of one of its signatures. */
  get(id: string): Promise<SignatureRequestState>;
  /** Ends the preparing phase: the first signers are asked. */
  prepare(id: string): Promise<SignatureRequestState>;
  view(id: string, signer?: string): Promise<SignatureRequestState>;
  /** @param values what the signer fills in, by the field's `api_id`. */
  sign(
    id: string,
    signer?: string,
    values?: Readonly<Record<string, string | boolean>>,
  ): Promise<SignatureRequestState>;
  /** Signs for everybody in turn, and makes the final copy ready. */
  complete(id: string): Promise<SignatureRequestState>;
  decline(id: string, reason: string, signer?: string): Promise<SignatureRequestState>;
  reassign(
    id: string,
    to: { readonly email: string; readonly name: string; readonly reason?: string | undefined },
    signer?: string,
  ): Promise<SignatureRequestState>;
  /** The e-mail to the signer comes back. */
  bounce(id: string, signer?: string): Promise<SignatureRequestState>;
  expire(id: string): Promise<SignatureRequestState>;
  /** A file cannot be processed; only while the preparing phase lasts. */
  fail(id: string, message?: string): Promise<SignatureRequestState>;
  /** Makes the final copy of a complete request ready now. */
  finish(id: string): Promise<SignatureRequestState>;
  /**
   * How long requests and templates made from now on are prepared. `"hold"` waits for `prepare` and `prepareTemplate`.
   * @default "1s"
   */
  preparing(duration: Duration | "hold"): Promise<void>;
  /** Makes a template. Resolves to its id. */
  addTemplate(order: TemplateOrder): Promise<string>;
  /** In whatever phase, newest first. */
  templates(): Promise<readonly TemplateState[]>;
  /** Ends the creating phase: `template_created` is posted. */
  prepareTemplate(id: string): Promise<TemplateState>;
  /** Its files cannot be processed: `template_error` is posted. Only in the creating phase. */
  failTemplate(id: string, message?: string): Promise<TemplateState>;
  /** Saves its page, as a person would: a draft is made ready with it. */
  saveTemplate(id: string, edit?: TemplateEdit): Promise<TemplateState>;
  /** Unclaimed drafts that have not been sent, newest first. */
  drafts(): Promise<readonly DraftState[]>;
  /** Claims a draft and sends it. @param id of its request, or the token of its claim URL. */
  sendDraft(id: string, send?: DraftSend): Promise<SignatureRequestState>;
  /** Ends the time of a draft that nobody has claimed. */
  expireDraft(id: string): Promise<DraftState>;
}

interface Answer {
  readonly signatureRequest: SignatureRequestState;
}

/** @param account the owner of templates that name none. */
export function documentsOver(call: RemoteCall, account: string): EmulatorDocuments {
  const path = (id: string) => `/signature_requests/${encodeURIComponent(id)}`;
  const act = async (id: string, body: object) =>
    (await call<Answer>("POST", path(id), body)).signatureRequest;
  const draft = (id: string) => `/unclaimed_drafts/${encodeURIComponent(id)}`;
  const actOnTemplate = async (id: string, body: object) =>
    (await call<{ template: TemplateState }>("POST", `/templates/${encodeURIComponent(id)}`, body)).template;
  const get = async (id: string) => (await call<Answer>("GET", path(id))).signatureRequest;
  return {
    list: async () =>
      (await call<{ signatureRequests: SignatureRequestState[] }>("GET", "/signature_requests"))
        .signatureRequests,
    get,
    prepare: (id) => act(id, { act: "prepare" }),
    view: (id, signer) => act(id, { act: "view", signer }),
    sign: (id, signer, values) => act(id, { act: "sign", signer, values }),
    complete: async (id) => {
      let request = await get(id);
      while (request.phase === "open" || request.phase === "preparing")
        request = await act(id, { act: "sign" });
      return act(id, { act: "finish" });
    },
    decline: (id, reason, signer) => act(id, { act: "decline", reason, signer }),
    reassign: (id, to, signer) => act(id, { act: "reassign", ...to, signer }),
    bounce: (id, signer) => act(id, { act: "bounce", signer }),
    expire: (id) => act(id, { act: "expire" }),
    fail: (id, message) => act(id, { act: "fail", message }),
    finish: (id) => act(id, { act: "finish" }),
    preparing: async (duration) => {
      await call("POST", "/signing", { preparing: duration });
    },
    addTemplate: async (order) => {
      const body = { owner: account, ...order };
      return (await call<{ template: { templateId: string } }>("POST", "/templates", body)).template
        .templateId;
    },
    templates: async () => (await call<{ templates: TemplateState[] }>("GET", "/templates")).templates,
    prepareTemplate: (id) => actOnTemplate(id, { act: "prepare" }),
    failTemplate: (id, message) => actOnTemplate(id, { act: "fail", message }),
    drafts: async () =>
      (await call<{ unclaimedDrafts: DraftState[] }>("GET", "/unclaimed_drafts")).unclaimedDrafts,
    sendDraft: async (id, more = {}) =>
      (await call<Answer>("POST", draft(id), { act: "send", ...more })).signatureRequest,
    expireDraft: async (id) =>
      (await call<{ unclaimedDraft: DraftState }>("POST", draft(id), { act: "expire" })).unclaimedDraft,
    saveTemplate: (id, edit = {}) => actOnTemplate(id, { act: "save", ...edit }),
  };
}
