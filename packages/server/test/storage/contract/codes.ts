import { describe, expect, it } from "vitest";
import { ownApi } from "../../../src/storage/port/records.js";
import { OwnerGone } from "../../../src/storage/port/storage.js";
import {
  atOnce,
  createFamily,
  createPair,
  hex,
  newCode,
  type Open,
  type Pair,
  revokedAt,
  sharedStorage,
  t0,
} from "./fixtures.js";

const use = (hash: string, now = t0, endEarlierFamilies = false) => ({
  hash,
  familyId: hex(16),
  now,
  endEarlierFamilies,
});

export function codeContract(open: Open): void {
  describe("codes", () => {
    const storage = sharedStorage(open);

    it("come back as they went in, before and after they are used", async () => {
      const pair = await createPair(storage());
      const full = newCode(pair, { resources: ["https://api.example.test/"] });
      const bare = newCode(pair, {
        scopes: [],
        redirectUriGiven: false,
        state: undefined,
        codeChallenge: undefined,
        dpopJkt: undefined,
      });
      for (const code of [full, bare]) {
        const grantId = await storage().issueCode(code);
        const unused = {
          grantId,
          accountLocked: false,
          grantRevokedAt: undefined,
          consumedAt: undefined,
          familyId: undefined,
        };
        expect(await storage().findCode(code.hash)).toStrictEqual({ ...code, ...unused });
        const act = use(code.hash, t0 + 7);
        expect(await storage().consumeCode(act)).toStrictEqual({ outcome: "consumed" });
        const used = {
          grantId,
          accountLocked: false,
          grantRevokedAt: undefined,
          consumedAt: t0 + 7,
          familyId: act.familyId,
        };
        expect(await storage().findCode(code.hash)).toStrictEqual({ ...code, ...used });
      }
    });

    it("give their family the key that its exchange says, each its own of many at once", async () => {
      const pair = await createPair(storage());
      const keys = [
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
        undefined,
        "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
      ];
      const acts = await Promise.all(
        keys.map(async (dpopJkt) => {
          const code = newCode(pair);
          await storage().issueCode(code);
          return { ...use(code.hash), dpopJkt };
        }),
      );
      await Promise.all(acts.map((act) => storage().consumeCode(act)));
      const views = await Promise.all(acts.map(({ familyId }) => storage().findFamily(familyId)));
      expect(views.map((view) => view?.family.dpopJkt)).toEqual(keys);
    });

    it("are unknown until issued", async () => {
      expect(await storage().findCode(hex(32))).toBeUndefined();
      expect(await storage().consumeCode(use(hex(32)))).toStrictEqual({ outcome: "unknown" });
    });

    it("are refused for an account or app that does not exist, without harm to those beside them", async () => {
      const pair = await createPair(storage());
      const [good, another] = [newCode(pair), newCode(pair)];
      const results = await Promise.allSettled([
        storage().issueCode(good),
        storage().issueCode(newCode(pair, { accountId: hex(20) })),
        storage().issueCode(newCode(pair, { clientId: hex(16) })),
        storage().issueCode(another),
      ]);
      expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
      const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
      expect(refused).toEqual([expect.any(OwnerGone), expect.any(OwnerGone)]);
      await expect(storage().issueCode(good)).rejects.toThrow();
      expect(await storage().findCode(another.hash)).toBeDefined();
    });

    it("expire at the exact millisecond", async () => {
      const pair = await createPair(storage());
      const [early, late] = [newCode(pair), newCode(pair)];
      await storage().issueCode(early);
      await storage().issueCode(late);
      expect(await storage().consumeCode(use(late.hash, late.expiresAt))).toEqual({ outcome: "expired" });
      expect(await storage().consumeCode(use(early.hash, early.expiresAt - 1))).toEqual({
        outcome: "consumed",
      });
      expect((await storage().findCode(late.hash))?.consumedAt).toBeUndefined();
    });

    it("used twice revoke the family of the first use, expired or not", async () => {
      const pair = await createPair(storage());
      const code = newCode(pair);
      await storage().issueCode(code);
      const first = use(code.hash);
      await storage().consumeCode(first);
      const again = { outcome: "used_before", familyId: first.familyId };
      expect(await storage().consumeCode(use(code.hash, code.expiresAt + 1))).toStrictEqual(again);
      expect(await revokedAt(storage(), first.familyId)).toBe(code.expiresAt + 1);
      expect(await storage().consumeCode(use(code.hash, code.expiresAt + 2))).toStrictEqual(again);
      expect(await revokedAt(storage(), first.familyId)).toBe(code.expiresAt + 1);
    });

    it("have one consumer of 64 at once, and the family it made is then revoked", async () => {
      const pair = await createPair(storage());
      const code = newCode(pair);
      await storage().issueCode(code);
      const acts = Array.from({ length: 64 }, () => use(code.hash));
      const outcomes = await Promise.all(acts.map((act) => storage().consumeCode(act)));
      const winner = acts[outcomes.findIndex(({ outcome }) => outcome === "consumed")]!;
      expect(outcomes.filter(({ outcome }) => outcome === "consumed")).toHaveLength(1);
      const rest = outcomes.filter(({ outcome }) => outcome !== "consumed");
      expect(rest).toEqual(rest.map(() => ({ outcome: "used_before", familyId: winner.familyId })));
      expect(await revokedAt(storage(), winner.familyId)).toBe(t0);
      for (const loser of acts.filter((act) => act !== winner)) {
        expect(await storage().findFamily(loser.familyId)).toBeUndefined();
      }
    });
  });

  consentContract(open);
  exclusiveContract(open);
}

