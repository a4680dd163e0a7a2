/** The mark of a known browser, and e-mail addresses nobody can have. */
import { beforeEach, describe, expect, it } from "vitest";
import { createAccount } from "../../src/accounts/create-account.js";
import { deviceSeconds, LoginThrottle } from "../../src/accounts/login-throttle.js";
import { KeyRing } from "../../src/crypto/key-ring.js";
import { type Account, emailKey } from "../../src/storage/port/records.js";
import { openSqliteStorage, type SqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";
import { seededRandom } from "../support/random.js";

const ring = new KeyRing(["Zb1xK7Qm2vTn9LrP4sWd8HfYc3GjU6Ae"]);
const randomBytes = seededRandom("login-throttle");
let storage: SqliteStorage;
let owner: Account;
let now: number;
let throttle: LoginThrottle;
beforeEach(async () => {
  now = Date.UTC(2030, 0, 1);
  storage = openSqliteStorage(":memory:");
  throttle = new LoginThrottle({ ring, storage, now: () => now, randomBytes });
  const wanted = { email: "owner@example.com", password: undefined, confirmed: true };
  owner = (await createAccount({ storage, now: () => now, randomBytes }, wanted)) as Account;
  await storage.updateAccount(owner.id, { passwordHash: "$argon2id$one" });
  owner = (await storage.findAccount(owner.id)) as Account;
});

/** Makes an attempt and says how it ended. */
async function attempt(device: string | undefined, right: boolean, email = owner.email): Promise<string> {
  const made = await throttle.attempt({ email, address: "192.0.2.1", device }, async () =>
    right ? owner : undefined,
  );
  return made.outcome;
}
const guess = async (device: string | undefined, times: number) => {
  for (let index = 0; index < times; index++) await attempt(device, false);
};

describe("the mark of a known browser", () => {
  it("differs between browsers, and the holder of one shuts no other out", async () => {
    const [mine, theirs] = [throttle.device(owner), throttle.device(owner)];
    expect(mine).not.toBe(theirs);
    await guess(theirs, 10);
    expect(await attempt(theirs, true)).toBe("throttled");
    expect(await attempt(mine, true)).toBe("right");
  });

  it("keeps its owner's way in when strangers have spent the account's guesses", async () => {
    const mine = throttle.device(owner);
    await guess(undefined, 10);
    expect(await attempt(undefined, true)).toBe("throttled");
    expect(await attempt(mine, true)).toBe("right");
  });

  it("ends with the password it was given for", async () => {
    const mark = throttle.device(owner);
    await guess(undefined, 10);
    await storage.updateAccount(owner.id, { passwordHash: "$argon2id$two" });
    expect(await attempt(mark, true)).toBe("throttled");
  });

  it("ends after a year to the millisecond", async () => {
    const mark = throttle.device(owner);
    now += deviceSeconds * 1000 - 1;
    await guess(undefined, 10);
    expect(await attempt(mark, true)).toBe("right");
    now += 1;
    expect(await attempt(mark, true)).toBe("throttled");
  });

  it("is nothing when a part of it was changed, or it is of another account or an older form", async () => {
    const mark = throttle.device(owner);
    const [id, end, mac] = [mark.slice(0, 16), mark.slice(16, 25), mark.slice(25)];
    const other = { email: "other@example.com", password: undefined, confirmed: true };
    const others = (await createAccount({ storage, now: () => now, randomBytes }, other)) as Account;
    const later = (Number.parseInt(end, 36) + 1).toString(36).padStart(9, "0");
    const changed = [
      `${id.slice(1)}A${end}${mac}`,
      `${id}${later}${mac}`,
      `${id}${end}${mac.slice(0, 42)}`,
      `${id}${end}`,
      throttle.device(others),
      ring.mac("device", owner.email).toString("base64url"),
      "",
      "x".repeat(5000),
    ];
    await guess(undefined, 10);
    for (const mark of changed) expect(await attempt(mark, true), mark).toBe("throttled");
  });
});

describe("an e-mail address longer than any", () => {
  const marks = `a${"\u0301".repeat(16_000)}${"\u0327".repeat(16_000)}@x`;

  it("is wrong before it is normalised, looked up or counted", async () => {
    let checked = 0;
    const made = await throttle.attempt(
      { email: marks, address: "192.0.2.1", device: undefined },
      async () => {
        checked++;
        return owner;
      },
    );
    expect([made.outcome, checked]).toEqual(["wrong", 0]);
    expect(storage.database.prepare("SELECT key FROM buckets").all()).toEqual([]);
  });

  it("costs the port no more than a plain address of the same length", async () => {
    const plain = `${"b".repeat(marks.length - 2)}@x`;
    const cost = (email: string) => {
      const start = process.cpuUsage();
      for (let index = 0; index < 5; index++) emailKey(email);
      const { user, system } = process.cpuUsage(start);
      return user + system;
    };
    cost(plain);
    expect(cost(marks)).toBeLessThan(20 * cost(plain) + 20_000);
  });

  it("of 254 characters is still compared without regard to case and to how its marks are written", async () => {
    const local = "e".repeat(240);
    expect(emailKey(`${local}\u0301@EXAMPLE.com`)).toBe(emailKey(`${local.slice(1)}\u00e9@example.com`));
  });
});
