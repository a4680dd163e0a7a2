/** What a request to send documents asks for, read from the body of any `signature_request/…` that makes one. */

import { ApiFault } from "../api-fault.js";
import type { ApiBody, UploadedFile } from "../body.js";
import { Input } from "../input.js";
import type { Attachment, CustomField, FieldPlace, FormField, StoredFile } from "./request.js";

const dayMilliseconds = 86_400_000;
const hourMilliseconds = 3_600_000;
/** Limits of the vendor's description. */
const mostMetadata = 10;
const longestMetadataKey = 40;
const longestMetadataValue = 1000;
const longestTitle = 255;
const longestMessage = 5000;
const mostSigners = 100;
const largestPixel = 100_000;

export interface WantedSigner {
  readonly email: string;
  readonly name: string;
  readonly role: string | undefined;
  readonly order: number | undefined;
  readonly groupName: string | undefined;
  /** Signers with the same number are one group. */
  readonly group: number | undefined;
  readonly pin: string | undefined;
  readonly smsPhoneNumber: string | undefined;
  readonly smsUse: "authentication" | "delivery" | undefined;
}

export interface WantedRequest {
  readonly testMode: boolean;
  readonly title: string | undefined;
  readonly subject: string | undefined;
  readonly message: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly ccEmails: readonly string[];
  readonly customFields: readonly CustomField[];
  readonly attachments: readonly Attachment[];
  readonly signingRedirectUrl: string | undefined;
  readonly allowDecline: boolean;
  readonly allowReassign: boolean;
  readonly expiresAt: number | undefined;
  readonly clientId: string | undefined;
}

/** @throws {ApiFault} at the first parameter that is missing or wrong. */
export function readCommon(input: Input, now: number): WantedRequest {
  const testMode = input.flag("test_mode");
  return {
    testMode,
    title: input.optionalText("title", { max: longestTitle }),
    subject: input.optionalText("subject", { max: longestTitle }),
    message: input.optionalText("message", { max: longestMessage }),
    metadata: readMetadata(input),
    ccEmails: readCcEmails(input),
    customFields: readCustomFields(input),
    attachments: readAttachments(input),
    signingRedirectUrl: readUrl(input, "signing_redirect_url"),
    allowDecline: input.flag("allow_decline"),
    allowReassign: input.flag("allow_reassign"),
    expiresAt: readExpiry(input, now),
    clientId: input.optionalText("client_id", { max: 100 }),
  };
}

function readMetadata(input: Input): Record<string, string> {
  const metadata = input.textMap("metadata");
  const keys = Object.keys(metadata);
  if (keys.length > mostMetadata)
    throw input.fault("metadata", `has ${keys.length} keys; at most ${mostMetadata} are allowed`);
  for (const [key, value] of Object.entries(metadata)) {
    if (key.length > longestMetadataKey)
      throw input.fault("metadata", `has a key of more than ${longestMetadataKey} characters`);
    if (value.length > longestMetadataValue)
      throw input.fault(`metadata.${key}`, `must have at most ${longestMetadataValue} characters`);
  }
  return metadata;
}

function readCcEmails(input: Input): string[] {
  return input.texts("cc_email_addresses").map((email, index) => {
    const name = `cc_email_addresses[${index}]`;
    return new Input({ [name]: email }).email(name);
  });
}

/** A list, or an object of name and value as older clients send. */
function readCustomFields(input: Input): CustomField[] {
  return input.objects("custom_fields").map((field) => ({
    name: field.text("name", { max: 255 }),
    value: field.optionalText("value"),
    editor: field.optionalText("editor", { max: 255 }),
    required: field.flag("required"),
  }));
}

function readAttachments(input: Input): Attachment[] {
  return input.objects("attachments").map((one) => ({
    name: one.text("name", { max: 255 }),
    instructions: one.optionalText("instructions"),
    required: one.flag("required"),
    signerIndex: one.optionalInteger("signer_index", 0, mostSigners) ?? 0,
  }));
}

export function readUrl(input: Input, name: string): string | undefined {
  const value = input.optionalText(name, { max: 2000 });
  if (value === undefined || (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))) return value;
  throw input.fault(name, "must be an http or https URL");
}

/** Seconds since the epoch, 1 to 90 days ahead, rounded down to the hour. */
export function readExpiry(input: Input, now: number, name = "expires_at"): number | undefined {
  const seconds = input.optionalInteger(name, 0, 99_999_999_999);
  if (seconds === undefined) return undefined;
  const ahead = seconds * 1000 - now;
  if (ahead < dayMilliseconds || ahead > 90 * dayMilliseconds)
    throw input.fault(name, "must be between 1 and 90 days ahead, in seconds since 1970");
  return Math.floor((seconds * 1000) / hourMilliseconds) * hourMilliseconds;
}

/** @throws {ApiFault} unless there are either `signers` or `grouped_signers`. */
export function readSigners(input: Input, testMode: boolean): WantedSigner[] {
  const single = input.objects("signers", "role");
  const grouped = input.objects("grouped_signers");
  if (single.length > 0 && grouped.length > 0)
    throw input.fault("grouped_signers", "cannot be sent beside signers: send one of the two");
  const signers =
    grouped.length > 0
      ? grouped.flatMap((group, number) => readGroup(group, number, testMode))
      : single.map((one) => readSigner(one, testMode));
  if (signers.length === 0) throw input.missing("signers");
  if (signers.length > mostSigners) throw input.fault("signers", `are more than ${mostSigners}`);
  return signers;
}

