import { describe, expect, it } from "vitest";
import {
  atOnce,
  createFamily,
  createPair,
  hex,
  newCode,
  type Open,
  revokedAt,
  sharedStorage,
  t0,
} from "./fixtures.js";

const rotation = (familyId: string, fromGeneration: number, now = t0, graceSeconds = 30) => ({
  familyId,
  fromGeneration,
  now,
  graceSeconds,
});

export function familyContract(open: Open): void {
  describe("families", () => {
    const storage = sharedStorage(open);

    it("rotated by a clock that was an hour ahead hide no reuse until that hour is over", async () => {
      const id = await createFamily(storage(), await createPair(storage()));
      const hour = 3_600_000;
      await storage().rotateFamily(rotation(id, 0, t0 + hour));
      expect(await storage().rotateFamily(rotation(id, 0, t0 + hour + 1))).toMatchObject({
        outcome: "replayed",
      });
      expect(await storage().rotateFamily(rotation(id, 0, t0 + 70_000))).toEqual({ outcome: "reused" });
    });

    it("rotated by a clock that was a little ahead give a retry the same successor", async () => {
      const id = await createFamily(storage(), await createPair(storage()));
      await storage().rotateFamily(rotation(id, 0, t0 + 10_000));
      expect(await storage().rotateFamily(rotation(id, 0, t0))).toEqual({
        outcome: "replayed",
        generation: 1,
      });
    });

    it("come back with all that decides whether their tokens work", async () => {
      const pair = await createPair(storage());
      const resources = ["https://api.example.test/"];
      const id = await createFamily(storage(), pair, { now: t0 + 3, resources });
      const grant = await storage().findGrant(pair.account.id, pair.app.clientId);
      const family = {
        id,
        grantId: grant?.id,
        scopes: pair.app.scopes,
        resources,
        generation: 0,
        createdAt: t0 + 3,
        usedAt: t0 + 3,
        revokedAt: undefined,
        accessValidFrom: 0,
        dpopJkt: undefined,
      };
      expect(await storage().findFamily(id)).toStrictEqual({ family, grant, ...pair });
      await storage().updateAccount(pair.account.id, { locked: true });
      await storage().updateApp(pair.app.clientId, { approved: false }, t0);
      const after = await storage().findFamily(id);
      expect([after?.account.locked, after?.app.approved]).toEqual([true, false]);
    });

    it("are found by nothing but their id", async () => {
      const id = await createFamily(storage(), await createPair(storage()));
      for (const wrong of [
        hex(16),
        "",
        "no id",
        `${id}00`,
        `${id}zz`,
        ` ${id}`,
        `${id}'`,
        "\0",
        "é".repeat(16),
      ]) {
        expect(await storage().findFamily(wrong)).toBeUndefined();
        expect(await storage().rotateFamily(rotation(wrong, 0))).toEqual({ outcome: "unknown" });
        expect(await storage().revokeFamily(wrong, t0)).toBe(false);
        expect(await storage().endAccessTokens(wrong, t0)).toBe(false);
        await storage().touchFamily(wrong, t0 + 1);
      }
      expect(await revokedAt(storage(), id)).toBeUndefined();
    });

    it("note a use, and never move it back", async () => {
      const id = await createFamily(storage(), await createPair(storage()));
      await storage().touchFamily(id, t0 + 50);
      await storage().touchFamily(id, t0 + 20);
      expect((await storage().findFamily(id))?.family.usedAt).toBe(t0 + 50);
    });

    it("have their access tokens ended without an end to themselves", async () => {
      const id = await createFamily(storage(), await createPair(storage()));
      expect(await storage().endAccessTokens(id, t0 + 8)).toBe(true);
      const family = (await storage().findFamily(id))?.family;
      expect([family?.accessValidFrom, family?.revokedAt]).toEqual([t0 + 8, undefined]);
    });

    it("are revoked once, and keep the moment", async () => {
      const id = await createFamily(storage(), await createPair(storage()));
      expect(await storage().revokeFamily(id, t0 + 1)).toBe(true);
      expect(await storage().revokeFamily(id, t0 + 2)).toBe(false);
      expect(await storage().endAccessTokens(id, t0 + 2)).toBe(false);
      expect(await revokedAt(storage(), id)).toBe(t0 + 1);
    });

    it("are listed by app, newest first, as many as asked for", async () => {
      const pair = await createPair(storage());
      await createFamily(storage(), await createPair(storage()));
      const [one, two, three] = [
        await createFamily(storage(), pair, { now: t0 }),
        await createFamily(storage(), pair, { now: t0 + 1 }),
        await createFamily(storage(), pair, { now: t0 + 2 }),
      ];
      const ids = async (limit: number) =>
        (await storage().listFamilies(pair.app.clientId, limit)).map(({ family }) => family.id);
      expect(await ids(2)).toEqual([three, two]);
      expect(await ids(9)).toEqual([three, two, one]);
      expect(await storage().listFamilies(hex(16), 9)).toEqual([]);
    });
  });

  rotationContract(open);
  grantContract(open);
}

