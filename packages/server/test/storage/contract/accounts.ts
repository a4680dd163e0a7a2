import { describe, expect, it } from "vitest";
import { OwnerGone } from "../../../src/storage/port/storage.js";
import { atOnce, hex, newAccount, newApp, type Open, sharedStorage, t0 } from "./fixtures.js";

export function accountContract(open: Open): void {
  describe("accounts", () => {
    const storage = sharedStorage(open);

    it("come back as they went in, by id and by e-mail address", async () => {
      const full = newAccount();
      const bare = newAccount({
        passwordHash: undefined,
        confirmedAt: undefined,
        locked: true,
        callbackUrl: undefined,
        createdByClient: undefined,
      });
      for (const account of [full, bare]) {
        expect(await storage().createAccount(account)).toBe("created");
        expect(await storage().findAccount(account.id)).toStrictEqual(account);
        expect(await storage().findAccountByEmail(account.email)).toStrictEqual(account);
      }
    });

    it("are unknown until created", async () => {
      expect(await storage().findAccount(hex(20))).toBeUndefined();
      expect(await storage().findAccountByEmail("nobody@example.test")).toBeUndefined();
      expect(await storage().updateAccount(hex(20), { locked: true })).toBe(false);
      expect(await storage().updateAccount(hex(20), {})).toBe(false);
    });

    it("compare e-mail addresses without regard to case, and keep them as written", async () => {
      const account = newAccount({ email: `Zoë.${hex(4)}@Example.TEST` });
      await storage().createAccount(account);
      expect((await storage().findAccountByEmail(account.email.toUpperCase()))?.email).toBe(account.email);
      const again = newAccount({ email: account.email.toLowerCase() });
      expect(await storage().createAccount(again)).toBe("email_taken");
      expect(await storage().findAccount(again.id)).toBeUndefined();
    });

    it("change only in what the change names", async () => {
      const account = newAccount();
      await storage().createAccount(account);
      const email = `${hex(8)}@Example.test`;
      expect(await storage().updateAccount(account.id, { email, locked: true })).toBe(true);
      const after = { ...account, email, locked: true };
      expect(await storage().findAccount(account.id)).toStrictEqual(after);
      expect(await storage().findAccountByEmail(email.toLowerCase())).toStrictEqual(after);
      expect(await storage().findAccountByEmail(account.email)).toBeUndefined();
    });

    it("lose what a change names as undefined, where it may be absent, and keep it where it may not", async () => {
      const account = newAccount();
      await storage().createAccount(account);
      const cleared = { passwordHash: undefined, confirmedAt: undefined, callbackUrl: undefined };
      expect(await storage().updateAccount(account.id, { ...cleared, email: undefined })).toBe(true);
      expect(await storage().findAccount(account.id)).toStrictEqual({ ...account, ...cleared });
    });

    it("may not take the address of another, but may keep or respell their own", async () => {
      const [one, other] = [newAccount(), newAccount()];
      await storage().createAccount(one);
      await storage().createAccount(other);
      expect(await storage().updateAccount(other.id, { email: one.email.toUpperCase(), locked: true })).toBe(
        "email_taken",
      );
      expect(await storage().findAccount(other.id)).toStrictEqual(other);
      expect(await storage().updateAccount(hex(20), { email: one.email })).toBe(false);
      expect(await storage().updateAccount(one.id, { email: one.email.toUpperCase() })).toBe(true);
    });

    it("have one creator of 64 at once with the same address", async () => {
      const email = `${hex(8)}@example.test`;
      const made = await atOnce(64, () => storage().createAccount(newAccount({ email })));
      expect(made.filter((answer) => answer === "created")).toHaveLength(1);
    });

    it("are listed in order of creation, as many as asked for", async () => {
      const own = await open();
      const accounts = [newAccount(), newAccount(), newAccount()];
      for (const account of accounts) await own.createAccount(account);
      expect(await own.listAccounts(2)).toStrictEqual(accounts.slice(0, 2));
      expect(await own.listAccounts(9)).toStrictEqual(accounts);
      await own.close();
    });

    it("refuse an app whose owner does not exist", async () => {
      await expect(storage().createApp(newApp(hex(20)))).rejects.toThrow();
    });
  });

  apiKeyContract(open);
  sessionContract(open);
}

