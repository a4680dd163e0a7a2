/** Templates from the control API and the seed: the editor of the live service is a page for people. */

import { pdfOf } from "../files/pdf.js";
import type { StoredFile } from "../signature-requests/request.js";
import type { Template, TemplateField } from "./template.js";

export interface WantedTemplate {
  readonly id?: string | undefined;
  readonly title: string;
  readonly message?: string | undefined;
  readonly signerRoles: readonly string[];
  /** Whether signers sign one after the other, in the order of the roles. */
  readonly ordered?: boolean | undefined;
  readonly ccRoles?: readonly string[] | undefined;
  readonly customFields?: readonly string[] | undefined;
  /** Names of the documents. */
  readonly documents?: readonly string[] | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** Returns a template with a signature field for each role on its first document. */
export function newTemplate(
  wanted: WantedTemplate,
  owner: Template["owner"],
  now: number,
  randomBytes: (count: number) => Buffer,
): Template {
  return {
    id: wanted.id ?? randomBytes(20).toString("hex"),
    title: wanted.title,
    message: wanted.message ?? "",
    owner,
    users: [],
    clientId: undefined,
    embedded: false,
    metadata: wanted.metadata ?? {},
    signerRoles: wanted.signerRoles.map((name, index) => ({
      name,
      order: wanted.ordered ? index : undefined,
    })),
    ccRoles: wanted.ccRoles ?? [],
    customFields: (wanted.customFields ?? []).map((name) => ({ name, type: "text" })),
    formFields: wanted.signerRoles.map(blankField),
    files: (wanted.documents ?? [`${wanted.title}.pdf`]).map(blankDocument),
    updatedAt: now,
  };
}

/** The signature of a role, nowhere in particular on the first document. */
export function blankField(role: string, index: number): TemplateField {
  return {
    apiId: `signature_${index + 1}`,
    name: `Signature of ${role}`,
    type: "signature",
    signer: String(index + 1),
    documentIndex: 0,
    required: true,
  };
}

/** A document of one page that says its name. */
export function blankDocument(name: string): StoredFile {
  return { name, contentType: "application/pdf", bytes: pdfOf([{ title: name, lines: [] }]), url: undefined };
}