function rotationContract(open: Open): void {
  describe("rotation", () => {
    const storage = sharedStorage(open);

    it("moves the family on by one, notes the use, and never moves it back", async () => {
      const id = await createFamily(storage(), await createPair(storage()));
      expect(await storage().rotateFamily(rotation(id, 0, t0 + 9))).toEqual({
        outcome: "rotated",
        generation: 1,
      });
      expect(await storage().rotateFamily(rotation(id, 1, t0 + 4))).toEqual({
        outcome: "rotated",
        generation: 2,
      });
      expect((await storage().findFamily(id))?.family).toMatchObject({ generation: 2, usedAt: t0 + 9 });
    });

    it("answers a retry with the same successor until the grace period ends, to the millisecond", async () => {
      const id = await createFamily(storage(), await createPair(storage()));
      await storage().rotateFamily(rotation(id, 0));
      const replayed = { outcome: "replayed", generation: 1 };
      expect(await storage().rotateFamily(rotation(id, 0, t0 + 29_999))).toEqual(replayed);
      expect(await storage().rotateFamily(rotation(id, 0, t0 + 30_000))).toEqual({ outcome: "reused" });
      expect(await revokedAt(storage(), id)).toBe(t0 + 30_000);
      expect(await storage().rotateFamily(rotation(id, 1, t0 + 30_001))).toEqual({ outcome: "revoked" });
    });

    it("revokes the family when a generation older than the last comes back", async () => {
      const id = await createFamily(storage(), await createPair(storage()));
      await storage().rotateFamily(rotation(id, 0));
      await storage().rotateFamily(rotation(id, 1));
      expect(await storage().rotateFamily(rotation(id, 0, t0 + 1))).toEqual({ outcome: "reused" });
      expect(await revokedAt(storage(), id)).toBe(t0 + 1);
    });

    it("without grace has one winner of 2, and the family is then revoked", async () => {
      const id = await createFamily(storage(), await createPair(storage()));
      const outcomes = await atOnce(2, () => storage().rotateFamily(rotation(id, 0, t0, 0)));
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(["reused", "rotated"]);
      expect(await revokedAt(storage(), id)).toBe(t0);
    });

    it("of one generation, 64 at once, moves on once and gives all the same generation", async () => {
      const id = await createFamily(storage(), await createPair(storage()));
      const outcomes = await atOnce(64, () => storage().rotateFamily(rotation(id, 0)));
      expect(outcomes.filter(({ outcome }) => outcome === "rotated")).toHaveLength(1);
      expect(outcomes.filter(({ outcome }) => outcome === "replayed")).toHaveLength(63);
      expect(outcomes.every((answer) => "generation" in answer && answer.generation === 1)).toBe(true);
      expect((await storage().findFamily(id))?.family).toMatchObject({ generation: 1, revokedAt: undefined });
    });

    it("and revocation at once leave the family revoked, and none rotates after the answer", async () => {
      for (let round = 0; round < 8; round++) {
        const id = await createFamily(storage(), await createPair(storage()));
        let over = false;
        const revoke = storage()
          .revokeFamily(id, t0)
          .then(() => {
            over = true;
          });
        const rotate = async () => {
          const startedAfter = over;
          const { outcome } = await storage().rotateFamily(rotation(id, 0));
          if (startedAfter) expect(outcome).toBe("revoked");
        };
        await Promise.all([rotate(), revoke, rotate()]);
        await rotate();
        expect(await revokedAt(storage(), id)).toBe(t0);
      }
    });
  });
}

function grantContract(open: Open): void {
  describe("grants", () => {
    const storage = sharedStorage(open);

    it("are found and listed while they live", async () => {
      const pair = await createPair(storage());
      const other = await createPair(storage());
      const second = { account: pair.account, app: other.app };
      expect(await storage().findGrant(pair.account.id, pair.app.clientId)).toBeUndefined();
      await storage().issueCode(newCode(pair));
      await storage().issueCode(newCode(second));
      const listed = await storage().listGrants(pair.account.id);
      expect(listed.map(({ app }) => app)).toStrictEqual([pair.app, other.app]);
      expect(listed[0]?.grant).toStrictEqual(await storage().findGrant(pair.account.id, pair.app.clientId));
      await storage().revokeGrant(pair.account.id, pair.app.clientId, t0);
      expect((await storage().listGrants(pair.account.id)).map(({ app }) => app)).toStrictEqual([other.app]);
      expect(await storage().findGrant(pair.account.id, pair.app.clientId)).toBeUndefined();
      expect(await storage().listGrants(hex(20))).toEqual([]);
    });

    it("are revoked once, with every family under them", async () => {
      const pair = await createPair(storage());
      const families = [await createFamily(storage(), pair), await createFamily(storage(), pair)];
      expect(await storage().revokeGrant(pair.account.id, pair.app.clientId, t0 + 4)).toBe(true);
      expect(await storage().revokeGrant(pair.account.id, pair.app.clientId, t0 + 5)).toBe(false);
      for (const id of families) {
        expect((await storage().findFamily(id))?.grant.revokedAt).toBe(t0 + 4);
        expect(await storage().rotateFamily(rotation(id, 0, t0 + 6))).toEqual({ outcome: "revoked" });
      }
      expect(await storage().revokeGrant(hex(20), hex(16), t0)).toBe(false);
    });

    it("revoked while codes are used leave nothing alive", async () => {
      for (let round = 0; round < 8; round++) {
        const pair = await createPair(storage());
        const codes = Array.from({ length: 4 }, () => newCode(pair));
        for (const code of codes) await storage().issueCode(code);
        const acts = codes.map(({ hash }) => ({
          hash,
          familyId: hex(16),
          now: t0,
          endEarlierFamilies: false,
        }));
        const uses = acts.map((act) => () => storage().consumeCode(act));
        const revoke = () => storage().revokeGrant(pair.account.id, pair.app.clientId, t0);
        await Promise.all([...uses.slice(0, 2), revoke, ...uses.slice(2)].map((start) => start()));
        for (const { familyId } of acts) {
          const view = await storage().findFamily(familyId);
          expect(view === undefined || view.grant.revokedAt === t0).toBe(true);
        }
      }
    });
  });
}
