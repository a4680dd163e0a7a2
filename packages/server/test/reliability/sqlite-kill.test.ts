import { afterAll, expect, it } from "vitest";
import { killRounds } from "./kill.js";
import { Deployment } from "./node.js";

const rounds = process.env.COUNTERSIGN_TEST_LONG === "1" ? 100 : 20;
const deployment = new Deployment();
afterAll(() => deployment.killAll());

it("loses nothing acknowledged and lets no code work twice when killed in the middle of exchanges (SQLite)", async () => {
  await deployment.prepare();
  expect(await killRounds(deployment, rounds, 20_261_123)).toBeGreaterThanOrEqual(rounds);
}, 600_000);
