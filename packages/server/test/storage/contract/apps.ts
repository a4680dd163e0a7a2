import { describe, expect, it } from "vitest";
import { openClientsOwner } from "../../../src/storage/port/records.js";

import {
  atOnce,
  createFamily,
  createPair,
  hex,
  newAccount,
  newApp,
  newCode,
  type Open,
  revokedAt,
  sharedStorage,
  t0,
} from "./fixtures.js";

export function appContract(open: Open): void {
  describe("apps", () => {
    const storage = sharedStorage(open);

    it("come back as they went in", async () => {
      const { account, app } = await createPair(storage());
      expect(await storage().findApp(app.clientId)).toStrictEqual(app);
      const bare = newApp(account.id, {
        callbackUrls: [],
        scopes: [],
        secrets: [],
        public: true,
        approved: false,
        requireClientCredentialsOnRefresh: false,
        refreshTokens: "rotate",
        accessTokens: "jwt",
        jwks: undefined,
        resources: [],
        eventCallbackUrl: undefined,
        scopeTexts: {},
        callbackSchemes: [],
        requirePkce: false,
        requirePushedRequests: false,
        dpopBoundTokens: false,
        jwtAlgorithm: "ES256",
        grantTypes: [],
        tokenGeneration: 0,
      });
      expect(await storage().createApp(bare)).toBe("created");
      expect(await storage().findApp(bare.clientId)).toStrictEqual(bare);
    });

    it("are unknown until created, and created once", async () => {
      const account = newAccount();
      await storage().createAccount(account);
      const app = newApp(account.id);
      expect(await storage().findApp(app.clientId)).toBeUndefined();
      expect(await storage().updateApp(app.clientId, { name: "x" }, t0)).toBeUndefined();
      const made = await atOnce(16, (n) => storage().createApp({ ...app, name: `App ${n}` }));
      expect(made.filter((answer) => answer === "created")).toHaveLength(1);
      expect((await storage().findApp(app.clientId))?.name).toBe(`App ${made.indexOf("created")}`);
    });

    it("change in every field, and only in those that the change names", async () => {
      const { app } = await createPair(storage());
      const owner = newAccount();
      await storage().createAccount(owner);
      const {
        clientId: _,
        createdAt: __,
        openClient: ___,
        ...changes
      } = newApp(owner.id, { name: "New", jwks: undefined });
      for (const [key, value] of Object.entries({ ...changes, public: true, approved: false })) {
        const before = await storage().findApp(app.clientId);
        expect(await storage().updateApp(app.clientId, { [key]: value }, t0)).toEqual({ grantsRevoked: 0 });
        expect(await storage().findApp(app.clientId)).toStrictEqual({ ...before, [key]: value });
      }
      expect(await storage().updateApp(app.clientId, {}, t0)).toEqual({ grantsRevoked: 0 });
    });

    it("keep what may not be absent when a change names it as undefined", async () => {
      const { app } = await createPair(storage());
      const changes = { name: undefined, scopes: undefined, ownerId: undefined, jwks: undefined };
      await storage().updateApp(app.clientId, changes, t0);
      expect(await storage().findApp(app.clientId)).toStrictEqual({ ...app, jwks: undefined });
    });

    it("say how they came here, where nobody registered them, and are then left out of pages unless asked for", async () => {
      const own = await open();
      const { account, app } = await createPair(own);
      const owner = newAccount({ id: openClientsOwner, email: "open clients", locked: true });
      await own.createAccount(owner);
      expect(await own.createAccount(owner)).toBe("email_taken");
      const long = `cs_c_${"A".repeat(1019)}`;
      const open1 = newApp(owner.id, { openClient: "registration", refreshTokens: "none", clientId: long });
      const open2 = newApp(owner.id, { openClient: "document", clientId: "https://a.example/client.json" });
      const made = await atOnce(4, () => own.createApp(open1));
      expect(made.filter((answer) => answer === "created")).toHaveLength(1);
      await own.createApp(open2);
      expect(await own.findApp(long)).toStrictEqual(open1);
      expect((await own.pageApps({ limit: 9 })).items).toStrictEqual([app]);
      expect((await own.pageApps({ limit: 9, openClients: true })).items).toStrictEqual([app, open1, open2]);
      const first = await own.pageApps({ limit: 2, openClients: true });
      const rest = await own.pageApps({ limit: 2, openClients: true, after: first.next });
      expect(rest.items).toStrictEqual([open2]);
      expect((await own.pageAccounts({ limit: 9 })).items).toStrictEqual([account]);
      expect(await own.listAccounts(9)).toStrictEqual([account]);
      const family = await createFamily(own, { account, app: open1 });
      expect((await own.findFamily(family))?.app).toStrictEqual(open1);
      await own.close();
    });

    it("are listed in order of creation, as many as asked for", async () => {
      const own = await open();
      const { account, app } = await createPair(own);
      const second = newApp(account.id);
      await own.createApp(second);
      expect(await own.listApps(1)).toStrictEqual([app]);
      expect(await own.listApps(5)).toStrictEqual([app, second]);
      await own.close();
    });
  });

  describe("a change of an app's scopes", () => {
    const storage = sharedStorage(open);

    it("revokes the app's live grants, codes and families in the same act, and no other app's", async () => {
      const pair = await createPair(storage());
      const neighbour = await createPair(storage());
      const family = await createFamily(storage(), pair);
      const code = newCode({ ...pair, account: neighbour.account });
      await storage().issueCode(code);
      const untouched = await createFamily(storage(), neighbour);
      const change = { scopes: ["basic_account_info"], name: "Narrower" };
      expect(await storage().updateApp(pair.app.clientId, change, t0 + 5)).toEqual({ grantsRevoked: 2 });
      expect((await storage().findFamily(family))?.grant.revokedAt).toBe(t0 + 5);
      const use = { hash: code.hash, familyId: hex(16), now: t0 + 6, endEarlierFamilies: false };
      expect(await storage().consumeCode(use)).toEqual({ outcome: "revoked" });
      expect((await storage().findCode(code.hash))?.grantRevokedAt).toBe(t0 + 5);
      expect((await storage().findFamily(untouched))?.grant.revokedAt).toBeUndefined();
      expect(await storage().updateApp(pair.app.clientId, { scopes: [] }, t0 + 7)).toEqual({
        grantsRevoked: 0,
      });
    });

    it("is none where only their order changes", async () => {
      const pair = await createPair(storage());
      const family = await createFamily(storage(), pair);
      const scopes = [...pair.app.scopes].reverse();
      expect(await storage().updateApp(pair.app.clientId, { scopes }, t0)).toEqual({ grantsRevoked: 0 });
      expect(await revokedAt(storage(), family)).toBeUndefined();
      expect((await storage().findApp(pair.app.clientId))?.scopes).toEqual(scopes);
    });
  });

  describe("a deleted app", () => {
    const storage = sharedStorage(open);

    it("is gone with its grants, codes and families, and no other app's are", async () => {
      const pair = await createPair(storage());
      const neighbour = await createPair(storage());
      const family = await createFamily(storage(), pair);
      const code = newCode({ ...pair, account: neighbour.account });
      await storage().issueCode(code);
      const untouched = await createFamily(storage(), neighbour);
      expect(await storage().deleteApp(pair.app.clientId)).toEqual({ grantsRevoked: 2 });
      expect(await storage().findApp(pair.app.clientId)).toBeUndefined();
      expect(await storage().listApps(9)).toStrictEqual([neighbour.app]);
      expect(await storage().findFamily(family)).toBeUndefined();
      const rotation = { familyId: family, fromGeneration: 0, now: t0 + 6, graceSeconds: 0 };
      expect(await storage().rotateFamily(rotation)).toEqual({ outcome: "unknown" });
      const use = { hash: code.hash, familyId: hex(16), now: t0 + 6, endEarlierFamilies: false };
      expect(await storage().consumeCode(use)).toEqual({ outcome: "unknown" });
      expect(await storage().findCode(code.hash)).toBeUndefined();
      expect(await storage().findGrant(pair.account.id, pair.app.clientId)).toBeUndefined();
      expect(await storage().listGrants(pair.account.id)).toEqual([]);
      expect(await revokedAt(storage(), untouched)).toBeUndefined();
      expect(await storage().findAccount(pair.account.id)).toStrictEqual(pair.account);
    });

    it("is deleted once, and its client id may be used again by an app that knows nothing of it", async () => {
      const pair = await createPair(storage());
      const old = await createFamily(storage(), pair);
      // What is read twice is kept parsed: the new row must not be taken for it.
      for (let n = 0; n < 3; n++) await storage().findApp(pair.app.clientId);
      const outcomes = await atOnce(8, () => storage().deleteApp(pair.app.clientId));
      expect(outcomes.filter((outcome) => outcome !== undefined)).toEqual([{ grantsRevoked: 1 }]);
      const next = { ...pair.app, name: "Its successor", secrets: [] };
      expect(await storage().createApp(next)).toBe("created");
      expect(await storage().findApp(next.clientId)).toStrictEqual(next);
      expect(await storage().findGrant(pair.account.id, next.clientId)).toBeUndefined();
      const family = await createFamily(storage(), { ...pair, app: next });
      expect((await storage().findFamily(family))?.app).toStrictEqual(next);
      expect(await storage().findFamily(old)).toBeUndefined();
    });

    it("leaves nothing behind when consents race with its deletion", async () => {
      const pair = await createPair(storage());
      const accounts = await atOnce(8, async () => {
        const account = newAccount();
        await storage().createAccount(account);
        return account;
      });
      const consent = (n: number) =>
        storage().issueCode(newCode({ ...pair, account: accounts[n] as (typeof accounts)[0] }));
      const issued = atOnce(8, (n) => consent(n).catch(() => undefined));
      expect(await storage().deleteApp(pair.app.clientId)).toBeDefined();
      await issued;
      expect(await storage().findApp(pair.app.clientId)).toBeUndefined();
      for (const { id } of accounts) expect(await storage().listGrants(id)).toEqual([]);
    });

    it("answers that an app is unknown", async () => {
      expect(await storage().deleteApp(hex(16))).toBeUndefined();
    });
  });
}
