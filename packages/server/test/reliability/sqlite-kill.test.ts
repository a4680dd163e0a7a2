import { afterAll, expect, it } from "vitest";
import { times } from "../../../../test/support/long.js";
import { killRounds } from "./kill.js";
import { Deployment } from "./node.js";

const rounds = times({ short: 6, long: 100 });
const deployment = new Deployment();
afterAll(() => deployment.killAll());

it("loses nothing acknowledged and lets no code work twice when killed in the middle of exchanges (SQLite)", async () => {
  await deployment.prepare();
  expect(await killRounds(deployment, rounds, 20_261_123)).toBeGreaterThanOrEqual(rounds);
}, 600_000);
