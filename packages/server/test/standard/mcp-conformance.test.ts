/** The MCP project's own conformance tool, against a server of this process. It needs Node 22. */

import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freePort } from "../../../../test/support/free-port.js";
import { nodeOfLine } from "../../../../tools/install.mjs";
import { type DocumentHost, startDocumentHost } from "../support/document-host.js";
import { Clock, jack, type TestServer } from "../support/server.js";
import { UserAgent } from "../support/user-agent.js";
import { native, startHouse } from "./house.js";

class RealClock extends Clock {
  override readonly now = (): number => Date.now();
}

let host: DocumentHost;
let server: TestServer;
beforeAll(async () => {
  host = await startDocumentHost();
  const openClients = {
    ...{ kinds: ["cimd", "register"] as const, scopes: ["notes.read"], scopeTexts: {} },
    ...{ resources: [], hosts: [], schemes: [] },
  };
  server = await startHouse({ openClients, outgoing: host.outgoing, clock: new RealClock() });
});
afterAll(async () => {
  await server.close();
  await host.close();
});

interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

/** Runs the tool; a person signs in and allows whatever it opens. */
async function conformance(clientId: string, port: number): Promise<Check[]> {
  const folder = mkdtempSync(join(tmpdir(), "mcp-conformance-"));
  const [command, args] = nodeOfLine("22");
  const tool = join(
    import.meta.dirname,
    "../../../../tools/node_modules/@modelcontextprotocol/conformance/dist/index.js",
  );
  const own = [
    "authorization",
    "--url",
    server.url,
    "--client-id",
    clientId,
    "-p",
    String(port),
    "-o",
    folder,
  ];
  const child = spawn(command, [...args, tool, ...own], {
    cwd: join(import.meta.dirname, "../../../../tools"),
  });
  let said = "";
  let opened = Promise.resolve();
  const seen = new Set<string>();
  const read = (part: Buffer) => {
    said += part;
    for (const [url] of said.matchAll(/http:\/\/127\.0\.0\.1:\d+\/oauth\/authorize\?[^\s"]+(?=\s)/g))
      if (!seen.has(url)) {
        seen.add(url);
        opened = opened.then(() => allow(url));
      }
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  const limit = setTimeout(() => child.kill(), 25_000);
  await new Promise((resolve) => child.on("close", resolve));
  clearTimeout(limit);
  await opened;
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith("checks.json"),
  );
  const checks = files.flatMap((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Check[]);
  rmSync(folder, { recursive: true });
  if (checks.length === 0) throw new Error(`the tool checked nothing: ${said.slice(0, 2000)}`);
  return checks;
}

async function allow(url: string): Promise<void> {
  await fetch(await new UserAgent(server.url).authorize(new URL(url).search.slice(1), jack));
}

it.each(["a registered public app", "a metadata document"])("finds no fault with %s", async (client) => {
  const port = await freePort();
  const url = `${host.origin}/client.json`;
  const redirects = [`http://127.0.0.1:${port}/callback`];
  host.publish("/client.json", { client_id: url, client_name: "Conformance", redirect_uris: redirects });
  const checks = await conformance(client.startsWith("a registered") ? native.clientId : url, port);
  expect(checks.filter(({ status }) => status !== "SUCCESS" && status !== "INFO")).toEqual([]);
  expect(checks.filter(({ status }) => status === "SUCCESS").length).toBeGreaterThanOrEqual(2);
});
