/** Reports as CSV files: which are asked for, for which days, and what they hold. The columns are the emulator's own. */

import type { Documents } from "../documents.js";
import type { Input } from "../input.js";
import type { SignatureRequest } from "../signature-requests/request.js";

export const reportTypes = ["user_activity", "document_status", "sms_activity", "fax_usage"] as const;
export type ReportType = (typeof reportTypes)[number];

export interface ReportOrder {
  readonly types: readonly ReportType[];
  /** The first moment, and the first that is no longer meant; days are those of UTC. */
  readonly from: number;
  readonly until: number;
}

const dayMilliseconds = 86_400_000;
const mostTypes = 2;

/** @throws {ApiFault} at a type or a day that is none, and for more than 12 months or longer than 10 years ago. */
export function readReportOrder(input: Input, now: number): ReportOrder {
  const from = readDay(input, "start_date");
  const last = readDay(input, "end_date");
  if (last < from) throw input.fault("end_date", "must not be before start_date");
  if (last > monthsLater(from, 12))
    throw input.fault("end_date", "must be at most 12 months after start_date");
  if (from < monthsLater(now - (now % dayMilliseconds), -120))
    throw input.fault("start_date", "must not be more than 10 years in the past");
  return { types: readTypes(input), from, until: last + dayMilliseconds };
}

function readTypes(input: Input): ReportType[] {
  const names = input.texts("report_type");
  if (names.length === 0) throw input.missing("report_type");
  if (names.length > mostTypes)
    throw input.fault("report_type", `has ${names.length} members; at most ${mostTypes} are allowed`);
  return names.map((name, index) => {
    const type = reportTypes.find((one) => one === name);
    if (type === undefined)
      throw input.fault(`report_type[${index}]`, `must be one of ${reportTypes.join(", ")}`);
    if (names.indexOf(name) < index) throw input.fault(`report_type[${index}]`, "was sent twice");
    return type;
  });
}

/** `MM/DD/YYYY`, a day that the calendar has. */
function readDay(input: Input, name: string): number {
  const text = input.text(name, { max: 10 });
  const [, month, day, year] = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(text) ?? [];
  const iso = `${year}-${month}-${day}`;
  const time = year === undefined ? Number.NaN : Date.parse(`${iso}T00:00:00Z`);
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== iso)
    throw input.fault(name, "must be a day in the form MM/DD/YYYY");
  return time;
}

function monthsLater(time: number, months: number): number {
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, date.getUTCDate());
}

/** @param account whose report it is: its users are those of its team. */
export function reportCsv(
  type: ReportType,
  order: ReportOrder,
  documents: Documents,
  account: { readonly id: string; readonly email: string },
): string {
  const team = documents
    .teamOf(account.id)
    ?.members.map(({ accountId, email }) => ({ id: accountId, email }));
  const users = team ?? [account];
  const sent = documents
    .requests()
    .filter(
      ({ createdAt, senderId }) =>
        createdAt >= order.from && createdAt < order.until && users.some(({ id }) => id === senderId),
    )
    .reverse();
  return csvOf(tables[type](sent, users));
}

type Cells = readonly (readonly string[])[];
type Users = readonly { readonly id: string; readonly email: string }[];

const tables: Readonly<Record<ReportType, (sent: readonly SignatureRequest[], users: Users) => Cells>> = {
  user_activity: (sent, users) => [
    ["Email address", "Signature requests sent", "Signature requests completed"],
    ...users.map(({ id, email }) => {
      const own = sent.filter(({ senderId }) => senderId === id);
      const done = own.filter(({ phase }) => phase === "complete");
      return [email, String(own.length), String(done.length)];
    }),
  ],
  document_status: (sent) => [
    ["Signature request", "Title", "Requested by", "Signers", "Status", "Created", "Completed"],
    ...sent.map((one) => [
      ...[one.id, one.title, one.senderEmail, one.signers.map(({ email }) => email).join(" ")],
      ...[one.phase, timeOf(one.createdAt), timeOf(one.completedAt)],
    ]),
  ],
  sms_activity: (sent) => [
    ["Signature request", "Signer", "Phone number", "Use"],
    ...sent.flatMap(({ id, signers }) =>
      signers.flatMap(({ email, smsPhoneNumber, smsUse }) =>
        smsPhoneNumber === undefined ? [] : [[id, email, smsPhoneNumber, smsUse ?? ""]],
      ),
    ),
  ],
  // No fax is ever sent here.
  fax_usage: () => [["Fax", "Sender", "Recipient", "Sent"]],
};

const timeOf = (time: number | undefined): string => (time === undefined ? "" : new Date(time).toISOString());

/** RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe. */
const csvOf = (rows: Cells): string =>
  rows
    .map(
      (row) =>
        `${row.map((cell) => `"${cell.replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`).join(",")}\r\n`,
    )
    .join("");
