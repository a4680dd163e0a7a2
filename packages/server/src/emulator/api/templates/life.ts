/** Templates in time: their files are made ready, or cannot be, and callbacks are told. */

import type { Timeline } from "../../time/timeline.js";
import { ApiFault } from "../api-fault.js";
import type { Documents } from "../documents.js";
import type { StoredFile } from "../signature-requests/request.js";
import type { Template } from "./template.js";

export type TemplateEvent = "template_created" | "template_error";

export interface TemplateLifePorts {
  readonly documents: Documents;
  readonly timeline: Timeline;
  /** Must not reject. */
  readonly event: (type: TemplateEvent, template: Template, message?: string) => Promise<void>;
}

export class TemplateLife {
  readonly #ports: TemplateLifePorts;

  constructor(ports: TemplateLifePorts) {
    this.#ports = ports;
  }

  /** Begins the creating phase. @param milliseconds how long it lasts; undefined holds it. */
  create(template: Template, milliseconds: number | undefined): void {
    const readyAt = this.#ports.timeline.clock.now() + (milliseconds ?? 0);
    const creating = { ...template, phase: "creating" as const, held: milliseconds === undefined, readyAt };
    this.#ports.documents.putTemplate(creating);
    this.#plan(creating);
  }

  /**
   * Ends the creating phase. Resolves when the first attempt at each event is over.
   * @param problem why the files cannot be made ready.
   * @throws {ApiFault} unless it is in that phase.
   */
  async finish(id: string, problem?: string): Promise<void> {
    const template = this.#ports.documents.template(id);
    if (template?.phase !== "creating")
      throw new ApiFault("bad_request", "The template is not being created", undefined, 409);
    const { held: _held, readyAt: _readyAt, problem: known, ...kept } = template;
    const message = problem ?? known;
    const now = this.#ports.timeline.clock.now();
    const next: Template = { ...kept, phase: message === undefined ? "ready" : "error", updatedAt: now };
    this.#ports.documents.putTemplate(next);
    await this.#ports.event(message === undefined ? "template_created" : "template_error", next, message);
  }

  /** Plans anew what is due: after a snapshot was restored or data read from disk. */
  resume(): void {
    for (const template of this.#ports.documents.templates()) this.#plan(template);
  }

  #plan({ id, phase, held, readyAt }: Template): void {
    if (phase !== "creating" || held === true || readyAt === undefined) return;
    this.#ports.timeline.plan(readyAt, () => this.#due(id));
  }

  /** A plan may have been overtaken. */
  async #due(id: string): Promise<void> {
    const template = this.#ports.documents.template(id);
    const now = this.#ports.timeline.clock.now();
    if (template?.phase === "creating" && !template.held && (template.readyAt ?? 0) <= now)
      await this.finish(id);
  }
}

/**
 * Why new files cannot take the place of a template's; undefined if they can, or if one cannot tell. Pages are counted
 * where the file says them openly: a PDF that keeps its objects packed, or was added to, is taken as it is.
 */
export function faultOfFiles(template: Template, files: readonly StoredFile[]): string | undefined {
  const last = Math.max(-1, ...template.formFields.map(({ documentIndex }) => documentIndex));
  if (last >= files.length)
    return `The template has fields on ${last + 1} files, and ${files.length} were sent`;
  const [before, after] = [pagesOf(template.files), pagesOf(files)];
  if (before === undefined || after === undefined || after >= before) return undefined;
  return `The new files have ${after} pages; those of the template have ${before}`;
}

function pagesOf(files: readonly StoredFile[]): number | undefined {
  let pages = 0;
  for (const { bytes } of files) {
    const text = bytes.toString("latin1");
    const plain =
      text.startsWith("%PDF-") && !text.includes("/ObjStm") && text.split("startxref").length === 2;
    const found = plain ? (text.match(/\/Type\s*\/Page(?![a-zA-Z])/g) ?? []).length : 0;
    if (found === 0) return undefined;
    pages += found;
  }
  return pages;
}
