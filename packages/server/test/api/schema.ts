/** Whether an answer is what the vendor's description says, with the places where the service itself is known to differ. */

import { Ajv } from "ajv";
import schemas from "./response-schemas.json" with { type: "json" };

const ajv = new Ajv({ strict: false, allErrors: true });
// The vendor's own example of an invitation that nobody has accepted has null here.
const invite = schemas.$defs.TeamInviteResponse;
const redeemedAt = { ...invite.properties.redeemed_at, type: ["integer", "null"] };
const TeamInviteResponse = { ...invite, properties: { ...invite.properties, redeemed_at: redeemedAt } };
ajv.addSchema({ $id: "api", ...schemas, $defs: { ...schemas.$defs, TeamInviteResponse } });

/** Returns what is wrong with the answer of an operation; nothing when it fits. */
export function faultsInAnswer(operation: string, answer: unknown): string[] {
  const validate = ajv.getSchema(`api#/responses/${operation}`);
  if (validate === undefined) throw new Error(`no schema for the answer of ${operation}`);
  if (validate(answer) === true) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
