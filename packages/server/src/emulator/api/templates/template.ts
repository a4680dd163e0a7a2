/** A template as the emulator holds it. */

import type { StoredFile } from "../signature-requests/request.js";

export interface TemplateField {
  readonly apiId: string;
  readonly name: string;
  readonly type: string;
  /** Number of the signer role from 1, as the API tells it. */
  readonly signer: string;
  readonly documentIndex: number;
  readonly required: boolean;
}

export interface TemplateUser {
  readonly id: string;
  readonly email: string;
}

export interface Template {
  /** 40 hex digits. */
  readonly id: string;
  readonly title: string;
  readonly message: string;
  readonly owner: TemplateUser;
  /** Accounts it is shared with, the owner not among them. */
  readonly users: readonly TemplateUser[];
  readonly clientId: string | undefined;
  readonly embedded: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly signerRoles: readonly { readonly name: string; readonly order: number | undefined }[];
  readonly ccRoles: readonly string[];
  readonly customFields: readonly { readonly name: string; readonly type: string }[];
  readonly formFields: readonly TemplateField[];
  readonly files: readonly StoredFile[];
  /** Emulated milliseconds. */
  readonly updatedAt: number;
}
