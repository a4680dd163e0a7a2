/** Rows of the audit log that strangers can write are bounded, and what is left out is counted. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AuditFlood, minuteMilliseconds, mostRecorded } from "../../src/limits/audit-flood.js";
import { auditOf, post, startHouse, web } from "../standard/house.js";
import type { TestServer } from "../support/server.js";
import { account } from "../support/tokens.js";

const t0 = Date.UTC(2030, 0, 1);
const failed = (at: number, event = "login_failed") => ({
  at,
  event,
  clientId: undefined,
  accountId: undefined,
  data: { address: "192.0.2.1" },
});

describe("a flood of events", () => {
  it("is recorded up to a number a minute; the first event of another minute brings the count of the rest", () => {
    const flood = new AuditFlood();
    const admitted = Array.from({ length: mostRecorded + 500 }, () => flood.admit(failed(t0)));
    expect(admitted.flat()).toHaveLength(mostRecorded);
    expect(flood.admit(failed(t0 + minuteMilliseconds - 1))).toEqual([]);
    const next = failed(t0 + minuteMilliseconds);
    const told = { not_recorded: 501, since: new Date(t0).toISOString() };
    expect(flood.admit(next)).toEqual([{ ...failed(next.at), data: told }, next]);
    expect(flood.rest(next.at)).toEqual([]);
  });

  it("of one kind hides none of another, nor anything that needs to be somebody", () => {
    const flood = new AuditFlood();
    for (let index = 0; index < 1000; index++) flood.admit(failed(t0));
    expect(flood.admit(failed(t0, "client_authentication_failed"))).toHaveLength(1);
    for (let index = 0; index < 1000; index++)
      expect(flood.admit(failed(t0, "refresh_reused"))).toHaveLength(1);
  });
});

describe("a server under a flood", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startHouse();
  });
  afterEach(() => server.close());

  it("refuses each request, writes so many rows, and the count when it is told to stop", async () => {
    const wrong = {
      grant_type: "refresh_token",
      refresh_token: "x",
      client_id: web.clientId,
      client_secret: "no",
    };
    const statuses = new Set<number>();
    for (let index = 0; index < mostRecorded + 25; index++)
      statuses.add((await post(server, "/oauth/token", wrong)).status);
    expect([...statuses]).toEqual([401]);
    expect(await auditOf(server, "client_authentication_failed")).toHaveLength(mostRecorded);
    expect((await account(server, "x")).status).toBe(401);
    await server.app.drain();
    const rows = await auditOf(server, "client_authentication_failed");
    expect(rows).toHaveLength(mostRecorded + 1);
    expect(rows.at(-1)?.data).toMatchObject({ not_recorded: 25 });
  });
});
