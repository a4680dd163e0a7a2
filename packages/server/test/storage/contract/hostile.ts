import { describe, expect, it } from "vitest";
import type { Storage } from "../../../src/storage/port/storage.js";
import { createPair, hex, newAccount, newCode, type Open, sharedStorage, t0 } from "./fixtures.js";

const hostile: Readonly<Record<string, string>> = {
  quotes: `'"\`--; DROP TABLE accounts; $1 ? {"a":[1,NULL]} \\ %s`,
  NUL: "before\0after\0",
  "the escape character": "\x1a0000 and \x1a",
  emoji: "👩🏽‍🚀 né ﷽ \u202e\ufeff\uffff",
  "lone surrogates": "\ud83d and \udc69\ud800",
  "line ends": "\r\n\t\u2028\v",
  "1 MiB": "ü".repeat(1 << 19),
  nothing: "",
};

export function hostileContract(open: Open): void {
  describe("hostile text", () => {
    const storage = sharedStorage(open);
    describe.each(Object.entries(hostile))("with %s", (_, text) => textContract(storage, text));
  });

  it("keeps texts apart that differ only in what a database may not see", async () => {
    const storage = await open();
    const keys = ["a", "a\0", "a\0b", "a\ud800", "a\ud801", "a\ufffd", "a\x1a0000", "a ", "A"];
    for (const key of keys) expect(await storage.rememberOnce(key, t0, t0 + 1)).toBe(true);
    await storage.close();
  });
}

function textContract(storage: () => Storage, text: string): void {
  it("comes back as it went in, from accounts, apps and codes", async () => {
    const account = newAccount({ email: `${hex(8)}${text}@example.test`, locale: text, callbackUrl: text });
    await storage().createAccount(account);
    expect(await storage().findAccount(account.id)).toStrictEqual(account);
    expect(await storage().findAccountByEmail(account.email)).toStrictEqual(account);
    const fields = { name: text, callbackUrls: [text, "", text], jwks: text, resources: [text] };
    const secrets = [{ sealed: text, createdAt: t0, expiresAt: undefined }];
    const { app } = await createPair(storage(), { ...fields, secrets, eventCallbackUrl: text });
    expect(await storage().findApp(app.clientId)).toStrictEqual(app);
    const code = newCode({ account, app }, { state: text, redirectUri: text, resources: [text] });
    await storage().issueCode(code);
    expect(await storage().findCode(code.hash)).toMatchObject(code);
    await storage().updateApp(app.clientId, { name: `${text}!`, callbackUrls: [text] }, t0);
    expect((await storage().findApp(app.clientId))?.name).toBe(`${text}!`);
  });

  it("comes back from sessions, limits and the audit log, where it may be a key", async () => {
    const { account } = await createPair(storage());
    const key = `${hex(4)}${text}`;
    const session = { hash: key, accountId: account.id, authenticatedAt: t0, expiresAt: t0 + 1 };
    await storage().createSession(session);
    expect((await storage().findSession(key, t0))?.session).toStrictEqual(session);
    expect(await storage().findSession(`${key}x`, t0)).toBeUndefined();
    expect(await storage().rememberOnce(key, t0, t0 + 1)).toBe(true);
    expect(await storage().rememberOnce(key, t0, t0 + 1)).toBe(false);
    const act = { capacity: 1, periodSeconds: 1, now: t0, cost: 1 };
    expect(await storage().takeFromBucket({ ...act, key })).toMatchObject({ allowed: true });
    expect(await storage().takeFromBucket({ ...act, key })).toMatchObject({ allowed: false });
    expect(await storage().takeFromBucket({ ...act, key: `${key}x` })).toMatchObject({ allowed: true });
    const event = { at: t0, event: key, clientId: key, accountId: key, data: { key, [key]: 1 } };
    await storage().recordAudit([event]);
    expect(await storage().listAudit({ event: key, clientId: key, limit: 9 })).toStrictEqual([event]);
  });

  it("finds nothing where nothing is", async () => {
    expect(await storage().findAccount(text)).toBeUndefined();
    expect(await storage().findAccountByEmail(text)).toBeUndefined();
    expect(await storage().findAccountByApiKey([text])).toBeUndefined();
    expect(await storage().findApp(text)).toBeUndefined();
    expect(await storage().findCode(text)).toBeUndefined();
    expect(await storage().findFamily(text)).toBeUndefined();
    expect(await storage().findSession(text, t0)).toBeUndefined();
    expect(await storage().findGrant(text, text)).toBeUndefined();
    expect(await storage().listGrants(text)).toEqual([]);
  });
}
