/** What the line of a request says, beside what the threat table asks of it. */
import { expect, it } from "vitest";
import { demo, jack, startServer } from "../support/server.js";
import { newCode } from "../support/user-agent.js";

it("says how long a request took: a login takes what its password hash costs", async () => {
  const server = await startServer();
  await newCode(server, demo, jack);
  await server.close();
  const times = server.logLines
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as { message: string; ms: number })
    .filter(({ message }) => message === "request")
    .map(({ ms }) => ms);
  expect(times.length).toBeGreaterThan(1);
  expect(Math.max(...times)).toBeGreaterThan(0);
});
