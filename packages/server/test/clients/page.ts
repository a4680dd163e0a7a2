/** Owns how docs/clients.md is written from what the clients did. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Client, ProfileName, Seen, Settings, Way } from "./client.js";

/** How a client fared on a profile; `seen` is absent where it does not work. */
export interface Fared {
  readonly way: Way;
  readonly seen: Seen | undefined;
}

interface Row {
  readonly client: Client;
  readonly results: Partial<Record<ProfileName, Fared>>;
}

const require = createRequire(import.meta.url);

/** Major and minor version of what was driven. */
function versionOf(name: string): string {
  const folders = require.resolve.paths(name) ?? [];
  for (const folder of folders) {
    try {
      const { version } = JSON.parse(readFileSync(`${folder}/${name}/package.json`, "utf8"));
      return version.split(".").slice(0, 2).join(".");
    } catch {}
  }
  throw new Error(`${name} is not installed`);
}

function settingsText(settings: Settings): string {
  const literal = (value: unknown): string => {
    if (Array.isArray(value)) return JSON.stringify(value);
    if (typeof value !== "object" || value === null) return JSON.stringify(value);
    const members = Object.entries(value).map(([key, member]) => `${key}: ${literal(member)}`);
    return `{ ${members.join(", ")} }`;
  };
  return Object.entries(settings)
    .map(([key, value]) => `\`${key}: ${literal(value)}\``)
    .join(", ");
}

function wayText(fared: Fared | undefined): string {
  if (fared === undefined) return "not run";
  if ("unmodified" in fared.way) return "unmodified";
  if ("not" in fared.way) return `no: ${fared.way.not}`;
  return `with ${fared.way.words ?? settingsText(fared.way.set)}: ${fared.way.why}`;
}

/** On `fapi2` it is worth a word what it did: no two servers ask for the same. */
function strictText(row: Row): string {
  const fared = row.results.fapi2;
  return fared === undefined ? "" : `${wayText(fared)}: ${didText(fared)}`;
}

function didText(fared: Fared | undefined): string {
  if (fared?.seen === undefined) return "";
  const { metadata, authentication, pkce, pushed, bound, refreshed, introspected, revoked } = fared.seen;
  const did = [
    metadata === undefined ? "endpoints by hand" : `\`${metadata}\``,
    authentication === "none" ? "no secret" : `\`${authentication}\``,
    pkce && "PKCE",
    pushed && "pushed request",
    bound && "DPoP",
    refreshed && "refresh",
    introspected && "introspection",
    revoked && "revocation",
  ];
  return did.filter((part) => part !== undefined && part !== false).join(", ");
}

/** Returns the page. */
export function pageOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const { client, results } = row;
    const by = client.by === undefined ? "" : `, by ${client.by}`;
    const name = `\`${client.name}\` ${versionOf(client.name)}${by}`;
    return `| ${name} | ${wayText(results.standard)} | ${wayText(results["dropbox-sign"])} | ${strictText(row)} | ${didText(results.standard)} |`;
  });
  return `# Clients that others wrote

Each is driven by the tests through all that it does, with a person who signs in and allows it, until its token has opened the
API (of an MCP client: a tool of [an MCP server](mcp.md)). What a row says is set was needed: without it, the test sees the
client fail. [Use it with …](use-with.md) has the code for two of them. This page is written from the run by
\`npm run docs:clients\`; \`npm test\` compares the two.

_Unmodified_ is client id, secret (where there is one), callback URL, the client's own \`state\` and PKCE switched on where it
leaves that to you, and the server's address: its issuer on \`standard\`; on \`dropbox-sign\` its two endpoints, since it has no
metadata, as the live service has none. MCP clients are given the address of the MCP server alone; the server lets them in
with \`COUNTERSIGN_OPEN_CLIENTS\` ([Open clients](open-clients.md)). On [\`fapi2\`](fapi2.md) a key for \`private_key_jwt\` stands in
the secret's place, and pushed requests and DPoP are switched on as well; clients that cannot do all three have no entry there.

| client | \`standard\` | \`dropbox-sign\` | \`fapi2\` | what it did on \`standard\` |
| ------ | ---------- | -------------- | ------- | ------------------------- |
${lines.join("\n")}

The MCP project's own conformance tool finds no fault with the server in its \`authorization\` mode, with a registered public app
and with a metadata document ([\`mcp-conformance.test.ts\`](../packages/server/test/standard/mcp-conformance.test.ts)).
The official Dropbox Sign SDK for Node and this project's own run on \`dropbox-sign\`
([\`flow/clients.test.ts\`](../packages/server/test/flow/clients.test.ts)); libraries that check JWT access tokens are in
[The standard profile](standard-profile.md#jwt-access-tokens).
`;
}
