/**
 * What a download holds. The PDF is the emulator's own: a page for each document that says what it stands for, the
 * signers with what they did, and at the end an audit page. A ZIP holds uploaded PDFs as they came.
 */

import type { SignatureRequest, StoredFile } from "../signature-requests/request.js";
import { type PdfPage, pdfOf } from "./pdf.js";
import { type ZipEntry, zipOf } from "./zip.js";

export type FileType = "pdf" | "zip";

export interface Download {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Buffer;
}

export interface Downloadable {
  readonly title: string;
  readonly testMode: boolean;
  readonly files: readonly StoredFile[];
  /** More pages, such as the audit page. */
  readonly more: readonly PdfPage[];
}

export function downloadOf(what: Downloadable, type: FileType): Download {
  const mark = what.testMode ? "TEST" : undefined;
  const pages = what.files.map((file) => documentPage(what.title, file, mark));
  const name = safeName(what.title);
  if (type === "pdf")
    return {
      name: `${name}.pdf`,
      contentType: "application/pdf",
      bytes: pdfOf([...pages, ...what.more.map((page) => ({ ...page, mark }))]),
    };
  const entries = what.files.map((file, index) => entryOf(file, index, pages[index] as PdfPage));
  const audit = what.more.length === 0 ? [] : [{ name: "audit.pdf", bytes: pdfOf(what.more) }];
  return { name: `${name}.zip`, contentType: "application/zip", bytes: zipOf([...entries, ...audit]) };
}

export function requestDocuments(request: SignatureRequest): Downloadable {
  const { title, testMode, files } = request;
  return { title, testMode, files, more: request.phase === "complete" ? [auditPage(request)] : [] };
}

function documentPage(title: string, file: StoredFile, mark: string | undefined): PdfPage {
  const source = file.url ?? `${file.bytes.length} bytes, ${file.contentType}`;
  return {
    title,
    mark,
    lines: [
      `Document: ${file.name}`,
      `Source: ${source}`,
      "",
      "Made by Countersign, an emulator of Dropbox Sign. Not a legal document.",
    ],
  };
}

function auditPage(request: SignatureRequest): PdfPage {
  const time = (at: number | undefined) => (at === undefined ? "never" : new Date(at).toISOString());
  return {
    title: "Audit trail",
    lines: [
      `${request.title} (${request.id})`,
      `Sent by ${request.senderEmail} at ${time(request.createdAt)}`,
      ...request.signers.flatMap((signer) => [
        "",
        `${signer.name} <${signer.email}>`,
        `viewed ${time(signer.lastViewedAt)}, signed ${time(signer.signedAt)}`,
      ]),
      "",
      `Completed at ${time(request.completedAt)}`,
    ],
  };
}

function entryOf(file: StoredFile, index: number, page: PdfPage): ZipEntry {
  const isPdf = file.bytes.subarray(0, 5).toString("latin1") === "%PDF-";
  const name = safeName(file.name).replace(/\.\w{1,5}$/, "");
  return { name: `${index + 1}-${name}.pdf`, bytes: isPdf ? file.bytes : pdfOf([page]) };
}

/** A name that is one segment of a path everywhere, and safe in a header. */
function safeName(name: string): string {
  return (
    name
      .replace(/[^\w .-]+/g, "_")
      .replace(/^\.+/, "_")
      .slice(0, 100)
      .trim() || "document"
  );
}
