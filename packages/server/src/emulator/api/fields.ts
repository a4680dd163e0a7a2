/** The kinds of an operation's fields: each is held to its own, also where the emulator makes nothing of its value. */

import type { Input } from "./input.js";
import type { Field } from "./operation.js";

/** @throws {ApiFault} at the first field of another kind than the description has. */
export function checkFields(fields: Readonly<Record<string, Field>>, input: Input): void {
  for (const [name, field] of Object.entries(fields)) checkField(name, field, input);
}

function checkField(name: string, field: Field, input: Input): void {
  const { minLength: min, maxLength: max, minimum, maximum } = field;
  switch (field.type) {
    case "boolean":
      input.optionalFlag(name);
      return;
    case "integer":
      input.optionalInteger(name, minimum ?? Number.MIN_SAFE_INTEGER, maximum ?? Number.MAX_SAFE_INTEGER);
      return;
    case "array":
      input.members(name);
      return;
    case "object":
      input.optionalObject(name);
      return;
    case "string":
      input.optionalText(name, { ...(min !== undefined && { min }), ...(max !== undefined && { max }) });
      if (field.values !== undefined) input.optionalChoice(name, field.values.map(String));
  }
}
