/** The kill test: kill -9 in the middle of concurrent exchanges, restart, and look at what was acknowledged. */
import { expect } from "vitest";
import type { Tokens } from "../support/tokens.js";
import type { Deployment, Node } from "./node.js";

const concurrent = 8;

interface Acknowledged {
  readonly code: string;
  readonly tokens: Tokens;
}

/** Runs rounds of exchange, kill and restart. @param seed of the moments at which the node is killed. */
export async function killRounds(deployment: Deployment, rounds: number, seed: number): Promise<number> {
  let random = seed;
  const next = () => {
    random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
    return random / 2_147_483_648;
  };
  let total = 0;
  let node = await deployment.start();
  for (let round = 0; round < rounds; round += 1) {
    await node.logIn();
    const acknowledged = await exchangeUntilKilled(node, 1 + Math.floor(next() * 24));
    node = await deployment.start();
    await checkAcknowledged(node, acknowledged);
    total += acknowledged.length;
  }
  await node.kill();
  return total;
}

/** Exchanges codes concurrently and kills the node once `enough` are acknowledged, while others are under way. */
async function exchangeUntilKilled(node: Node, enough: number): Promise<Acknowledged[]> {
  const acknowledged: Acknowledged[] = [];
  const worker = async () => {
    for (;;) {
      const code = await node.code();
      const answer = await node.exchange(code);
      if (answer.status !== 200) throw new Error(`status ${answer.status}`);
      acknowledged.push({ code, tokens: (await answer.json()) as Tokens });
      if (acknowledged.length >= enough) await node.kill();
    }
  };
  await Promise.allSettled(Array.from({ length: concurrent }, worker));
  expect(acknowledged.length).toBeGreaterThanOrEqual(enough);
  return acknowledged;
}

/** Every acknowledged token works, and no code works twice. Tokens first: a second use of a code revokes them. */
async function checkAcknowledged(node: Node, acknowledged: readonly Acknowledged[]): Promise<void> {
  const open = await Promise.all(acknowledged.map(({ tokens }) => node.opens(tokens.access_token)));
  expect(open).toEqual(acknowledged.map(() => true));
  const refreshed = await Promise.all(acknowledged.map(({ tokens }) => node.refresh(tokens.refresh_token)));
  expect(refreshed.map(({ status }) => status)).toEqual(acknowledged.map(() => 200));
  const again = await Promise.all(acknowledged.map(({ code }) => node.exchange(code)));
  expect(again.map(({ status }) => status)).toEqual(acknowledged.map(() => 400));
}
