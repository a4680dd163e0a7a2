import { describe, expect, it } from "vitest";
import { atOnce, hex, type Open, sharedStorage, t0 } from "./fixtures.js";

export function auditContract(open: Open): void {
  describe("the audit log", () => {
    const storage = sharedStorage(open);
    const event = (fields: object) => ({
      at: t0,
      event: "code_exchanged",
      clientId: "client",
      accountId: "account",
      data: { family: "f", count: 1.5, ok: true },
      ...fields,
    });

    it("gives back what was recorded, newest first, by every filter", async () => {
      const events = [
        event({ at: t0, event: "a" }),
        event({ at: t0 + 1, event: "b", clientId: undefined }),
        event({ at: t0 + 2, event: "c", accountId: undefined, data: {} }),
      ];
      await storage().recordAudit(events);
      await storage().recordAudit([]);
      const list = (query: object) => storage().listAudit({ limit: 10, ...query });
      expect(await list({})).toStrictEqual([...events].reverse());
      expect(await list({ limit: 1 })).toStrictEqual([events[2]]);
      expect(await list({ event: "b" })).toStrictEqual([events[1]]);
      expect(await list({ clientId: "client" })).toStrictEqual([events[2], events[0]]);
      expect(await list({ accountId: "account", since: t0 + 1 })).toStrictEqual([events[1]]);
      expect(await list({ event: "b", clientId: "client" })).toEqual([]);
    });

    it("drops what is undefined in the data", async () => {
      await storage().recordAudit([event({ event: "sparse", data: { kept: "x", gone: undefined } })]);
      expect((await storage().listAudit({ event: "sparse", limit: 1 }))[0]?.data).toStrictEqual({
        kept: "x",
      });
    });

    it("keeps every event of many acts at once, each act's in order", async () => {
      const name = hex(4);
      await atOnce(100, (n) =>
        storage().recordAudit([0, 1, 2].map((m) => event({ event: name, data: { n, m } }))),
      );
      const listed = await storage().listAudit({ event: name, limit: 1000 });
      expect(listed).toHaveLength(300);
      for (let n = 0; n < 100; n++) {
        expect(listed.filter(({ data }) => data.n === n).map(({ data }) => data.m)).toEqual([2, 1, 0]);
      }
    });
  });
}