function consentContract(open: Open): void {
  describe("consent", () => {
    const storage = sharedStorage(open);

    it("makes one grant for any number of codes at once", async () => {
      const pair = await createPair(storage());
      const ids = await atOnce(32, () => storage().issueCode(newCode(pair)));
      expect(new Set(ids).size).toBe(1);
      const grant = await storage().findGrant(pair.account.id, pair.app.clientId);
      expect(grant).toStrictEqual({
        id: ids[0],
        accountId: pair.account.id,
        clientId: pair.app.clientId,
        scopes: pair.app.scopes,
        resources: [ownApi],
        createdAt: t0,
        revokedAt: undefined,
      });
    });

    it("knows each resource it was given for, and whether it was given for none", async () => {
      const pair = await createPair(storage());
      const [files, mail] = ["https://files.example/", "urn:example:mail"];
      const resourcesOf = async () =>
        (await storage().findGrant(pair.account.id, pair.app.clientId))?.resources;
      await storage().issueCode(newCode(pair, { resources: [files] }));
      expect(await resourcesOf()).toEqual([files]);
      await storage().issueCode(newCode(pair, { resources: [mail, files] }));
      expect(await resourcesOf()).toEqual([files, mail]);
      await storage().issueCode(newCode(pair, { resources: [] }));
      await storage().issueCode(newCode(pair, { resources: [mail] }));
      expect(await resourcesOf()).toEqual([files, mail, ownApi]);
    });

    it("to more scopes widens the grant, and the families from before keep theirs", async () => {
      const pair = await createPair(storage());
      const narrow = await createFamily(storage(), pair, { scopes: ["basic_account_info"] });
      const code = newCode(pair, { scopes: ["basic_account_info"] });
      await storage().issueCode(code);
      const wide = await createFamily(storage(), pair, { scopes: ["request_signature", "team_access"] });
      const waiting = use(code.hash);
      await storage().consumeCode(waiting);
      const scopesOf = async (id: string) => (await storage().findFamily(id))?.family.scopes;
      expect(await scopesOf(narrow)).toEqual(["basic_account_info"]);
      expect(await scopesOf(waiting.familyId)).toEqual(["basic_account_info"]);
      expect(await scopesOf(wide)).toEqual(["request_signature", "team_access"]);
      const grant = await storage().findGrant(pair.account.id, pair.app.clientId);
      expect(grant?.scopes).toEqual(["basic_account_info", "request_signature", "team_access"]);
      await storage().issueCode(newCode(pair, { scopes: ["team_access"] }));
      expect((await storage().findGrant(pair.account.id, pair.app.clientId))?.scopes).toEqual(grant?.scopes);
      expect((await storage().findFamily(narrow))?.grant.scopes).toEqual(grant?.scopes);
    });

    it("widened and used at once never gives a family more than its own code", async () => {
      const pair = await createPair(storage());
      const codes = Array.from({ length: 16 }, (_, n) => newCode(pair, { scopes: [`s${n % 4}`] }));
      const families = await Promise.all(
        codes.map(async (code) => {
          await storage().issueCode(code);
          const act = use(code.hash);
          await storage().consumeCode(act);
          return { id: act.familyId, scopes: code.scopes };
        }),
      );
      for (const { id, scopes } of families) {
        expect((await storage().findFamily(id))?.family.scopes).toEqual(scopes);
      }
      const grant = await storage().findGrant(pair.account.id, pair.app.clientId);
      expect([...(grant?.scopes ?? [])].sort()).toEqual(["s0", "s1", "s2", "s3"]);
    });

    it("after a revocation is a new grant, and the codes of the old one are dead", async () => {
      const pair = await createPair(storage());
      const code = newCode(pair);
      const first = await storage().issueCode(code);
      expect(await storage().revokeGrant(pair.account.id, pair.app.clientId, t0 + 1)).toBe(true);
      const second = await storage().issueCode(newCode(pair, { scopes: ["basic_account_info"] }));
      expect(second).not.toBe(first);
      expect(await storage().consumeCode(use(code.hash))).toEqual({ outcome: "revoked" });
      expect((await storage().findCode(code.hash))?.grantRevokedAt).toBe(t0 + 1);
      const grant = await storage().findGrant(pair.account.id, pair.app.clientId);
      expect(grant).toMatchObject({ id: second, scopes: ["basic_account_info"] });
    });
  });
}

