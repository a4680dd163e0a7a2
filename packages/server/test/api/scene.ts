/** Owns what tests of the API begin with: an emulator for the file, as it was at each test, and the key of the demo. */

import { afterAll, beforeAll, beforeEach } from "vitest";
import { demoApiKey } from "../../src/emulator/seed/demo.js";
import { type SignEmulator, startEmulator } from "../../src/testing/index.js";

/** The API key of the demo's account, as HTTP Basic. */
export const basic = { authorization: `Basic ${Buffer.from(`${demoApiKey}:`).toString("base64")}` };

/** Starts one emulator for the tests of a file, resets it before each of them, and closes it. */
export function emulatorForFile(
  started: (sign: SignEmulator) => void,
  options: Parameters<typeof startEmulator>[0] = {},
): void {
  let sign: SignEmulator;
  beforeAll(async () => {
    sign = await startEmulator(options);
    started(sign);
  });
  beforeEach(() => sign.reset());
  afterAll(() => sign.close());
}
