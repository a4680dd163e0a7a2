/** The rows of a bulk send: `signer_list`, or the same as a CSV file. */

import { ApiFault } from "../api-fault.js";
import type { ApiBody, Tree } from "../body.js";
import type { Input } from "../input.js";
import type { Template } from "../templates/template.js";
import { csvRows } from "./csv.js";

/** One request to make. */
export interface BulkRow {
  /** How messages name it. */
  readonly path: string;
  readonly signers: unknown;
  readonly customFields: unknown;
}

/** Limit of the vendor's description. */
const mostRows = 250;
const largestFileBytes = 1024 * 1024;

/** @throws {ApiFault} unless there are 1 to 250 rows, as a list or as a file. */
export function readRows(body: ApiBody, input: Input, templates: readonly Template[]): BulkRow[] {
  const file = body.files.find(({ field }) => field === "signer_file");
  if (file !== undefined && input.has("signer_list"))
    throw input.fault("signer_list", "cannot be sent beside signer_file: send one of the two");
  const role = onlyRole(templates);
  const rows = file === undefined ? listRows(input) : fileRows(file.bytes, role);
  if (rows.length === 0) throw input.missing("signer_list");
  if (rows.length > mostRows)
    throw new ApiFault("bad_request", `${rows.length} rows were sent; at most ${mostRows} are allowed`);
  return rows;
}

/** @throws {ApiFault} for templates with more roles than one, as the description has it. */
function onlyRole(templates: readonly Template[]): string {
  const roles = [...new Set(templates.flatMap(({ signerRoles }) => signerRoles.map(({ name }) => name)))];
  const [role] = roles;
  if (role !== undefined && roles.length === 1) return role;
  throw new ApiFault("bad_request", "Only templates with a single role can be sent in bulk", "template_ids");
}

function listRows(input: Input): BulkRow[] {
  const members = input.members("signer_list");
  if (members.length > mostRows)
    throw input.fault("signer_list", `has ${members.length} members; at most ${mostRows} are allowed`);
  return input.objects("signer_list").map((row, index) => ({
    path: `signer_list[${index}]`,
    signers: row.raw("signers"),
    customFields: row.raw("custom_fields"),
  }));
}

const signerColumns = ["name", "email_address", "pin", "sms_phone_number", "sms_phone_number_type"];

/** The first line names the columns; those that say nothing of the signer are custom fields. */
function fileRows(bytes: Buffer, role: string): BulkRow[] {
  const refuse = (message: string) => new ApiFault("bad_request", `signer_file ${message}`, "signer_file");
  if (bytes.length > largestFileBytes) throw refuse("is larger than 1 MiB");
  const [columns, ...rows] = csvRows(bytes.toString("utf8")) ?? [];
  if (columns === undefined) throw refuse("is no CSV file with a line of column names");
  if (!columns.includes("name") || !columns.includes("email_address"))
    throw refuse("needs the columns name and email_address");
  if (new Set(columns).size < columns.length) throw refuse("names a column twice");
  return rows.map((cells, index) => {
    const path = `signer_file line ${index + 2}`;
    if (cells.length > columns.length) throw refuse(`line ${index + 2} has more cells than columns`);
    const named = columns.map((column, at) => [column, cells[at] ?? ""] as const);
    const isOfSigner = ([column]: readonly [string, string]) => signerColumns.includes(column);
    const signer: Tree = { role, ...Object.fromEntries(named.filter(isOfSigner)) };
    const customFields = named.filter((one) => !isOfSigner(one)).map(([name, value]) => ({ name, value }));
    return { path, signers: [signer], customFields };
  });
}
