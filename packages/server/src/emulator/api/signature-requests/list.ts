/** Which requests a list shows: the part of the search language that is emulated. */

import { ApiFault } from "../api-fault.js";
import type { SignatureRequest } from "./request.js";
import { onTurn } from "./turns.js";

type Test = (request: SignatureRequest, email: string) => boolean;

/** Each operator is given the lower-case value it was sent with. */
const operators: Readonly<Record<string, (value: string) => Test>> = {
  title: (value) => (request) => includes(request.title, value),
  subject: (value) => (request) => includes(request.subject, value),
  message: (value) => (request) => includes(request.message ?? "", value),
  from: (value) => (request, email) =>
    includes(value === "me" ? request.senderEmail : request.senderEmail, value === "me" ? email : value),
  to: (value) => (request, email) =>
    request.signers.some((signer) => includes(signer.email, value === "me" ? email : value)),
  awaiting_my_signature: (value) => {
    const wanted = truth(value, "awaiting_my_signature");
    return (request, email) => isOnTurn(request, email) === wanted;
  },
  complete: (value) => {
    const wanted = truth(value, "complete");
    return (request) => (request.phase === "complete") === wanted;
  },
  metadata: (value) => (request) => Object.values(request.metadata).some((one) => includes(one, value)),
};

const includes = (text: string, part: string) => text.toLowerCase().includes(part.toLowerCase());

const isOnTurn = (request: SignatureRequest, email: string) =>
  onTurn(request).some((signer) => signer.email.toLowerCase() === email.toLowerCase());

const fault = (text: string) => new ApiFault("bad_request", `query: ${text}`, "query");

function truth(value: string, operator: string): boolean {
  if (value === "true" || value === "false") return value === "true";
  throw fault(`${operator} is true or false, not ${value}`);
}

const longestQuery = 500;

/**
 * Returns what a request must satisfy. Terms are joined by AND; a term without an operator is looked for in title,
 * subject and message.
 * @throws {ApiFault} for an operator that is not emulated: ignoring it would make a test pass by chance.
 */
export function readListQuery(text: string | undefined): Test {
  if (text === undefined) return () => true;
  if (text.length > longestQuery)
    throw new ApiFault("bad_request", `query is longer than ${longestQuery}`, "query");
  const terms = [...text.matchAll(/(?:(\w+):)?(?:"([^"]*)"|(\S+))/g)].filter(([whole]) => whole !== "AND");
  const tests = terms.map(([, operator, quoted, plain]) => {
    const value = quoted ?? plain ?? "";
    if (plain !== undefined && (plain.includes('"') || /^\w+:$/.test(plain)))
      throw fault(`${plain} is a term without an end or without a value`);
    if (operator === undefined)
      return (request: SignatureRequest) =>
        [request.title, request.subject, request.message ?? ""].some((one) => includes(one, value));
    const make = Object.hasOwn(operators, operator) ? operators[operator] : undefined;
    if (make !== undefined) return make(value);
    const known = Object.keys(operators).join(", ");
    throw new ApiFault(
      "bad_request",
      `query: Countersign knows the operators ${known}, not ${operator}`,
      "query",
    );
  });
  return (request, email) => tests.every((test) => test(request, email));
}
