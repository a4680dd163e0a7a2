import { describe, expect, it } from "vitest";
import { createFamily, createPair, day, newCode, type Open, t0 } from "./fixtures.js";

export function purgeContract(open: Open): void {
  describe("purging", () => {
    it("deletes what is over at the exact boundary, at most as many of each kind as asked, and no more", async () => {
      const storage = await open();
      const pair = await createPair(storage);
      const codes = Array.from({ length: 5 }, (_, n) => newCode(pair, { expiresAt: t0 + n }));
      for (const code of codes) await storage.issueCode(code);
      for (let n = 0; n < 5; n++) {
        const session = { hash: `session ${n}`, accountId: pair.account.id, authenticatedAt: t0 };
        await storage.createSession({ ...session, expiresAt: t0 + n });
        await storage.rememberOnce(`value ${n}`, t0 - 1, t0 + n);
      }
      expect(await storage.purge({ now: t0 - 1, limit: 100 })).toBe(0);
      expect(await storage.purge({ now: t0 + 2, limit: 2 })).toBe(6);
      expect(await storage.purge({ now: t0 + 2, limit: 2 })).toBe(3);
      expect(await storage.purge({ now: t0 + 2, limit: 2 })).toBe(0);
      const left = await Promise.all(codes.map(({ hash }) => storage.findCode(hash)));
      expect(left.map((code) => code !== undefined)).toEqual([false, false, false, true, true]);
      expect(await storage.findSession("session 3", t0)).toBeDefined();
      expect(await storage.rememberOnce("value 3", t0, t0 + 9)).toBe(false);
      await storage.close();
    });

    it("forgets a bucket that is full again, and keeps one that is not", async () => {
      const storage = await open();
      const act = { capacity: 2, periodSeconds: 2, now: t0, cost: 2 };
      await storage.takeFromBucket({ ...act, key: "full again" });
      await storage.takeFromBucket({ ...act, key: "not yet", now: t0 + 1 });
      expect(await storage.purge({ now: t0 + 2000, limit: 10 })).toBe(1);
      expect(await storage.takeFromBucket({ ...act, key: "not yet", now: t0 + 2000 })).toMatchObject({
        allowed: false,
      });
      await storage.close();
    });

    it("keeps a revoked family for 30 days, also one that its grant took along, and then the grant too", async () => {
      const storage = await open();
      const [pair, other, live] = [
        await createPair(storage),
        await createPair(storage),
        await createPair(storage),
      ];
      const revoked = await createFamily(storage, pair);
      const kept = await createFamily(storage, pair);
      const under = await createFamily(storage, other);
      await createFamily(storage, live);
      await storage.revokeFamily(revoked, t0);
      await storage.revokeGrant(other.account.id, other.app.clientId, t0);
      await storage.purge({ now: t0 + 30 * day - 1, limit: 100 });
      expect(await storage.findFamily(revoked)).toBeDefined();
      expect(await storage.purge({ now: t0 + 30 * day, limit: 1 })).toBe(1);
      let steps = 0;
      while ((await storage.purge({ now: t0 + 30 * day, limit: 1 })) > 0) steps++;
      expect(steps).toBeLessThanOrEqual(2);
      expect(await storage.findFamily(revoked)).toBeUndefined();
      expect(await storage.findFamily(under)).toBeUndefined();
      expect(await storage.findFamily(kept)).toBeDefined();
      await storage.close();
    });

    it("forgets the families that a later exchange ended", async () => {
      const storage = await open();
      const pair = await createPair(storage);
      const first = await createFamily(storage, pair);
      const last = await createFamily(storage, pair, { now: t0 + 1, endEarlierFamilies: true });
      await storage.purge({ now: t0 + 1 + 30 * day, limit: 100 });
      expect(await storage.findFamily(first)).toBeUndefined();
      expect(await storage.findFamily(last)).toBeDefined();
      await storage.close();
    });

    it("deletes families and audit events from before a time, the oldest first, at most as many as asked", async () => {
      const storage = await open();
      const pair = await createPair(storage);
      const families: string[] = [];
      for (let n = 0; n < 3; n++) families.push(await createFamily(storage, pair, { now: t0 + n }));
      const event = { event: "login", clientId: undefined, accountId: undefined, data: {} };
      for (let n = 0; n < 3; n++) await storage.recordAudit([{ ...event, at: t0 + n }]);
      const act = { now: t0, familiesBefore: t0 + 1, auditBefore: t0 + 1 };
      expect(await storage.purge({ ...act, limit: 1 })).toBe(2);
      expect(await storage.purge({ ...act, limit: 5 })).toBe(2);
      expect(await storage.purge({ ...act, limit: 5 })).toBe(0);
      const left = await Promise.all(families.map((id) => storage.findFamily(id)));
      expect(left.map((view) => view !== undefined)).toEqual([false, false, true]);
      expect((await storage.listAudit({ limit: 9 })).map(({ at }) => at)).toEqual([t0 + 2]);
      await storage.close();
    });
  });
}
