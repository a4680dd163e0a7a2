import { describe, expect, it } from "vitest";
import type { Page, PageQuery } from "../../../src/storage/port/paging.js";
import {
  createFamily,
  createPair,
  day,
  hex,
  newAccount,
  newCode,
  type Open,
  sharedStorage,
  t0,
} from "./fixtures.js";

/** Reads page by page to the end. */
async function everyPage<T>(limit: number, read: (query: PageQuery) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  let after: string | undefined;
  do {
    const page = await read({ limit, after });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    all.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return all;
}

export function operatorContract(open: Open): void {
  describe("what operators read", () => {
    const storage = sharedStorage(open);

    it("is every account and every app, page by page, in the order they were made", async () => {
      const made = [];
      for (let n = 0; n < 7; n++) made.push(await createPair(storage()));
      const accounts = await everyPage(3, storage().pageAccounts);
      expect(accounts).toStrictEqual(made.map(({ account }) => account));
      expect(await everyPage(7, storage().pageApps)).toStrictEqual(made.map(({ app }) => app));
      expect((await storage().pageApps({ limit: 7 })).next).toBeUndefined();
    });

    it("goes on behind a page whose last row has gone meanwhile", async () => {
      const first = await storage().pageAccounts({ limit: 2 });
      const gone = newAccount();
      await storage().createAccount(gone);
      const last = await everyPage(1, storage().pageAccounts);
      expect(last.at(-1)).toStrictEqual(gone);
      await storage().deleteAccount(gone.id);
      const rest = await everyPage(2, ({ limit, after }) =>
        storage().pageAccounts({ limit, after: after ?? first.next }),
      );
      expect(rest.map(({ id }) => id)).toEqual(last.slice(2, -1).map(({ id }) => id));
    });

    it("is the live grants and the families of an account or an app", async () => {
      const pair = await createPair(storage());
      const other = await createPair(storage());
      const both = { account: pair.account, app: other.app };
      const families = [
        await createFamily(storage(), pair),
        await createFamily(storage(), pair, { now: t0 + 1 }),
        await createFamily(storage(), both, { now: t0 + 2 }),
      ];
      const { id: accountId } = pair.account;
      const grants = await everyPage(1, (query) => storage().pageGrants({ ...query, accountId }));
      expect(grants.map(({ grant, email, appName }) => [grant.clientId, email, appName])).toEqual([
        [pair.app.clientId, pair.account.email, pair.app.name],
        [other.app.clientId, pair.account.email, other.app.name],
      ]);
      const ofAccount = await everyPage(2, (query) => storage().pageFamilies({ ...query, accountId }));
      expect(ofAccount.map(({ family }) => family.id)).toEqual(families);
      const { clientId } = other.app;
      const ofApp = await everyPage(2, (query) => storage().pageFamilies({ ...query, clientId }));
      expect(ofApp).toStrictEqual([await storage().findFamily(families[2] as string)]);
      await storage().revokeGrant(accountId, clientId, t0 + 3);
      expect((await storage().pageGrants({ limit: 9, accountId, clientId })).items).toEqual([]);
    });

    it("is the living sessions of an account, which end in one act", async () => {
      const { account } = await createPair(storage());
      const session = { accountId: account.id, authenticatedAt: t0, expiresAt: t0 + day };
      const hashes = [hex(32), hex(32), hex(32)].sort();
      for (const hash of hashes) await storage().createSession({ ...session, hash });
      await storage().createSession({ ...session, hash: hex(32), expiresAt: t0 });
      const read = (query: PageQuery) => storage().pageSessions({ ...query, accountId: account.id, now: t0 });
      expect(await everyPage(2, read)).toStrictEqual(hashes.map((hash) => ({ hash, ...session })));
      expect(await storage().deleteSessionsOf(account.id)).toBe(4);
      expect(await everyPage(2, read)).toEqual([]);
      expect(await storage().deleteSessionsOf("nobody")).toBe(0);
    });

    it("is every API key with its account, replaced ones left out", async () => {
      const { account } = await createPair(storage());
      const key = (lookup: string) => ({ lookup, sealed: `sealed ${lookup}` });
      await storage().setApiKeys(account.id, [key("old")]);
      await storage().setApiKeys(account.id, [key("one"), key("two")]);
      const keys = await everyPage(1, storage().pageApiKeys);
      expect(keys).toEqual([
        { accountId: account.id, ...key("one") },
        { accountId: account.id, ...key("two") },
      ]);
    });

    it("is the audit log, newest first, by time and by who did it", async () => {
      const event = { event: "app_created", clientId: "c", accountId: undefined };
      const data = (n: number) => ({ actor: n % 2 ? 'cli:"jo' : "api", n });
      for (let n = 0; n < 6; n++) await storage().recordAudit([{ ...event, at: t0 + n, data: data(n) }]);
      const numbers = async (query: object) =>
        (await everyPage(2, (page) => storage().pageAudit({ ...page, ...query }))).map(
          ({ data: { n } }) => n,
        );
      expect(await numbers({})).toEqual([5, 4, 3, 2, 1, 0]);
      expect(await numbers({ actor: 'cli:"jo' })).toEqual([5, 3, 1]);
      expect(await numbers({ since: t0 + 1, until: t0 + 4 })).toEqual([3, 2, 1]);
      expect(await numbers({ event: "another" })).toEqual([]);
    });

    it("is the version of the schema", async () =>
      expect(await storage().schemaVersion()).toBeGreaterThan(2));
  });

  describe("an account that is deleted", () => {
    const storage = sharedStorage(open);

    it("takes its sessions, keys, grants, codes and families with it, and leaves the rest", async () => {
      const owner = await createPair(storage());
      const account = newAccount();
      await storage().createAccount(account);
      const pair = { account, app: owner.app };
      const kept = await createFamily(storage(), owner);
      const family = await createFamily(storage(), pair);
      const code = newCode(pair);
      await storage().issueCode(code);
      await storage().createSession({
        hash: "h",
        accountId: account.id,
        authenticatedAt: t0,
        expiresAt: t0 + day,
      });
      await storage().setApiKeys(account.id, [{ lookup: "l", sealed: "s" }]);
      expect(await storage().deleteAccount(account.id)).toEqual({ outcome: "deleted" });
      expect(await storage().findAccount(account.id)).toBeUndefined();
      expect(await storage().findFamily(family)).toBeUndefined();
      expect(await storage().findCode(code.hash)).toBeUndefined();
      expect(await storage().findSession("h", t0)).toBeUndefined();
      expect(await storage().findAccountByApiKey(["l"])).toBeUndefined();
      expect((await storage().findFamily(kept))?.family.revokedAt).toBeUndefined();
      expect(await storage().deleteAccount(account.id)).toEqual({ outcome: "unknown" });
    });

    it("is never taken for the next one that is made", async () => {
      for (let n = 0; n < 3; n++) {
        const account = newAccount();
        await storage().createAccount(account);
        for (let read = 0; read < 3; read++)
          expect(await storage().findAccount(account.id)).toStrictEqual(account);
        await storage().deleteAccount(account.id);
      }
    });

    it("stays whole while it owns an app", async () => {
      const { account, app } = await createPair(storage());
      expect(await storage().deleteAccount(account.id)).toEqual({ outcome: "owns_apps", apps: 1 });
      expect(await storage().findAccount(account.id)).toStrictEqual(account);
      await storage().deleteApp(app.clientId);
      expect(await storage().deleteAccount(account.id)).toEqual({ outcome: "deleted" });
    });
  });

  describe("what is sealed anew", () => {
    const storage = sharedStorage(open);

    it("is an API key that is still as it was read, and found by its new lookup alone", async () => {
      const { account } = await createPair(storage());
      const [was, other] = [
        { lookup: hex(16), sealed: hex(16) },
        { lookup: hex(16), sealed: hex(16) },
      ];
      await storage().setApiKeys(account.id, [was, other]);
      const becomes = { lookup: hex(16), sealed: hex(16) };
      expect(await storage().resealApiKey({ ...was, sealed: hex(16) }, becomes)).toBe(false);
      expect(await storage().resealApiKey(was, becomes)).toBe(true);
      expect(await storage().resealApiKey(was, becomes)).toBe(false);
      expect(await storage().listApiKeys(account.id)).toStrictEqual([becomes, other]);
      expect(await storage().findAccountByApiKey([was.lookup])).toBeUndefined();
      expect(await storage().findAccountByApiKey([becomes.lookup])).toStrictEqual(account);
    });

    it("is an app's secrets, unless another change came between", async () => {
      const secret = (sealed: string) => ({ sealed, createdAt: t0, expiresAt: undefined });
      const { app } = await createPair(storage(), {
        secrets: [secret("a"), { ...secret("b"), expiresAt: t0 }],
      });
      const [resealed, rotated] = [
        app.secrets.map((one) => ({ ...one, sealed: `${one.sealed}+` })),
        [secret("c")],
      ];
      expect(await storage().resealSecrets(app.clientId, app.secrets, resealed)).toBe(true);
      expect((await storage().findApp(app.clientId))?.secrets).toStrictEqual(resealed);
      await storage().updateApp(app.clientId, { secrets: rotated }, t0);
      expect(await storage().resealSecrets(app.clientId, resealed, app.secrets)).toBe(false);
      expect((await storage().findApp(app.clientId))?.secrets).toStrictEqual(rotated);
      expect(await storage().resealSecrets("nobody", [], [])).toBe(false);
    });
  });
}
