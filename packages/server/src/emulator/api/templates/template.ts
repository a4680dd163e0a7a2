/** A template as the emulator holds it. */

import type { Attachment, FieldPlace, FormField, StoredFile } from "../signature-requests/request.js";

/** Where a template is in its life; only one that is ready can be seen and sent. */
export type TemplatePhase =
  /** Nobody has finished it on its page. */
  | "draft"
  /** Its files are being made ready. */
  | "creating"
  | "ready"
  | "error";

/** Its signer is the number of the signer role from 1, as the API tells it. */
export type TemplateField = FormField;

export interface MergeField {
  readonly name: string;
  readonly type: string;
  /** What a field of a document says of itself; undefined for those that were only named. */
  readonly field?:
    | { readonly apiId: string; readonly documentIndex: number; readonly place: FieldPlace | undefined }
    | undefined;
}

export interface FieldGroup {
  readonly id: string;
  readonly label: string;
  /** Such as `require_0-1`. */
  readonly requirement: string;
}

export interface SignerRole {
  readonly name: string;
  readonly order: number | undefined;
}

export interface TemplateUser {
  readonly id: string;
  readonly email: string;
}

/** What is optional is absent in what an earlier version kept. */
export interface Template {
  /** 40 hex digits. */
  readonly id: string;
  readonly title: string;
  /** What the e-mails say unless the request says otherwise. */
  readonly subject?: string | undefined;
  readonly message: string;
  readonly owner: TemplateUser;
  /** Accounts it is shared with, the owner not among them. */
  readonly users: readonly TemplateUser[];
  readonly clientId: string | undefined;
  readonly embedded: boolean;
  readonly testMode?: boolean | undefined;
  readonly allowReassign?: boolean | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly signerRoles: readonly SignerRole[];
  readonly ccRoles: readonly string[];
  readonly customFields: readonly MergeField[];
  readonly formFields: readonly TemplateField[];
  readonly fieldGroups?: readonly FieldGroup[] | undefined;
  /** Their signer is the number of the role from 0. */
  readonly attachments?: readonly Attachment[] | undefined;
  readonly files: readonly StoredFile[];
  /** Emulated milliseconds. */
  readonly updatedAt: number;
  /** Ready, if absent. */
  readonly phase?: TemplatePhase | undefined;
  /** Whether the control API holds the creating phase. */
  readonly held?: boolean | undefined;
  /** When the creating phase ends, in emulated milliseconds. */
  readonly readyAt?: number | undefined;
  /** Why the creating phase will end in error. */
  readonly problem?: string | undefined;
}

export const isReady = ({ phase = "ready" }: Template): boolean => phase === "ready";
