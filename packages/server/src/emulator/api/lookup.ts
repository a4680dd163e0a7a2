/** Which operation of the API a method and path are, whether it is served or not. */

import type { Operation } from "./operation.js";
import { operations } from "./operations.js";

interface Entry {
  readonly operation: Operation;
  readonly pattern: RegExp;
}

/** Made at the first question: most emulators of a test are never asked for what they do not serve. */
let entries: readonly Entry[] | undefined;

const readEntries = (): readonly Entry[] =>
  // Fixed paths come first: `/v3/api_app/list` is no app.
  [...operations]
    .sort((one, other) => Number(one.path.includes(":")) - Number(other.path.includes(":")))
    .map((operation) => ({
      operation,
      pattern: new RegExp(`^${operation.path.replace(/[.?]/g, "\\$&").replace(/:\w+/g, "[^/]+")}$`),
    }));

/** Returns every operation of a path. */
export function operationsAt(path: string): readonly Operation[] {
  entries ??= readEntries();
  const found = entries.find(({ pattern }) => pattern.test(path))?.operation.path;
  return found === undefined ? [] : operations.filter((one) => one.path === found);
}

export function operationAt(method: string, path: string): Operation | undefined {
  return operationsAt(path).find((one) => one.method === method);
}
