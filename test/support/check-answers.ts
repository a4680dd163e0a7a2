/**
 * Holds every answer of the API that a test of this process causes against the vendor's description. It listens beneath
 * the servers, so that no test can leave it out, whichever client it calls with. It is loaded for every test file: what
 * judges is loaded when there is something to judge.
 */

import diagnostics from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach } from "vitest";
import type { Answered } from "../../packages/server/test/api/judge.js";

let answered: Answered[] = [];

diagnostics.subscribe("http.server.request.start", (message) => {
  const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
  const { method = "", url = "" } = request;
  if (!url.startsWith("/v3/")) return;
  let headers: readonly string[] = [];
  const [writeHead, end] = [response.writeHead.bind(response), response.end.bind(response)];
  response.writeHead = ((status: number, ...rest: [object]) => {
    headers = Object.keys(rest.at(-1) ?? {});
    return writeHead(status, ...(rest as [never]));
  }) as typeof response.writeHead;
  response.end = ((chunk?: unknown, ...rest: []) => {
    const text = typeof chunk === "string" || Buffer.isBuffer(chunk) ? chunk.toString() : "";
    const sent = [...headers, ...response.getHeaderNames()];
    answered.push({ method, url, status: response.statusCode, headers: sent, text });
    return end(chunk as string, ...rest);
  }) as typeof response.end;
});

afterEach(async ({ task }) => {
  if (answered.length === 0) return;
  const seen = answered;
  answered = [];
  // The SDK's tests stand in for servers that answer wrongly.
  if (task.file.filepath.includes("/packages/sdk/")) return;
  const { faultsOf } = await import("../../packages/server/test/api/judge.js");
  const faults = new Set(seen.flatMap(faultsOf));
  if (faults.size > 0) throw new Error(`answers unlike the description:\n${[...faults].join("\n")}`);
});
