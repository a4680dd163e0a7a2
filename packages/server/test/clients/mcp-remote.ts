/** mcp-remote, which brings programs that speak over pipes to MCP servers: a process of its own, as people start it. */

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "../../../../test/support/free-port.js";
import { type Client, type House, unmodified } from "./client.js";

const program = join(createRequire(import.meta.url).resolve("mcp-remote/package.json"), "../dist/proxy.js");
const limitMilliseconds = 20_000;

const messages = [
  {
    id: 1,
    method: "initialize",
    params: {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "test", version: "1" },
    },
  },
  { method: "notifications/initialized" },
  { id: 2, method: "tools/call", params: { name: "whose_notes", arguments: {} } },
].map((message) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);

const metadata = {
  client_name: "mcp-remote",
  redirect_uris: ["http://127.0.0.1/oauth/callback"],
  grant_types: ["authorization_code", "refresh_token"],
};

async function drive(house: House, by: Client["by"]): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), "mcp-remote-"));
  const document = by === "registration" ? [] : ["--client-metadata-url", house.mcp.publish(metadata)];
  const args = [program, house.mcp.resource, String(await freePort()), "--host", "127.0.0.1", ...document];
  const env = { PATH: process.env.PATH, HOME: folder, MCP_REMOTE_CONFIG_DIR: folder, BROWSER: "true" };
  const child = spawn(process.execPath, args, { env, stdio: ["pipe", "pipe", "pipe"] });
  const limit = setTimeout(() => child.kill(), limitMilliseconds);
  try {
    let told = "";
    let opened = false;
    child.stderr.on("data", (part) => {
      told += part;
      const url = /\s(http:\/\/127\.0\.0\.1:\d+\/oauth\/authorize\?\S+)\s/.exec(told)?.[1];
      if (url === undefined || opened || !told.includes("Waiting for authorization")) return;
      opened = true;
      house
        .consent(url)
        .then(fetch)
        .catch(() => child.kill());
    });
    child.stdin.write(messages.join(""));
    for await (const line of createInterface(child.stdout)) {
      const message = JSON.parse(line) as { id?: number };
      if (message.id !== 2) continue;
      if (!line.includes(house.mcp.said)) throw new Error(`the tool said ${line}`);
      return {};
    }
    throw new Error(`mcp-remote ended: ${told.slice(-1000)}`);
  } finally {
    clearTimeout(limit);
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

export const mcpRemote: readonly Client[] = (["registration", "a metadata document"] as const).map((by) => ({
  ...{ name: "mcp-remote", by, callbackUrl: "http://127.0.0.1/oauth/callback" },
  ways: { standard: unmodified, "dropbox-sign": { not: "no metadata, no registration, as live" } },
  drive: (house) => drive(house, by),
}));