function exclusiveContract(open: Open): void {
  describe("an exchange that ends the earlier families", () => {
    const storage = sharedStorage(open);
    const exclusive = (pair: Pair, now: number) =>
      createFamily(storage(), pair, { now, endEarlierFamilies: true });

    it("ends those of its grant and no others", async () => {
      const pair = await createPair(storage());
      const neighbour = await createFamily(storage(), await createPair(storage()));
      const [first, second] = [await createFamily(storage(), pair), await createFamily(storage(), pair)];
      const last = await exclusive(pair, t0 + 9);
      expect(await revokedAt(storage(), first)).toBe(t0 + 9);
      expect(await revokedAt(storage(), second)).toBe(t0 + 9);
      expect(await revokedAt(storage(), last)).toBeUndefined();
      expect(await revokedAt(storage(), neighbour)).toBeUndefined();
      const rotation = { familyId: first, fromGeneration: 0, now: t0 + 10, graceSeconds: 30 };
      expect(await storage().rotateFamily(rotation)).toEqual({ outcome: "revoked" });
      expect(await storage().endAccessTokens(first, t0 + 10)).toBe(false);
      expect(await storage().revokeFamily(first, t0 + 10)).toBe(false);
    });

    it("beside another use of an earlier code ends the family of that one once, and keeps its own", async () => {
      const pair = await createPair(storage());
      const [earlier, next] = [newCode(pair), newCode(pair)];
      for (const code of [earlier, next]) await storage().issueCode(code);
      const [first, again, other] = [
        use(earlier.hash),
        use(earlier.hash, t0 + 3),
        use(next.hash, t0 + 3, true),
      ];
      await storage().consumeCode(first);
      const outcomes = await Promise.all(
        [{ ...again, endEarlierFamilies: true }, other].map((act) => storage().consumeCode(act)),
      );
      expect(outcomes).toEqual([
        { outcome: "used_before", familyId: first.familyId },
        { outcome: "consumed" },
      ]);
      expect(await revokedAt(storage(), first.familyId)).toBe(t0 + 3);
      expect(await revokedAt(storage(), other.familyId)).toBeUndefined();
    });

    it("leaves everything else of the families it ends as it was", async () => {
      const pair = await createPair(storage());
      const code = newCode(pair, { scopes: ["basic_account_info"], resources: ["urn:example:mail"] });
      await storage().issueCode(code);
      const first = use(code.hash);
      await storage().consumeCode({ ...first, dpopJkt: "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" });
      await storage().rotateFamily({
        familyId: first.familyId,
        fromGeneration: 0,
        now: t0 + 5,
        graceSeconds: 0,
      });
      await storage().endAccessTokens(first.familyId, t0 + 6);
      const before = (await storage().findFamily(first.familyId))?.family;
      await exclusive(pair, t0 + 9);
      const after = (await storage().findFamily(first.familyId))?.family;
      expect(before?.revokedAt).toBeUndefined();
      expect(after).toStrictEqual({ ...before, revokedAt: t0 + 9 });
    });

    it("does not end itself, nor what comes later", async () => {
      const pair = await createPair(storage());
      const first = await exclusive(pair, t0);
      const later = await createFamily(storage(), pair, { now: t0 + 1 });
      expect(await revokedAt(storage(), first)).toBeUndefined();
      expect(await revokedAt(storage(), later)).toBeUndefined();
    });

    it("leaves one live family of 32 exchanges at once", async () => {
      const pair = await createPair(storage());
      const codes = Array.from({ length: 32 }, () => newCode(pair));
      await Promise.all(codes.map((code) => storage().issueCode(code)));
      const acts = codes.map(({ hash }) => use(hash, t0, true));
      const outcomes = await Promise.all(acts.map((act) => storage().consumeCode(act)));
      expect(outcomes).toEqual(acts.map(() => ({ outcome: "consumed" })));
      const ends = await Promise.all(acts.map(({ familyId }) => revokedAt(storage(), familyId)));
      expect(ends.filter((end) => end === undefined)).toHaveLength(1);
    });
  });
}
