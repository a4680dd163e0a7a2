/** What every adapter of the storage port must do. One suite, concurrency included. */
import { describe, expect, it } from "vitest";
import { accountContract } from "./contract/accounts.js";
import { appContract } from "./contract/apps.js";
import { auditContract } from "./contract/audit.js";
import { codeContract } from "./contract/codes.js";
import { deviceContract } from "./contract/devices.js";
import { familyContract } from "./contract/families.js";
import type { Open } from "./contract/fixtures.js";
import { hostileContract } from "./contract/hostile.js";
import { bucketContract } from "./contract/limits.js";
import { operatorContract } from "./contract/operators.js";
import { purgeContract } from "./contract/purge.js";
import { revocationContract } from "./contract/revocations.js";

/** The part in which acts meet: what several nodes on one database must do as one. */
export function sharedContract(open: Open): void {
  accountContract(open);
  appContract(open);
  codeContract(open);
  deviceContract(open);
  familyContract(open);
  bucketContract(open);
  revocationContract(open);
}

export function storageContract(name: string, open: Open): void {
  describe(name, () => {
    sharedContract(open);
    auditContract(open);
    purgeContract(open);
    operatorContract(open);
    hostileContract(open);

    it("answers a ping while it is open", async () => {
      const storage = await open();
      await storage.ping();
      await storage.close();
    });

    it("ends the writes it accepted before it closes, and refuses those that come later", async () => {
      const storage = await open();
      const accepted = storage.recordAudit([]);
      await storage.close();
      await accepted;
      await expect(storage.recordAudit([])).rejects.toThrow();
      await expect(storage.ping()).rejects.toThrow();
    });
  });
}