function readGroup(group: Input, number: number, testMode: boolean): WantedSigner[] {
  const groupName = group.text("group", { max: 255 });
  const order = group.optionalInteger("order", 0, 1000);
  const members = group
    .objects("signers")
    .map((one) => ({ ...readSigner(one, testMode), order, group: number, groupName }));
  if (members.length === 0) throw group.missing("signers");
  return members;
}

function readSigner(one: Input, testMode: boolean): WantedSigner {
  const smsPhoneNumber = one.optionalText("sms_phone_number", { max: 30 });
  if (smsPhoneNumber !== undefined && testMode)
    throw one.fault("sms_phone_number", "cannot be used in test mode");
  return {
    name: one.text("name", { max: 255 }),
    email: one.email("email_address"),
    role: one.optionalText("role", { max: 255 }),
    order: one.optionalInteger("order", 0, 1000),
    pin: one.optionalText("pin", { min: 4, max: 12 }),
    smsPhoneNumber,
    smsUse:
      smsPhoneNumber === undefined
        ? undefined
        : (one.optionalChoice("sms_phone_number_type", ["authentication", "delivery"]) ?? "authentication"),
    group: undefined,
    groupName: undefined,
  };
}

/** @throws {ApiFault} unless there are either files or `file_urls`. */
export function readFiles({ files }: ApiBody, input: Input): StoredFile[] {
  const urls = [...input.texts("file_urls"), ...input.texts("file_url")];
  if (files.length > 0 && urls.length > 0)
    throw input.fault("file_urls", "cannot be sent beside files: send one of the two");
  const other = files.find(({ field }) => !/^files?(\[|$)/.test(field));
  if (other !== undefined) throw input.fault(other.field, "is no document: send those as files[0], files[1]");
  if (files.length > 0) return files.map(uploaded);
  if (urls.length === 0) throw new ApiFault("bad_request", "Either files or file_urls is required", "files");
  return urls.map((url, index) => {
    const name = `file_urls[${index}]`;
    readUrl(new Input({ [name]: url }), name);
    // Nothing is fetched: the emulator leaves the machine for nobody.
    return { name: nameOfUrl(url), contentType: "application/pdf", bytes: Buffer.alloc(0), url };
  });
}

function uploaded({ name, contentType, bytes }: UploadedFile): StoredFile {
  return { name, contentType, bytes, url: undefined };
}

function nameOfUrl(url: string): string {
  const last = new URL(url).pathname.split("/").pop();
  return last === undefined || last === "" ? "document.pdf" : decodeLoosely(last);
}

function decodeLoosely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `form_fields_per_document`: a list, or a list for each document as older clients send. */
export function readFormFields(input: Input, signers: number): FormField[] {
  const fields = flattened(input, "form_fields_per_document");
  if (fields.length > 0 && signers === 0)
    throw new ApiFault(
      "bad_request",
      "Cannot specify form_fields_per_document unless you also specify signers",
      "form_fields_per_document",
    );
  return fields.map(({ field, document }) => ({
    documentIndex: field.optionalInteger("document_index", 0, 1000) ?? document,
    apiId: field.text("api_id", { max: 255 }),
    name: field.optionalText("name", { max: 255 }) ?? "",
    type: kindOf(field),
    signer: field.text("signer", { max: 50 }),
    required: field.flag("required"),
    place: placeOf(field),
    group: field.optionalText("group", { max: 255 }),
  }));
}

/** Undefined unless all of it was sent. */
function placeOf(field: Input): FieldPlace | undefined {
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) =>
    field.optionalInteger(name, -largestPixel, largestPixel),
  );
  if (x === undefined || y === undefined || width === undefined || height === undefined) return undefined;
  return { x, y, width, height };
}

/** The kinds of the vendor's description. */
const fieldKinds = [
  ...["text", "checkbox", "radio", "dropdown", "hyperlink"],
  ...["signature", "initials", "date_signed", "text-merge", "checkbox-merge"],
];

function kindOf(field: Input): string {
  field.text("type", { max: 50 });
  return field.optionalChoice("type", fieldKinds) as string;
}

/** eID: not in test mode, and for one signer. @throws {ApiFault} */
export function checkEid(input: Input, signers: number): void {
  if (!input.flag("is_eid")) return;
  if (input.flag("test_mode")) throw input.fault("is_eid", "cannot be used in test mode");
  if (signers !== 1) throw input.fault("is_eid", `takes one signer, not ${signers}`);
}

function flattened(input: Input, name: string): { field: Input; document: number }[] {
  return input.members(name).flatMap(([key, value]) => {
    const path = input.path(`${name}[${key}]`);
    const documents = Array.isArray(value) ? value : [value];
    return documents.map((one, index) => {
      if (one === null || typeof one !== "object" || Array.isArray(one))
        throw new ApiFault("bad_request", `${path} must be an object`, path);
      const nested = Array.isArray(value) ? `${path}[${index}]` : path;
      return { field: new Input(one, nested), document: Array.isArray(value) ? Number(key) : 0 };
    });
  });
}
