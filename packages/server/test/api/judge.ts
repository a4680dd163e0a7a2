/** Whether an answer is one that the vendor's description allows: its status documented, a good one as the schema has it. */

import { notEmulatedHeader } from "../../src/emulator/api/not-emulated.js";
import type { Operation } from "../../src/emulator/api/operation.js";
import { operations } from "../../src/emulator/api/operations.js";
import { faultHeader } from "../../src/emulator/faults/inject.js";
import { faultsInAnswer } from "./schema.js";

export interface Answered {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  /** Names only, in lower case. */
  readonly headers: readonly string[];
  readonly text: string;
}

/** Before an operation is reached: a method, a body or a moment that the server itself refuses. */
const ofTheServer = new Set([405, 408, 413, 415, 421, 431, 503]);

/**
 * Statuses that the older description does not list for an operation and the newer one, with its 4XX, allows: another
 * account's id at the two operations that take one, and files that could not be made, as the changelog of the API has it.
 */
const alsoAllowed: Readonly<Record<string, readonly number[]>> = {
  accountGet: [404],
  accountUpdate: [404],
  signatureRequestFiles: [422],
  signatureRequestFilesAsDataUri: [422],
  signatureRequestFilesAsFileUrl: [422],
};

const paths = operations.map((operation) => ({
  operation,
  path: new RegExp(`^${operation.path.replace(/\?.*/, "").replace(/:\w+/g, "[^/]+")}$`),
}));

/** Returns the operation of a request; those with a fixed path come before those with parameters. */
function operationOf({ method, url }: Answered): Operation | undefined {
  const [path = ""] = url.split("?");
  const found = paths.filter((one) => one.operation.method === method && one.path.test(path));
  if (path.startsWith("/v3/oauth/")) return undefined;
  return (found.find(({ operation }) => !operation.path.includes(":")) ?? found[0])?.operation;
}

/** What a fault of the test struck is as wrong as it was ordered, and what is not served has said so. */
export function faultsOf(answered: Answered): string[] {
  const { status, headers, text } = answered;
  const operation = operationOf(answered);
  const exempt = headers.includes(faultHeader) || headers.includes(notEmulatedHeader);
  if (operation === undefined || exempt) return [];
  const documented = [...operation.statuses, ...(alsoAllowed[operation.id] ?? [])];
  if (!documented.includes(status) && !ofTheServer.has(status))
    return [`${operation.id} answered ${status}, which it does not document: ${text.slice(0, 300)}`];
  if (status !== operation.success || !text.startsWith("{")) return [];
  return faultsInAnswer(operation.id, JSON.parse(text)).map((fault) => `${operation.id}: ${fault}`);
}
