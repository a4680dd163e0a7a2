import { afterAll, describe, expect, it } from "vitest";
import { times } from "../../../../test/support/long.js";
import { sharedPostgres } from "../../../../test/support/shared-postgres.js";
import type { Tokens } from "../support/tokens.js";
import { killRounds } from "./kill.js";
import { Deployment } from "./node.js";

const rounds = times({ short: 6, long: 100 });

describe("on PostgreSQL", () => {
  const postgres = sharedPostgres();
  const deployments: Deployment[] = [];

  afterAll(() => {
    for (const deployment of deployments) deployment.killAll();
  });

  async function deployed(): Promise<Deployment> {
    const deployment = new Deployment(await postgres.createDatabase());
    deployments.push(deployment);
    await deployment.prepare();
    return deployment;
  }

  it("loses nothing acknowledged and lets no code work twice when a node is killed in the middle of exchanges", async () => {
    const deployment = await deployed();
    expect(await killRounds(deployment, rounds, 20_261_124)).toBeGreaterThanOrEqual(rounds);
  }, 600_000);

  it("gives a code raced on two nodes one winner", async () => {
    const deployment = await deployed();
    const nodes = await Promise.all([deployment.start(), deployment.start()]);
    await nodes[0].logIn();
    for (let race = 0; race < 10; race += 1) {
      const code = await nodes[0].code();
      const answers = await Promise.all(
        [0, 1, 0, 1, 0, 1].map((index) => nodes[index as 0 | 1].exchange(code)),
      );
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([200, 400, 400, 400, 400, 400]);
    }
  }, 60_000);

  it("gives a rotation raced on two nodes one successor", async () => {
    const deployment = await deployed();
    const nodes = await Promise.all([deployment.start(), deployment.start()]);
    await nodes[0].logIn();
    const first = (await (await nodes[0].exchange(await nodes[0].code())).json()) as Tokens;
    const answers = await Promise.all(
      [0, 1, 0, 1, 0, 1].map((index) => nodes[index as 0 | 1].refresh(first.refresh_token)),
    );
    const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as Tokens[];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(new Set(bodies.map(({ refresh_token }) => refresh_token)).size).toBe(1);
    expect(bodies[0]?.refresh_token).not.toBe(first.refresh_token);
  }, 60_000);

  it("makes a revocation on one node effective on the next request of the other", async () => {
    const deployment = await deployed();
    const [one, other] = await Promise.all([deployment.start(), deployment.start()]);
    await one.logIn();
    for (let time = 0; time < 5; time += 1) {
      const tokens = (await (await one.exchange(await one.code())).json()) as Tokens;
      expect(await other.opens(tokens.access_token)).toBe(true);
      expect((await one.revoke(tokens.refresh_token)).status).toBe(200);
      expect(await other.opens(tokens.access_token)).toBe(false);
      expect((await other.refresh(tokens.refresh_token)).status).toBe(400);
    }
  }, 60_000);
});
