/** Rotation as a state machine: whatever the order of refreshes, retries, replays, waits and revocations, its rules hold. */

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashed } from "../../src/crypto/compare.js";
import { readCredentials } from "../../src/oauth/client/authentication.js";
import { Parameters } from "../../src/oauth/parameters.js";
import type { Profile } from "../../src/oauth/profile/profile.js";
import { Refusal } from "../../src/oauth/refusal.js";
import { revoke } from "../../src/oauth/revocation.js";
import { exchangeCode } from "../../src/oauth/token/authorization-code.js";
import { refresh } from "../../src/oauth/token/refresh-token.js";
import { readCodeRequest, readRefreshRequest } from "../../src/oauth/token/request.js";
import type { TestServer } from "../support/server.js";
import { inBody, jacksId, rotating, startHouse } from "./house.js";

const graceMilliseconds = 60_000;

let server: TestServer;
let serial = 0;
beforeAll(async () => {
  server = await startHouse();
});
afterAll(() => server.close());

const fields = (values: Record<string, string>) =>
  Parameters.fromPairs(Object.entries({ ...inBody(rotating), ...values }));

/** The rules below HTTP, as the routes call them. */
function call<R, T>(
  act: (context: TestServer["app"]["context"], request: R, who: ReturnType<typeof readCredentials>) => T,
  read: (profile: Profile, parameters: Parameters) => R,
  values: Record<string, string>,
): T {
  const parameters = fields(values);
  const { context } = server.app;
  return act(
    context,
    read(context.profile, parameters),
    readCredentials(context.profile, parameters, undefined),
  );
}

async function newRefreshToken(): Promise<string> {
  const code = `code ${serial++}`;
  const issuedAt = server.clock.now();
  await server.storage.issueCode({
    ...{ hash: hashed(code), accountId: jacksId, clientId: rotating.clientId, scopes: rotating.scopes },
    ...{ resources: [], redirectUri: rotating.callbackUrls[0] as string, redirectUriGiven: false },
    ...{
      state: undefined,
      codeChallenge: undefined,
      dpopJkt: undefined,
      issuedAt,
      expiresAt: issuedAt + 60_000,
    },
  });
  return String((await call(exchangeCode, readCodeRequest, { code })).refresh_token);
}

/** The successor of a refresh token, or undefined if it was refused. */
async function tryRefresh(refreshToken: string): Promise<string | undefined> {
  try {
    return (await call(refresh, readRefreshRequest, { refresh_token: refreshToken })).refresh_token;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** What the specification says of a family, in the fewest words: the model the server is held to. */
interface Model {
  /** Every token issued so far, oldest first; the last is the newest. */
  readonly issued: string[];
  rotatedAt: number;
  alive: boolean;
}

function expected(model: Model, token: string, now: number): "rotates" | "replays" | "kills" | "refused" {
  if (!model.alive) return "refused";
  const age = model.issued.length - 1 - model.issued.indexOf(token);
  if (age === 0) return "rotates";
  return age === 1 && now < model.rotatedAt + graceMilliseconds ? "replays" : "kills";
}

type Step =
  | { readonly kind: "present"; readonly age: number; readonly times: number }
  | { readonly kind: "wait"; readonly milliseconds: number }
  | { readonly kind: "revoke"; readonly age: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("present" as const),
      age: fc.oneof({ weight: 5, arbitrary: fc.constantFrom(0, 1) }, fc.nat(4)),
      times: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      milliseconds: fc.constantFrom(0, 1, 1000, graceMilliseconds - 1, graceMilliseconds, 90_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("revoke" as const), age: fc.nat(3) }) },
);

async function run(model: Model, one: Step): Promise<void> {
  if (one.kind === "wait") return server.clock.advance(one.milliseconds);
  const token = model.issued[Math.max(0, model.issued.length - 1 - one.age)] as string;
  if (one.kind === "revoke") {
    await call(revoke, (_profile, parameters) => parameters, { token });
    model.alive = false;
    return;
  }
  // Several at once: whatever their order, the outcome is that of one after the other.
  const newest = model.issued.at(-1) as string;
  const answers = await Promise.all(Array.from({ length: one.times }, () => tryRefresh(token)));
  for (const answer of answers) {
    const now = server.clock.now();
    switch (expected(model, token, now)) {
      case "rotates":
        expect(answer).toBeDefined();
        expect(model.issued).not.toContain(answer);
        model.issued.push(answer as string);
        model.rotatedAt = now;
        break;
      case "replays":
        expect(answer).toBe(model.issued.at(-1));
        break;
      case "kills":
        expect(answer).toBeUndefined();
        model.alive = false;
        break;
      case "refused":
        expect(answer).toBeUndefined();
    }
  }
  expect(model.issued.length - 1 - model.issued.indexOf(newest)).toBeLessThanOrEqual(1);
}

describe("rotation", () => {
  it("follows its model whatever happens in whatever order: never two live successors", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const model: Model = { issued: [await newRefreshToken()], rotatedAt: 0, alive: true };
        for (const one of steps) await run(model, one);
        // In the end at most one of all tokens ever issued still rotates: the newest.
        server.clock.advance(graceMilliseconds);
        const newest = model.issued.at(-1) as string;
        expect((await tryRefresh(newest)) !== undefined).toBe(model.alive);
      }),
      { numRuns: 150, seed: 20_260_115 },
    );
  });

  it("never logs out a client that retries lost answers within the grace period", async () => {
    const turn = fc.record({
      lost: fc.array(fc.integer({ min: 0, max: 29_000 }), { maxLength: 2 }),
      rest: fc.integer({ min: 0, max: 5_000_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 15 }), async (turns) => {
        let held = await newRefreshToken();
        for (const { lost, rest } of turns) {
          for (const wait of lost) {
            expect(await tryRefresh(held)).toBeDefined();
            server.clock.advance(wait);
          }
          const next = await tryRefresh(held);
          expect(next).toBeDefined();
          held = next as string;
          server.clock.advance(rest);
        }
      }),
      { numRuns: 100, seed: 20_260_116 },
    );
  });

  it("kills the family of a thief who comes after the grace period, however many refreshes later", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.nat(5), async (refreshes, stolenAt) => {
        const held = [await newRefreshToken()];
        for (let turn = 0; turn < refreshes; turn++)
          held.push((await tryRefresh(held.at(-1) as string)) as string);
        server.clock.advance(graceMilliseconds);
        const stolen = held[Math.min(stolenAt, refreshes - 1)] as string;
        expect(await tryRefresh(stolen)).toBeUndefined();
        for (const token of held) expect(await tryRefresh(token)).toBeUndefined();
      }),
      { numRuns: 60, seed: 20_260_117 },
    );
  });

  it("kills the family as well when the thief was first and the person comes after the grace period", async () => {
    const stolen = await newRefreshToken();
    const thiefs = (await tryRefresh(stolen)) as string;
    server.clock.advance(graceMilliseconds);
    expect(await tryRefresh(stolen)).toBeUndefined();
    expect(await tryRefresh(thiefs)).toBeUndefined();
  });
});
