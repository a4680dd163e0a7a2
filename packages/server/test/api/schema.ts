/** Whether an answer is what the vendor's description says, with the places where the service itself is known to differ. */

import { Ajv } from "ajv";
import schemas from "./response-schemas.json" with { type: "json" };

const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addSchema({ $id: "api", ...schemas });

/** Returns what is wrong with the answer of an operation; nothing when it fits. */
export function faultsInAnswer(operation: string, answer: unknown): string[] {
  const validate = ajv.getSchema(`api#/responses/${operation}`);
  if (validate === undefined) throw new Error(`no schema for the answer of ${operation}`);
  if (validate(answer) === true) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
