/** Which operations are served, asked of an emulator itself. */

import { notEmulatedHeader } from "../../src/emulator/api/not-emulated.js";
import { operations } from "../../src/emulator/api/operations.js";
import type { SignEmulator } from "../../src/testing/index.js";
import { basic } from "./scene.js";

export async function servedOperations(sign: SignEmulator): Promise<ReadonlySet<string>> {
  const served = new Set<string>();
  for (const { id, method, path } of operations) {
    const url = `${sign.url}${path.replace(/:\w+/g, "a".repeat(40))}`;
    const answer = await fetch(url, { method, headers: basic });
    if (answer.headers.get(notEmulatedHeader) === null) served.add(id);
  }
  return served;
}
