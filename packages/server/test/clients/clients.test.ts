/** Clients that others wrote, through the whole of what they do, on each profile; docs/clients.md says how each fared. */

import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appAuthClient } from "./appauth.js";
import { authJs } from "./auth-js.js";
import { badgateway } from "./badgateway.js";
import { betterAuthClient } from "./better-auth.js";
import type { Client, ProfileName, Seen, Settings, Way } from "./client.js";
import { fastifyOauth2 } from "./fastify-oauth2.js";
import { grantClient } from "./grant.js";
import { type ClientsHouse, startClientsHouse } from "./house.js";
import { mcpRemote } from "./mcp-remote.js";
import { mcpSdks } from "./mcp-sdk.js";
import { oauth4webapi } from "./oauth4webapi.js";
import { oidcClientTs } from "./oidc-client-ts.js";
import { openidClient } from "./openid-client.js";
import { type Fared, pageOf } from "./page.js";
import { passportOauth2 } from "./passport-oauth2.js";
import { simpleOauth2 } from "./simple-oauth2.js";

const clients: readonly Client[] = [
  ...[authJs, betterAuthClient, fastifyOauth2, passportOauth2, grantClient],
  ...[openidClient, oauth4webapi, simpleOauth2, badgateway, appAuthClient, oidcClientTs],
  ...[...mcpSdks, ...mcpRemote],
];
const page = new URL("../../../../docs/clients.md", import.meta.url);
const fared = new Map<Client, Partial<Record<ProfileName, Fared>>>(clients.map((client) => [client, {}]));

/** Goes the client's whole way. */
async function run(house: ClientsHouse, client: Client, settings: Settings): Promise<Seen> {
  const given = await house.admit(client);
  house.seen();
  const outcome = await client.drive(given, settings);
  const { accessToken, revoke } = outcome;
  if ("accessToken" in outcome) expect(await house.opens(String(accessToken))).toBe(true);
  await revoke?.();
  const seen = house.seen();
  expect(seen.revoked).toBe(revoke !== undefined);
  if (client.inPage) expect(seen.crossOrigin).toBe(true);
  if (revoke) expect(await house.opens(String(accessToken))).toBe(false);
  return seen;
}

describe.each(["standard", "dropbox-sign", "fapi2"] as const)("on the profile %s", (profile) => {
  let house: ClientsHouse;
  beforeAll(async () => {
    house = await startClientsHouse(profile);
  });
  afterAll(() => house.close());

  const nameOf = ({ name, by }: Client) => (by === undefined ? name : `${name} by ${by}`);
  const cases = clients
    .filter((client) => client.ways[profile] !== undefined)
    .map((client) => [nameOf(client), client] as const);
  it.each(cases)("%s works with what its row says, and without it does not", async (_name, client) => {
    const way = client.ways[profile] as Way;
    const results = fared.get(client) ?? {};
    if (!("unmodified" in way)) {
      await expect(run(house, client, {})).rejects.toThrow();
      expect(house.seen().refusals[0]).toBe(way.refused);
    }
    const works = !("not" in way);
    results[profile] = {
      way,
      seen: works ? await run(house, client, "set" in way ? way.set : {}) : undefined,
    };
  });
});

it("says in docs/clients.md how each fared: `npm run docs:clients` writes it", () => {
  const text = pageOf([...fared].map(([client, results]) => ({ client, results })));
  if (process.env.COUNTERSIGN_WRITE_CLIENTS === "1") writeFileSync(page, text);
  /** How wide a table is drawn is the formatter's affair. */
  const cellsOf = (markdown: string) => markdown.replace(/ {2,}/g, " ").replace(/-{3,}/g, "---");
  expect(cellsOf(readFileSync(page, "utf8"))).toBe(cellsOf(text));
});
