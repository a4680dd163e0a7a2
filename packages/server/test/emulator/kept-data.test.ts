import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createEmulator } from "../../src/emulator/emulator.js";
import { silentLog } from "../../src/log.js";
import { connectEmulator } from "../../src/testing/index.js";
import { account, tokensFor } from "./client.js";

const data = mkdtempSync(join(tmpdir(), "countersign-kept-"));
afterAll(() => rmSync(data, { recursive: true }));

async function withEmulator(work: (sign: Awaited<ReturnType<typeof connectEmulator>>) => Promise<void>) {
  const emulator = await createEmulator({ port: 0, host: "127.0.0.1", data, log: silentLog });
  try {
    await work(await connectEmulator(emulator.url));
  } finally {
    await emulator.close();
  }
}

describe("an emulator that keeps its data", () => {
  it("knows after a restart the tokens it gave before, and a story goes on with them", async () => {
    let token = "";
    await withEmulator(async (sign) => {
      token = (await tokensFor(sign)).access_token;
    });
    await withEmulator(async (sign) => {
      expect((await account(sign, token)).status).toBe(200);
      expect((await account(sign, token)).status).toBe(200);
      const flows = (await sign.requests()).map(({ flow }) => flow);
      expect(flows).toEqual([flows[0], flows[0]]);
      expect(flows[0]).toBeDefined();
    });
  });

  it("forgets everything but the seed at a reset, for good", async () => {
    let token = "";
    await withEmulator(async (sign) => {
      token = (await tokensFor(sign, { account: "jack@example.com" })).access_token;
      await sign.changeApp({ name: "Renamed", approved: false });
      await sign.reset();
      expect((await account(sign, token)).status).toBe(401);
      expect((await sign.state()).apps).toMatchObject([{ name: "Demo app", approved: true }]);
      expect((await tokensFor(sign)).access_token).toBeDefined();
    });
    await withEmulator(async (sign) => {
      expect((await account(sign, token)).status).toBe(401);
      const { accounts, grants } = await sign.state();
      expect(accounts.map(({ email }) => email)).toEqual(["jill@example.com", "jack@example.com"]);
      expect(grants).toMatchObject([{ account: "jill@example.com" }]);
    });
  });

  it("restores a snapshot for good", async () => {
    await withEmulator(async (sign) => {
      await sign.reset();
      const before = await sign.snapshot();
      await tokensFor(sign);
      await sign.restore(before);
    });
    await withEmulator(async (sign) => {
      expect((await sign.state()).families).toEqual([]);
    });
  });
});
