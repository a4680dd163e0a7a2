/** Devices that wait for a person's answer: one row, one answer, one exchange. */
import { describe, expect, it } from "vitest";
import { atOnce, createPair, hex, type Open, type Pair, sharedStorage, t0 } from "./fixtures.js";

const newDevice = ({ app }: Pair) => ({
  hash: `device ${hex(16)}`,
  userKey: hex(16),
  clientId: app.clientId,
  scopes: ["basic_account_info"],
  resources: ["https://api.example.test/"],
  expiresAt: t0 + 600_000,
});
const intervalSeconds = 5;

export function deviceContract(open: Open): void {
  describe("a device", () => {
    const storage = sharedStorage(open);
    const start = async () => {
      const pair = await createPair(storage());
      const device = newDevice(pair);
      expect(await storage().startDevice({ ...device, intervalSeconds })).toBe(true);
      return { pair, device };
    };
    const poll = ({ hash, clientId }: { hash: string; clientId: string }, now: number) =>
      storage().pollDevice({ hash, clientId, now });

    it("is found by one of its keys until it ends, and no other has its user code", async () => {
      const { device } = await start();
      expect(await storage().findDevice(["another", device.userKey], t0)).toEqual(device);
      expect(await storage().findDevice([device.userKey], device.expiresAt - 1)).toEqual(device);
      expect(await storage().findDevice([device.userKey], device.expiresAt)).toBeUndefined();
      expect(await storage().findDevice(["another"], t0)).toBeUndefined();
      const same = { ...device, hash: `device ${hex(16)}`, intervalSeconds };
      expect(await storage().startDevice(same)).toBe(false);
    });

    it("waits longer for each time it asks too early, and half a second is not early", async () => {
      const { device } = await start();
      expect(await poll(device, t0)).toBe("pending");
      expect(await poll(device, t0 + 4500)).toBe("pending");
      expect(await poll(device, t0 + 4500 + 4499)).toBe("slow_down");
      expect(await poll(device, t0 + 8999 + 9499)).toBe("slow_down");
      expect(await poll(device, t0 + 18_498 + 14_500)).toBe("pending");
      expect(await poll({ ...device, clientId: "another" }, t0)).toBe("unknown");
      expect(await poll(device, device.expiresAt)).toBe("unknown");
    });

    it("that is allowed becomes a consent and a code, of which one exchange makes a family", async () => {
      const { pair, device } = await start();
      const act = { userKey: device.userKey, accountId: pair.account.id, now: t0 + 1 };
      const answers = await atOnce(8, () => storage().decideDevice(act));
      expect(answers.filter(Boolean)).toEqual([true]);
      expect(await poll(device, t0 + 2)).toBe("unknown");
      expect(await storage().findDevice([device.userKey], t0 + 2)).toBeUndefined();
      const code = await storage().findCode(device.hash);
      const { scopes, resources, expiresAt } = device;
      expect(code).toMatchObject({ accountId: pair.account.id, scopes, resources, expiresAt });
      const grant = await storage().findGrant(pair.account.id, pair.app.clientId);
      expect(grant).toMatchObject({ scopes, resources });
      const consume = () =>
        storage().consumeCode({
          hash: device.hash,
          familyId: hex(16),
          now: t0 + 3,
          endEarlierFamilies: false,
          dpopJkt: undefined,
        });
      const outcomes = (await atOnce(8, consume)).map(({ outcome }) => outcome);
      expect(outcomes.filter((outcome) => outcome === "consumed")).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === "used_before")).toHaveLength(7);
    });

    it("widens the consent that was there, and gives one anew where all of the app's was ended", async () => {
      const { pair, device } = await start();
      const { account, app } = pair;
      await storage().decideDevice({ userKey: device.userKey, accountId: account.id, now: t0 });
      const more = { ...newDevice(pair), scopes: ["request_signature"], resources: [], intervalSeconds };
      await storage().startDevice(more);
      await storage().decideDevice({ userKey: more.userKey, accountId: account.id, now: t0 });
      const grant = await storage().findGrant(account.id, app.clientId);
      expect(grant?.scopes).toEqual(["basic_account_info", "request_signature"]);
      await storage().revokeAll({ clientId: app.clientId }, t0 + 1);
      const next = { ...newDevice(pair), intervalSeconds };
      await storage().startDevice(next);
      expect(await storage().decideDevice({ userKey: next.userKey, accountId: account.id, now: t0 })).toBe(
        true,
      );
      expect((await storage().findGrant(account.id, app.clientId))?.scopes).toEqual(["basic_account_info"]);
    });

    it("that is allowed while all of its app's is revoked has a code, whichever came first", async () => {
      const { pair, device } = await start();
      const { account, app } = pair;
      const first = { userKey: device.userKey, accountId: account.id, now: t0 };
      await storage().decideDevice(first);
      for (let round = 1; round <= 10; round++) {
        const next = { ...newDevice(pair), intervalSeconds };
        await storage().startDevice(next);
        const [decided] = await Promise.all([
          storage().decideDevice({ ...first, userKey: next.userKey }),
          storage().revokeAll({ clientId: app.clientId }, t0 + round),
        ]);
        expect([decided, await poll(next, t0)]).toEqual([true, "unknown"]);
        expect((await storage().findCode(next.hash))?.accountId).toBe(account.id);
      }
    });

    it("that is denied stays so, and is no consent", async () => {
      const { pair, device } = await start();
      const act = { userKey: device.userKey, accountId: undefined, now: t0 + 1 };
      expect(await storage().decideDevice(act)).toBe(true);
      expect(await storage().decideDevice({ ...act, accountId: pair.account.id })).toBe(false);
      expect(await poll(device, t0 + 2)).toBe("denied");
      expect(await poll(device, t0 + 3)).toBe("denied");
      expect(await storage().findGrant(pair.account.id, pair.app.clientId)).toBeUndefined();
    });

    it("is not answered once it has ended, and goes with its app and by the purge", async () => {
      const { pair, device } = await start();
      const late = { userKey: device.userKey, accountId: pair.account.id, now: device.expiresAt };
      expect(await storage().decideDevice(late)).toBe(false);
      await storage().purge({ now: device.expiresAt - 1, limit: 100 });
      expect(await poll(device, t0)).toBe("pending");
      await storage().purge({ now: device.expiresAt, limit: 100 });
      expect(await poll(device, t0 + 9000)).toBe("unknown");
      const other = await start();
      await storage().deleteApp(other.pair.app.clientId);
      expect(await storage().findDevice([other.device.userKey], t0)).toBeUndefined();
    });
  });
}
