/** Two nodes of one database, of which one has a clock that is an hour off: nothing that either does harms the other. */
import { afterAll, describe, expect, it } from "vitest";
import { isLong } from "../../../../test/support/long.js";
import { sharedPostgres } from "../../../../test/support/shared-postgres.js";
import type { Tokens } from "../support/tokens.js";
import { Deployment } from "./node.js";

const hour = 3_600_000;
/** A server purges each half minute. */
const purgeMilliseconds = 32_000;

describe("a node whose clock is wrong", () => {
  const postgres = sharedPostgres();
  const deployments: Deployment[] = [];
  afterAll(() => {
    for (const deployment of deployments) deployment.killAll();
  });

  it.each([
    ["ahead", hour],
    ["behind", -hour],
  ])(
    "by an hour %s freezes no limit, ends no living code and hides no reuse",
    async (word, clockAhead) => {
      const deployment = new Deployment(await postgres.createDatabase(), {
        COUNTERSIGN_ROTATION_GRACE_SECONDS: "0",
        COUNTERSIGN_RATE_LIMIT_CLIENT: "12/1",
      });
      deployments.push(deployment);
      await deployment.prepare();
      const [off, right] = await Promise.all([deployment.start(clockAhead), deployment.start()]);
      expect(off.log.join()).toContain(`3600 s ${word}`);
      await Promise.all([off.logIn(), right.logIn()]);
      if (isLong) {
        const codes = [await off.code(), await right.code()];
        await new Promise((resolve) => setTimeout(resolve, purgeMilliseconds));
        expect((await right.exchange(codes[0] as string)).status).toBe(200);
        expect((await off.exchange(codes[1] as string)).status).toBe(200);
      }
      const [one, other] = [await off.code(), await right.code()];
      const first = (await (await right.exchange(one)).json()) as Tokens;
      const second = (await (await off.exchange(other)).json()) as Tokens;
      for (const { access_token } of [first, second]) {
        const { active, iat = 0 } = await right.introspect(access_token);
        expect([active, Math.abs(iat - Date.now() / 1000) < 60]).toEqual([true, true]);
        expect([await off.opens(access_token), await right.opens(access_token)]).toEqual([true, true]);
      }
      expect((await off.refresh(first.refresh_token)).status).toBe(200);
      expect((await right.refresh(first.refresh_token)).status).toBe(400);
      expect((await right.refresh(second.refresh_token)).status).toBe(200);
      expect((await off.refresh(second.refresh_token)).status).toBe(400);
      const spent = await Promise.all(Array.from({ length: 100 }, () => off.refresh("spent")));
      expect(spent.map(({ status }) => status)).toContain(429);
      let status = 429;
      for (let tries = 0; status === 429 && tries < 40; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        ({ status } = await right.refresh("not spent"));
      }
      expect(status).toBe(400);
    },
    120_000,
  );
});
