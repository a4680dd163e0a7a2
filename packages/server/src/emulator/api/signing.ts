/** Everything around documents: makes them, keeps their life going, writes e-mails and events. */

import type { HttpContext } from "../../http/context.js";
import type { Account } from "../../storage/port/records.js";
import type { EventDelivery } from "../outbox/delivery.js";
import type { Outbox } from "../outbox/outbox.js";
import type { Timeline } from "../time/timeline.js";
import { ApiFault } from "./api-fault.js";
import type { Caller } from "./api-route.js";
import type { ApiBody } from "./body.js";
import type { BulkJob } from "./bulk/job.js";
import { readRows } from "./bulk/read.js";
import { Documents, type DocumentsState } from "./documents.js";
import type { Draft } from "./drafts/draft.js";
import { type Ticket, Tickets } from "./embedded/tickets.js";
import { type FileLink, FileLinks } from "./files/links.js";
import { Input } from "./input.js";
import { Messages } from "./messages.js";
import { type Making, newSignatureRequest } from "./signature-requests/create.js";
import { RequestLife } from "./signature-requests/life.js";
import { fromDocuments, fromTemplates } from "./signature-requests/plan.js";
import { readCommon } from "./signature-requests/read.js";
import type { HistoryEntry, SignatureRequest } from "./signature-requests/request.js";
import { edited } from "./signature-requests/rules.js";
import { isSigner } from "./signature-requests/visibility.js";
import type { EditTicket } from "./templates/edit.js";
import { TemplateLife } from "./templates/life.js";
import type { Warning } from "./templates/read.js";
import type { Template } from "./templates/template.js";
import { templatesNamed } from "./templates/visibility.js";

export interface SigningPorts {
  readonly context: HttpContext;
  readonly timeline: Timeline;
  readonly outbox: Outbox;
  readonly delivery: EventDelivery;
}

export interface SigningState {
  readonly documents: DocumentsState;
  readonly links: ReadonlyMap<string, FileLink>;
  readonly signUrls: ReadonlyMap<string, Ticket>;
  readonly openings: ReadonlyMap<string, Ticket>;
  readonly editUrls: ReadonlyMap<string, EditTicket>;
  readonly editors: ReadonlyMap<string, EditTicket>;
  readonly preparingMilliseconds: number | undefined;
}

type NewRequest = Omit<Making, "sender" | "preparingMilliseconds" | "randomBytes">;

/** How long files are prepared unless the control API says otherwise; the live time is not known. */
export const usualPreparingMilliseconds = 1000;

export class Signing {
  readonly documents = new Documents();
  readonly links = new FileLinks();
  /** Addresses that `embeddedSignUrl` gave out and nobody has opened. */
  readonly signUrls = new Tickets();
  /** Signers' pages that are open. */
  readonly openings = new Tickets();
  /** Addresses of templates' pages that nobody has opened, and those pages that are open. */
  readonly editUrls = new Tickets<EditTicket>();
  readonly editors = new Tickets<EditTicket>();
  readonly life: RequestLife;
  readonly templateLife: TemplateLife;
  readonly messages: Messages;
  /** Undefined holds new requests in their preparing phase until they are released. */
  preparingMilliseconds: number | undefined = usualPreparingMilliseconds;
  readonly #ports: SigningPorts;

  constructor(ports: SigningPorts) {
    this.#ports = ports;
    this.messages = new Messages(ports);
    this.life = new RequestLife({
      documents: this.documents,
      timeline: ports.timeline,
      sent: () => ports.outbox.made,
      mail: (note, request) => this.messages.mail(note, request),
      event: (note, request) => this.messages.event(note, request),
    });
    this.templateLife = new TemplateLife({
      documents: this.documents,
      timeline: ports.timeline,
      event: (type, template, message) => this.messages.templateEvent(type, template, message),
    });
  }

  /** No document is left, and new ones are prepared as usual. */
  reset(): void {
    this.documents.restore({ requests: [], templates: [] });
    for (const kept of [this.links, this.signUrls, this.openings, this.editUrls, this.editors])
      kept.restore();
    this.preparingMilliseconds = usualPreparingMilliseconds;
  }

