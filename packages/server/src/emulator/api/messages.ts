/** What documents and teams tell people and callbacks: e-mails into the outbox, events to be delivered. */

import type { HttpContext } from "../../http/context.js";
import type { App } from "../../storage/port/records.js";
import type { EventDelivery } from "../outbox/delivery.js";
import type { Outbox } from "../outbox/outbox.js";
import type { ReportType } from "./reports/report.js";
import type { EventNote, MailNote } from "./signature-requests/change.js";
import { mailText } from "./signature-requests/mail.js";
import type { SignatureRequest } from "./signature-requests/request.js";
import { signatureRequestView } from "./signature-requests/view.js";
import type { Team } from "./teams/team.js";
import type { TemplateEvent } from "./templates/life.js";
import type { Template } from "./templates/template.js";
import { templateView } from "./templates/view.js";

export interface MessagePorts {
  readonly context: HttpContext;
  readonly outbox: Outbox;
  readonly delivery: EventDelivery;
}

export class Messages {
  readonly #ports: MessagePorts;

  constructor(ports: MessagePorts) {
    this.#ports = ports;
  }

  /** Tells a callback that it has been set: the API does not wait for it. */
  callbackSet(app: App): void {
    void this.#ports.delivery.callbackTest(app);
  }

  /** Tells somebody of a place in a team. */
  inviteToTeam(team: Team, invitation: { email: string; token: string; inviter: string }): void {
    const { context, outbox } = this.#ports;
    const { email, token, inviter } = invitation;
    const link = `${context.issuer()}/team/join/${token}`;
    outbox.addEmail({
      time: context.now(),
      to: email,
      subject: `${inviter} has invited you to the team ${team.name}`,
      text: `Join the team ${team.name}: ${link}`,
      link,
    });
  }

  /** Tells an account where its report is. */
  reportReady(to: string, type: ReportType, link: string): void {
    const { context, outbox } = this.#ports;
    const subject = `Your report is ready: ${type.replaceAll("_", " ")}`;
    outbox.addEmail({ time: context.now(), to, subject, text: `Download it as a CSV file: ${link}`, link });
  }

  mail(note: MailNote, request: SignatureRequest): void {
    const { context, outbox } = this.#ports;
    outbox.addEmail({
      time: context.now(),
      to: note.to,
      ...mailText(note, request, context.issuer()),
      signatureRequestId: request.id,
    });
  }

  /** Resolves when the first attempt is over; never rejects. */
  templateEvent(type: TemplateEvent, template: Template, message?: string): Promise<void> {
    const { owner, clientId } = template;
    const payload = { template: templateView(template, owner.id) };
    return this.#ports.delivery.reported({ type, accountId: owner.id, clientId, message, payload });
  }

  async event(note: EventNote, request: SignatureRequest): Promise<void> {
    const { context, delivery } = this.#ports;
    await delivery.reported({
      type: note.type,
      accountId: request.senderId,
      clientId: request.clientId,
      signatureId: note.signatureId,
      signatureRequestId: request.id,
      message: note.message,
      payload: { signature_request: signatureRequestView(request, context.issuer()) },
    });
  }
}
