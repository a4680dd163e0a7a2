/** Ending what was given to an account, to an app or to everybody, in one act. */
import { describe, expect, it } from "vitest";
import type { Revocation } from "../../../src/storage/port/acts.js";
import type { Storage } from "../../../src/storage/port/storage.js";
import { atOnce, createFamily, createPair, day, hex, newCode, type Open, type Pair, t0 } from "./fixtures.js";

/** All that one consent gave: a signed-in browser, a remembered consent, a code that waits, a family that is used. */
interface Given {
  readonly pair: Pair;
  readonly family: string;
  readonly code: string;
  readonly session: string;
}

async function give(storage: Storage, pair: Pair): Promise<Given> {
  const family = await createFamily(storage, pair);
  const code = newCode(pair);
  await storage.issueCode(code);
  const session = hex(32);
  const times = { authenticatedAt: t0, expiresAt: t0 + 14 * day };
  await storage.createSession({ hash: session, accountId: pair.account.id, ...times });
  return { pair, family, code: code.hash, session };
}

/** What still works of it. */
async function alive(storage: Storage, { pair, family, code, session }: Given) {
  const { account, app } = pair;
  const view = await storage.findFamily(family);
  const listed = await storage.listGrants(account.id);
  return {
    family: view?.family.revokedAt === undefined && view?.grant.revokedAt === undefined,
    code: (await storage.findCode(code))?.grantRevokedAt === undefined,
    consent: (await storage.findGrant(account.id, app.clientId)) !== undefined,
    listed: listed.some(({ app: { clientId } }) => clientId === app.clientId),
    session: (await storage.findSession(session, t0)) !== undefined,
  };
}

const everything = { family: true, code: true, consent: true, listed: true, session: true };
const nothing = { family: false, code: false, consent: false, listed: false, session: false };
const theSessionAlone = { ...nothing, session: true };