  /** All of it, for a snapshot: documents, addresses that were given out, and how long new ones are prepared. */
  state(): SigningState {
    return {
      documents: this.documents.state(),
      links: this.links.state(),
      signUrls: this.signUrls.state(),
      openings: this.openings.state(),
      editUrls: this.editUrls.state(),
      editors: this.editors.state(),
      preparingMilliseconds: this.preparingMilliseconds,
    };
  }

  restore(state: SigningState): void {
    this.documents.restore(state.documents);
    this.links.restore(state.links);
    this.signUrls.restore(state.signUrls);
    this.openings.restore(state.openings);
    this.editUrls.restore(state.editUrls);
    this.editors.restore(state.editors);
    this.preparingMilliseconds = state.preparingMilliseconds;
    this.resume();
  }

  /** Plans anew what is due: after documents were put back. */
  resume(): void {
    this.life.resume();
    this.templateLife.resume();
  }

  /** Makes a request from documents and signers. @throws {ApiFault} */
  async send(
    caller: Caller,
    body: ApiBody,
    { embedded }: { readonly embedded: boolean },
  ): Promise<SignatureRequest> {
    const { context } = this.#ports;
    const now = context.now();
    const input = new Input(body.tree);
    const wanted = readCommon(input, now);
    const clientId = await this.clientOf(caller, wanted.clientId, embedded);
    return this.#begin(caller, { ...fromDocuments(body, input, now), clientId, embedded, now });
  }

  /** Returns what a draft's request is made of, with the signers that were left open. @throws {ApiFault} */
  async planDraft(caller: Caller, draft: Draft, more: readonly object[]): Promise<NewRequest> {
    const now = this.#ports.context.now();
    const given = new Input(draft.tree).members("signers").map(([, one]) => one);
    const { clientId, signsEmbedded: embedded, tree, files, requestExpiresAt: expiresAt } = draft;
    if (expiresAt !== undefined && expiresAt <= now)
      throw new ApiFault(
        "bad_request",
        "The time at which the request was to expire has passed",
        "expires_at",
      );
    // The end was judged when the draft was made: by the time it is sent, that may be less than a day away.
    const input = new Input({ ...tree, expires_at: undefined, signers: [...given, ...more] });
    const making = draft.fromTemplates
      ? fromTemplates(input, templatesNamed(this.documents, caller, input), now).making
      : fromDocuments({ tree, files }, input, now);
    return { ...making, wanted: { ...making.wanted, expiresAt }, clientId, embedded, now };
  }

  beginDraft(caller: Caller, draft: Draft, making: NewRequest): SignatureRequest {
    const history = this.noted(draft.history, "draft_sent", caller.account.email);
    return this.#begin(caller, { ...making, id: draft.requestId, onHold: draft.holds, history });
  }

  /** Returns a history with one act more, as of now. @param who did it. */
  noted(history: readonly HistoryEntry[] = [], act: string, who?: string): readonly HistoryEntry[] {
    const { context, outbox } = this.#ports;
    return [...history, { at: context.now(), sent: outbox.made, act, signer: who, message: undefined }];
  }

  /** The roles that a draft's templates want signers for. @throws {ApiFault} */
  rolesOf(caller: Caller, input: Input): string[] {
    const roles = templatesNamed(this.documents, caller, input).flatMap(({ signerRoles }) => signerRoles);
    return [...new Set(roles.map(({ name }) => name))];
  }

  /** Makes a request from templates. @throws {ApiFault} */
  async sendWithTemplate(
    caller: Caller,
    body: ApiBody,
    { embedded }: { readonly embedded: boolean },
  ): Promise<{ readonly made: SignatureRequest; readonly warnings: readonly Warning[] }> {
    const input = new Input(body.tree);
    const templates = templatesNamed(this.documents, caller, input);
    const { making, warnings } = await this.#fromTemplates(caller, input, templates, embedded);
    return { made: this.#begin(caller, making), warnings };
  }

  /** Makes a request of every row, or none where one is wrong. @throws {ApiFault} */
  async sendInBulk(
    caller: Caller,
    body: ApiBody,
    { embedded }: { readonly embedded: boolean },
  ): Promise<{ readonly job: BulkJob; readonly warnings: readonly Warning[] }> {
    const { context } = this.#ports;
    const input = new Input(body.tree);
    const templates = templatesNamed(this.documents, caller, input);
    const rows = readRows(body, input, templates);
    const id = context.randomBytes(20).toString("hex");
    const plans = [];
    for (const row of rows) {
      const tree = { ...body.tree, signers: row.signers, custom_fields: row.customFields };
      plans.push(
        await this.#fromTemplates(caller, new Input(tree), templates, embedded).catch((error: unknown) => {
          throw error instanceof ApiFault ? ofRow(error, row.path) : error;
        }),
      );
    }
    const made = plans.map(({ making }) => this.#begin(caller, { ...making, bulkJobId: id }));
    const job: BulkJob = {
      id,
      creatorId: caller.account.id,
      createdAt: context.now(),
      requestIds: made.map((one) => one.id),
    };
    this.documents.putJob(job);
    return { job, warnings: plans[0]?.warnings ?? [] };
  }

