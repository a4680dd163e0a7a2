import { afterEach, describe, expect, it } from "vitest";
import { times } from "../../../../test/support/long.js";
import { type Chain, type Drill, deployOn, drill, operate, type Pair, startPair } from "./failover.js";
import type { Deployment, Node } from "./node.js";

const rounds = times({ short: 1, long: 5 });

describe("a primary that is killed under load", () => {
  let pair: Pair | undefined;
  let deployment: Deployment | undefined;

  afterEach(async () => {
    deployment?.killAll();
    await pair?.stop();
  });

  async function start(synchronous: boolean): Promise<Node> {
    pair = await startPair(synchronous);
    const deployed = await deployOn(pair);
    deployment = deployed.deployment;
    return deployed.node;
  }

  it.each(Array.from({ length: rounds }, (_, round) => round + 1))(
    "loses nothing acknowledged once its synchronous standby is promoted, and the node goes on by itself (%i)",
    async () => {
      const node = await start(true);
      const seen = await drill(pair as Pair, node);
      expect(seen.unready).toContain("database");
      expect([...seen.refused.keys()].filter((status) => status !== 503)).toEqual([]);
      expect(await lostOf(node, seen.chains)).toEqual([]);
      const again = await Promise.all(seen.chains.map(({ code }) => node.exchange(code)));
      expect(again.filter(({ status }) => status !== 400)).toEqual([]);
      expect(node.child.exitCode).toBeNull();
      tell("synchronous", seen, 0);
    },
    120_000,
  );

  it.runIf(rounds > 1)(
    "loses of an asynchronous standby what it had not got, and answers for that cleanly",
    async () => {
      const node = await start(false);
      let stoppedAt = 0;
      const seen = await drill(pair as Pair, node, async () => {
        // The primary sends nothing more, and acknowledges all the same.
        const [sender] = await operate((pair as Pair).primary.url, "SELECT pid FROM pg_stat_replication");
        process.kill(sender?.pid, "SIGSTOP");
        stoppedAt = Date.now();
        await new Promise((resolve) => setTimeout(resolve, 500));
        process.kill(sender?.pid, "SIGKILL");
      });
      const lost = await lostOf(node, seen.chains);
      expect(lost.length).toBeGreaterThan(0);
      for (const { answeredAt } of lost) {
        expect(answeredAt).toBeGreaterThanOrEqual(stoppedAt);
        expect(answeredAt).toBeLessThanOrEqual(seen.promotedAt);
      }
      expect([...seen.refused.keys()].filter((status) => status !== 503)).toEqual([]);
      tell("asynchronous", seen, lost.length);
    },
    120_000,
  );
});

/** Returns the families of which the client was told and either token does not work. Each answer is a yes or a no. */
async function lostOf(node: Node, chains: readonly Chain[]): Promise<Chain[]> {
  const lost: Chain[] = [];
  for (const chain of chains) {
    const opens = await node.opens(chain.tokens.access_token);
    const { status } = await node.refresh(chain.tokens.refresh_token);
    expect([200, 400]).toContain(status);
    if (!opens || status !== 200) lost.push(chain);
  }
  return lost;
}

/** What docs/operating.md says was measured. */
function tell(kind: string, { chains, refused, ...times }: Drill, lost: number): void {
  const { killedAt: _, promotedAt: __, unready: ___, ...measured } = times;
  if (rounds > 1)
    console.info(kind, {
      acknowledged: chains.length,
      lost,
      refused: Object.fromEntries(refused),
      ...measured,
    });
}