export function revocationContract(open: Open): void {
  describe("a revocation of more than one grant", () => {
    const withGiven = async (test: (storage: Storage, given: readonly Given[]) => Promise<void>) => {
      const storage = await open();
      const [one, other] = [await createPair(storage), await createPair(storage)];
      const crossed = { account: one.account, app: other.app };
      const given = [
        await give(storage, one),
        await give(storage, other),
        await give(storage, crossed),
      ] as const;
      await test(storage, given);
      await storage.close();
    };

    it.each<[string, (one: Pair) => Revocation, object[], object]>([
      [
        "an account",
        ({ account }) => ({ accountId: account.id }),
        [nothing, everything, nothing],
        { grants: 2, sessions: 2 },
      ],
      [
        "an app",
        ({ app }) => ({ clientId: app.clientId }),
        [theSessionAlone, everything, everything],
        { grants: 1, sessions: 0 },
      ],
      ["everything", () => "everything", [nothing, nothing, nothing], { grants: 3, sessions: 3 }],
    ])("by %s ends that, and nothing else", (_, whose, expected, counted) =>
      withGiven(async (storage, given) => {
        const [first] = given as readonly [Given];
        expect(await storage.revokeAll(whose(first.pair), t0 + 5)).toEqual(counted);
        const left = [];
        for (const one of given) left.push(await alive(storage, one));
        expect(left).toEqual(expected);
        expect(await storage.revokeAll(whose(first.pair), t0 + 6)).toEqual({ grants: 0, sessions: 0 });
      }),
    );

    it.each<[string, (one: Pair) => Revocation]>([
      ["an account", ({ account }) => ({ accountId: account.id })],
      ["an app", ({ app }) => ({ clientId: app.clientId })],
      ["everything", () => "everything"],
    ])("by %s leaves no act that uses what was given, and room for what is given anew", (_, whose) =>
      withGiven(async (storage, [first]) => {
        const { pair, family, code } = first as Given;
        const { account, app } = pair;
        await storage.revokeAll(whose(pair), t0 + 5);
        const act = { familyId: hex(16), now: t0 + 6, endEarlierFamilies: false };
        expect(await storage.consumeCode({ hash: code, ...act })).toEqual({ outcome: "revoked" });
        const rotation = { familyId: family, fromGeneration: 0, now: t0 + 6, graceSeconds: 30 };
        expect(await storage.rotateFamily(rotation)).toEqual({ outcome: "revoked" });
        expect(await storage.revokeGrant(account.id, app.clientId, t0 + 6)).toBe(false);
        const narrow = newCode(pair, { scopes: ["basic_account_info"] });
        await storage.issueCode(narrow);
        const consent = await storage.findGrant(account.id, app.clientId);
        expect([consent?.scopes, consent?.revokedAt]).toEqual([["basic_account_info"], undefined]);
        expect(await storage.consumeCode({ hash: narrow.hash, ...act })).toEqual({ outcome: "consumed" });
        expect((await storage.findFamily(act.familyId))?.grant.revokedAt).toBeUndefined();
        expect((await storage.findFamily(family))?.grant.revokedAt).toBe(t0 + 5);
        expect((await storage.findCode(code))?.grantRevokedAt).toBe(t0 + 5);
      }),
    );

    it("does not go by clocks: it ends what a node that is an hour ahead gave, and spares what one behind gives next", () =>
      withGiven(async (storage, [first]) => {
        const { pair } = first as Given;
        const ahead = await createFamily(storage, pair, { now: t0 + 3_600_000 });
        await storage.revokeAll("everything", t0);
        expect((await storage.findFamily(ahead))?.grant.revokedAt).toBe(t0);
        const behind = await createFamily(storage, pair, { now: t0 - 3_600_000 });
        expect((await storage.findFamily(behind))?.grant.revokedAt).toBeUndefined();
      }));

    it("spares what is given next, also where the app that was given last has been deleted", () =>
      withGiven(async (storage, [first, other]) => {
        await storage.revokeAll("everything", t0);
        await storage.deleteApp((other as Given).pair.app.clientId);
        const next = await createFamily(storage, (first as Given).pair);
        expect((await storage.findFamily(next))?.grant.revokedAt).toBeUndefined();
      }));

    it("by app or of everything counts the app on, whose own tokens end by it; a change of the app does not", () =>
      withGiven(async (storage, [first, other]) => {
        const [one, two] = [(first as Given).pair, (other as Given).pair];
        const counts = async () => {
          const apps = [await storage.findApp(one.app.clientId), await storage.findApp(two.app.clientId)];
          return apps.map((app) => app?.tokenGeneration);
        };
        await storage.revokeAll({ accountId: one.account.id }, t0);
        await storage.updateApp(one.app.clientId, { name: "Another name" }, t0);
        expect(await counts()).toEqual([7, 7]);
        await storage.revokeAll({ clientId: one.app.clientId }, t0);
        expect(await counts()).toEqual([8, 7]);
        await storage.revokeAll("everything", t0);
        expect(await counts()).toEqual([9, 8]);
      }));

    it("says where there is no such account or app", () =>
      withGiven(async (storage) => {
        expect(await storage.revokeAll({ accountId: "none" }, t0)).toBeUndefined();
        expect(await storage.revokeAll({ clientId: "none" }, t0)).toBeUndefined();
      }));

    it("among the exchanges of many nodes leaves none of them alive that was answered before it", async () => {
      const storage = await open();
      const pair = await createPair(storage);
      const before = await atOnce(8, () => createFamily(storage, pair));
      const [counted] = await Promise.all([
        storage.revokeAll({ clientId: pair.app.clientId }, t0 + 1),
        atOnce(8, () => createFamily(storage, pair).catch(() => undefined)),
      ]);
      expect(counted?.grants).toBe(1);
      for (const id of before) expect((await storage.findFamily(id))?.grant.revokedAt).toBe(t0 + 1);
      await storage.close();
    });

    it("is purged as any other, in steps, 30 days later", () =>
      withGiven(async (storage, given) => {
        await storage.revokeAll("everything", t0 + 5);
        const later = { now: t0 + 5 + 30 * day, limit: 1 };
        let steps = 0;
        while ((await storage.purge(later)) > 0) steps++;
        expect(steps).toBeGreaterThan(3);
        for (const { family } of given) expect(await storage.findFamily(family)).toBeUndefined();
        const { pair } = given[0] as Given;
        const next = await createFamily(storage, pair, { now: later.now });
        await storage.purge(later);
        expect((await storage.findFamily(next))?.grant.revokedAt).toBeUndefined();
      }));
  });
}
