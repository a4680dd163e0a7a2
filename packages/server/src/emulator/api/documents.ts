/**
 * The emulator's documents: signature requests, templates, and what the API adds to apps; in memory. Values are replaced,
 * never changed.
 */

import type { AppSettings } from "./apps/settings.js";
import type { BulkJob } from "./bulk/job.js";
import type { Draft } from "./drafts/draft.js";
import type { SignatureRequest } from "./signature-requests/request.js";
import { memberOf, type Team } from "./teams/team.js";
import type { Template } from "./templates/template.js";

export interface DocumentsState {
  readonly requests: readonly SignatureRequest[];
  readonly templates: readonly Template[];
  /** Absent in what an earlier version kept. */
  readonly apps?: readonly AppSettings[];
  readonly jobs?: readonly BulkJob[];
  readonly teams?: readonly Team[];
  readonly drafts?: readonly Draft[];
}

/** Most requests kept; the oldest goes first. */
const mostRequests = 5000;
const mostTemplates = 1000;
const mostJobs = 1000;
/** Most bytes of their files kept; the oldest template goes first. */
const mostTemplateBytes = 256 * 1024 * 1024;
/** Each may hold files of 25 MiB. */
const mostDrafts = 100;
/** Most bytes of uploaded files kept in all. */
const mostFileBytes = 512 * 1024 * 1024;

export class Documents {
  #templates = new Map<string, Template>();
  #requests = new Map<string, SignatureRequest>();
  #apps = new Map<string, AppSettings>();
  #jobs = new Map<string, BulkJob>();
  #teams = new Map<string, Team>();
  #drafts = new Map<string, Draft>();
  #fileBytes = 0;
  #changed = () => {};

  /** @param changed is called after each change, to keep a copy on disk. */
  onChange(changed: () => void): void {
    this.#changed = changed;
  }

  request(id: string): SignatureRequest | undefined {
    return this.#requests.get(id);
  }

  /** How many signature requests there are. */
  get count(): number {
    return this.#requests.size;
  }

  /** Newest first. */
  requests(): readonly SignatureRequest[] {
    return [...this.#requests.values()].reverse();
  }

  findSignature(signatureId: string): SignatureRequest | undefined {
    return this.requests().find(({ signers }) => signers.some((one) => one.signatureId === signatureId));
  }

  putRequest(request: SignatureRequest): void {
    const before = this.#requests.get(request.id);
    this.#fileBytes += sizeOf(request) - (before === undefined ? 0 : sizeOf(before));
    this.#requests.set(request.id, request);
    this.#makeRoom();
    this.#changed();
  }

  template(id: string): Template | undefined {
    return this.#templates.get(id);
  }

  /** Newest first. */
  templates(): readonly Template[] {
    return [...this.#templates.values()].reverse();
  }

  putTemplate(template: Template): void {
    this.#templates.set(template.id, template);
    let bytes = [...this.#templates.values()].reduce((sum, one) => sum + sizeOf(one), 0);
    for (const oldest of this.#templates.values()) {
      if (this.#templates.size <= mostTemplates && bytes <= mostTemplateBytes) break;
      this.#templates.delete(oldest.id);
      bytes -= sizeOf(oldest);
    }
    this.#changed();
  }

  deleteTemplate(id: string): void {
    this.#templates.delete(id);
    this.#changed();
  }

  job(id: string): BulkJob | undefined {
    return this.#jobs.get(id);
  }

  /** Newest first. */
  jobs(): readonly BulkJob[] {
    return [...this.#jobs.values()].reverse();
  }

  putJob(job: BulkJob): void {
    this.#jobs.set(job.id, job);
    if (this.#jobs.size > mostJobs) this.#jobs.delete(this.#jobs.keys().next().value as string);
    this.#changed();
  }

  draft(token: string): Draft | undefined {
    return this.#drafts.get(token);
  }

  /** Newest first. */
  drafts(): readonly Draft[] {
    return [...this.#drafts.values()].reverse();
  }

  /** The draft that was claimed on this page. */
  draftOpenedAs(opening: string): Draft | undefined {
    return [...this.#drafts.values()].find((one) => one.opening === opening);
  }

  putDraft(draft: Draft): void {
    this.#drafts.set(draft.token, draft);
    if (this.#drafts.size > mostDrafts) this.#drafts.delete(this.#drafts.keys().next().value as string);
    this.#changed();
  }

  /** Returns the draft once: it is gone with that. */
  takeDraft(token: string): Draft | undefined {
    const draft = this.#drafts.get(token);
    if (this.#drafts.delete(token)) this.#changed();
    return draft;
  }

  teams(): readonly Team[] {
    return [...this.#teams.values()];
  }

  team(id: string): Team | undefined {
    return this.#teams.get(id);
  }

  /** The one team that an account belongs to. */
  teamOf(accountId: string): Team | undefined {
    return this.teams().find((team) => memberOf(team, accountId) !== undefined);
  }

  putTeam(team: Team): void {
    this.#teams.set(team.id, team);
    this.#changed();
  }

  deleteTeam(id: string): void {
    this.#teams.delete(id);
    this.#changed();
  }

  app(clientId: string): AppSettings | undefined {
    return this.#apps.get(clientId);
  }

  putApp(settings: AppSettings): void {
    this.#apps.set(settings.clientId, settings);
    this.#changed();
  }

  deleteApp(clientId: string): void {
    this.#apps.delete(clientId);
    this.#changed();
  }

  state(): DocumentsState {
    return {
      requests: [...this.#requests.values()],
      templates: [...this.#templates.values()],
      apps: [...this.#apps.values()],
      jobs: [...this.#jobs.values()],
      teams: [...this.#teams.values()],
      drafts: [...this.#drafts.values()],
    };
  }

  restore({ requests, templates, apps = [], jobs = [], teams = [], drafts = [] }: DocumentsState): void {
    this.#drafts = new Map(drafts.map((one) => [one.token, one]));
    this.#jobs = new Map(jobs.map((one) => [one.id, one]));
    this.#teams = new Map(teams.map((one) => [one.id, one]));
    this.#apps = new Map(apps.map((one) => [one.clientId, one]));
    this.#templates = new Map(templates.map((one) => [one.id, one]));
    this.#requests = new Map(requests.map((one) => [one.id, one]));
    this.#fileBytes = requests.reduce((sum, one) => sum + sizeOf(one), 0);
    this.#changed();
  }

  #makeRoom(): void {
    for (const oldest of this.#requests.values()) {
      if (this.#requests.size <= mostRequests && this.#fileBytes <= mostFileBytes) return;
      if (this.#requests.size === 1) return;
      this.#requests.delete(oldest.id);
      this.#fileBytes -= sizeOf(oldest);
    }
  }
}

const sizeOf = ({ files }: Pick<SignatureRequest, "files">) =>
  files.reduce((sum, { bytes }) => sum + bytes.length, 0);