function apiKeyContract(open: Open): void {
  describe("API keys", () => {
    const storage = sharedStorage(open);
    const newKey = () => ({ lookup: hex(32), sealed: hex(20) });

    it("are replaced as a whole and keep their order", async () => {
      const account = newAccount();
      await storage().createAccount(account);
      const [a, b, c] = [newKey(), newKey(), newKey()];
      expect(await storage().listApiKeys(account.id)).toStrictEqual([]);
      expect(await storage().setApiKeys(account.id, [a, b])).toBe("set");
      expect(await storage().setApiKeys(account.id, [c, a])).toBe("set");
      expect(await storage().listApiKeys(account.id)).toStrictEqual([c, a]);
      expect(await storage().findAccountByApiKey([b.lookup])).toBeUndefined();
      expect(await storage().setApiKeys(account.id, [])).toBe("set");
      expect(await storage().listApiKeys(account.id)).toStrictEqual([]);
    });

    it("find their account by any of the values looked up", async () => {
      const account = newAccount();
      await storage().createAccount(account);
      const key = newKey();
      await storage().setApiKeys(account.id, [newKey(), key]);
      expect(await storage().findAccountByApiKey([hex(32), key.lookup])).toStrictEqual(account);
      expect(await storage().findAccountByApiKey([hex(32)])).toBeUndefined();
      expect(await storage().findAccountByApiKey([])).toBeUndefined();
    });

    it("belong to one account, and a refused change changes nothing", async () => {
      const [one, other] = [newAccount(), newAccount()];
      await storage().createAccount(one);
      await storage().createAccount(other);
      const [key, own, fresh] = [newKey(), newKey(), newKey()];
      await storage().setApiKeys(one.id, [key]);
      await storage().setApiKeys(other.id, [own]);
      expect(await storage().setApiKeys(other.id, [fresh, key])).toBe("key_taken");
      expect(await storage().listApiKeys(other.id)).toStrictEqual([own]);
      expect(await storage().findAccountByApiKey([key.lookup])).toStrictEqual(one);
      expect(await storage().findAccountByApiKey([fresh.lookup])).toBeUndefined();
    });

    it("are those of one of the changes that came at once, never a mixture", async () => {
      const account = newAccount();
      await storage().createAccount(account);
      const sets = Array.from({ length: 16 }, () => [newKey(), newKey()]);
      await atOnce(16, (index) => storage().setApiKeys(account.id, sets[index]!));
      const kept = await storage().listApiKeys(account.id);
      expect(sets).toContainEqual(kept);
      const gone = sets.flat().filter(({ lookup }) => !kept.some((key) => key.lookup === lookup));
      expect(await storage().findAccountByApiKey(gone.map(({ lookup }) => lookup))).toBeUndefined();
    });

    it("are refused to an account that does not exist", async () => {
      await expect(storage().setApiKeys(hex(20), [newKey()])).rejects.toThrow();
    });
  });
}

function sessionContract(open: Open): void {
  describe("sessions", () => {
    const storage = sharedStorage(open);

    it("come back with their account until the moment they expire", async () => {
      const account = newAccount();
      await storage().createAccount(account);
      const session = { hash: hex(32), accountId: account.id, authenticatedAt: t0, expiresAt: t0 + 1000 };
      await storage().createSession(session);
      expect(await storage().findSession(session.hash, t0)).toStrictEqual({ session, account });
      expect(await storage().findSession(session.hash, t0 + 999)).toStrictEqual({ session, account });
      expect(await storage().findSession(session.hash, t0 + 1000)).toBeUndefined();
    });

    it("are gone once deleted, and deleting again does no harm", async () => {
      const account = newAccount();
      await storage().createAccount(account);
      const session = { hash: hex(32), accountId: account.id, authenticatedAt: t0, expiresAt: t0 + 1000 };
      await storage().createSession(session);
      await storage().deleteSession(session.hash);
      await storage().deleteSession(session.hash);
      expect(await storage().findSession(session.hash, t0)).toBeUndefined();
    });

    it("are refused where the hash exists or the account does not, without harm to those beside them", async () => {
      const account = newAccount();
      await storage().createAccount(account);
      const session = { accountId: account.id, authenticatedAt: t0, expiresAt: t0 + 1000 };
      const hash = hex(32);
      await storage().createSession({ ...session, hash });
      const results = await Promise.allSettled([
        storage().createSession({ ...session, hash: hex(32) }),
        storage().createSession({ ...session, hash }),
        storage().createSession({ ...session, hash: hex(32), accountId: hex(20) }),
        storage().createSession({ ...session, hash: hex(32) }),
      ]);
      expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
      expect(results[2]).toMatchObject({ reason: expect.any(OwnerGone) });
    });
  });
}