  async #fromTemplates(
    caller: Caller,
    input: Input,
    templates: readonly Template[],
    embedded: boolean,
  ): Promise<{ readonly making: NewRequest; readonly warnings: readonly Warning[] }> {
    const now = this.#ports.context.now();
    const common = readCommon(input, now);
    const clientId = await this.clientOf(caller, common.clientId, embedded);
    const { making, warnings } = fromTemplates(input, templates, now);
    return { making: { ...making, clientId, embedded, now }, warnings };
  }

  /** Replaces an open request by another of its id, which is sent anew. @throws {ApiFault} */
  async edit(
    caller: Caller,
    { id }: SignatureRequest,
    body: ApiBody,
    { embedded, fromTemplates: isFrom }: { readonly embedded: boolean; readonly fromTemplates: boolean },
  ): Promise<{ readonly made: SignatureRequest; readonly warnings: readonly Warning[] }> {
    const input = new Input(body.tree);
    const now = this.#ports.context.now();
    const clientId = await this.clientOf(caller, input.optionalText("client_id", { max: 100 }), embedded);
    const { making, warnings } = isFrom
      ? fromTemplates(input, templatesNamed(this.documents, caller, input), now)
      : { making: fromDocuments(body, input, now), warnings: [] };
    const { request } = this.life.change(id, (before) => {
      const sender = { id: before.senderId, email: before.senderEmail };
      const wanted = { ...making, clientId: clientId ?? before.clientId, embedded, now, id };
      return edited(before, this.#made(sender, wanted));
    });
    return { made: request, warnings };
  }

  #made(sender: Making["sender"], making: NewRequest): SignatureRequest {
    const { preparingMilliseconds } = this;
    const { randomBytes } = this.#ports.context;
    return newSignatureRequest({ ...making, sender, preparingMilliseconds, randomBytes });
  }

  #begin(caller: Caller, making: NewRequest): SignatureRequest {
    const request = this.#made(caller.account, making);
    this.life.begin(request);
    return request;
  }

  /** What an account's list shows: sent and received, not what it is only copied on. Newest first. */
  listed(account: Account): SignatureRequest[] {
    return this.documents
      .requests()
      .filter(
        (one) =>
          (one.senderId === account.id || isSigner(one, account.email)) &&
          one.phase !== "canceled" &&
          !one.removedBy.includes(account.id),
      );
  }

  /** An access token is for its own app; an API key for the apps of its account. @throws {ApiFault} */
  async clientOf(caller: Caller, wanted: string | undefined, required: boolean): Promise<string | undefined> {
    if (caller.clientId !== undefined) {
      if (wanted === undefined || wanted === caller.clientId) return caller.clientId;
      throw unauthorizedApp(wanted);
    }
    if (wanted === undefined) {
      if (required) throw new ApiFault("bad_request", "Parameter client_id is missing", "client_id");
      return undefined;
    }
    const app = await this.#ports.context.storage.findApp(wanted);
    if (app === undefined || app.ownerId !== caller.account.id) throw unauthorizedApp(wanted);
    return app.clientId;
  }
}

/** The refusal with the row it is about. */
const ofRow = ({ errorName, message, path, status }: ApiFault, row: string): ApiFault =>
  new ApiFault(errorName, `${row}: ${message}`, path === undefined ? row : `${row}.${path}`, status);

const unauthorizedApp = (clientId: string) =>
  new ApiFault("unauthorized", `App with client_id ${clientId} not authorized to make requests`);
