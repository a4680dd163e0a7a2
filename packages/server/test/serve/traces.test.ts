/** Traces of a server that runs, told to a collector: only where one is named, and never in the way of an answer. */

import { once } from "node:events";
import { symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../../../../test/support/free-port.js";
import { type Started, Workplace } from "./workplace.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number };
}
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly Attribute[];
}

let place: Workplace;
let collector: Server;
let endpoint: string;
let bodies: string[];

beforeEach(async () => {
  place = new Workplace();
  bodies = [];
  collector = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    if (request.url === "/v1/traces") bodies.push(body);
    response.setHeader("content-type", "application/json").end("{}");
  }).listen(0, "127.0.0.1");
  await once(collector, "listening");
  endpoint = `http://127.0.0.1:${(collector.address() as { port: number }).port}`;
});
afterEach(() => {
  place.leave();
  collector.close();
});

interface Serving extends Pick<Started, "log" | "stop"> {
  readonly url: string;
  /** Of the operators' listener, if there is one. */
  readonly admin: string;
}

async function serve(more: Record<string, string>): Promise<Serving> {
  const { outcome, log, stop } = place.run("serve", more);
  expect(await outcome).toBe("ready");
  const ready = log.find(({ msg }) => msg === "ready");
  return { url: String(ready?.address), admin: String(ready?.admin), log, stop };
}

const install = () => symlinkSync(join(root, "tools/node_modules"), join(place.folder, "node_modules"));

const spans = () =>
  bodies.flatMap((body) =>
    (JSON.parse(body).resourceSpans as { scopeSpans: { spans: Span[] }[] }[]).flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap((scope) => scope.spans),
    ),
  );

const textOf = (span: Span | undefined, key: string) =>
  span?.attributes.find((one) => one.key === key)?.value.stringValue;

const secret = "a-secret-that-is-nowhere";
const traceId = "0af7651916cd43dd8448eb211c80319c";
const parent = "b7ad6b7169203331";

function exchange(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/oauth/token?x=${secret}`, {
    method: "POST",
    headers,
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: "nobody",
      client_secret: secret,
      code: secret,
    }),
  });
}

describe("traces", () => {
  it("go on from the caller's span through request, storage and commit, and hold no secret", async () => {
    install();
    const { url, log, stop } = await serve({
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_SERVICE_NAME: "sign-in",
    });
    const answer = await exchange(url, { traceparent: `00-${traceId}-${parent}-01`, tracestate: "vendor=1" });
    const plain = await exchange(url);
    await fetch(`${url}/ready`);
    expect(await stop()).toBe(0);
    const mine = spans().filter((span) => span.traceId === traceId);
    const request = mine.find(({ parentSpanId }) => parentSpanId === parent);
    expect(request?.name).toBe("POST /oauth/token");
    expect(textOf(request, "countersign.reason")).toBe("client_unknown");
    expect(answer.headers.get("traceresponse")).toBe(`00-${traceId}-${request?.spanId}-01`);
    expect(textOf(request, "countersign.request_id")).toBe(answer.headers.get("x-request-id"));
    const verb = mine.find(({ name }) => name === "storage findApp");
    expect(verb?.parentSpanId).toBe(request?.spanId);
    const commit = mine.find(({ name }) => name === "commit");
    expect(mine.find(({ spanId }) => spanId === commit?.parentSpanId)?.name).toMatch(/^storage /);
    const other = spans().filter((span) => plain.headers.get("traceresponse")?.includes(span.traceId));
    expect(other.map(({ name }) => name)).toContain("POST /oauth/token");
    expect(spans().filter(({ name }) => name.includes("/ready"))).toEqual([]);
    expect(log.find(({ path }) => path === "/oauth/token")?.trace_id).toBe(traceId);
    expect(bodies.join()).toContain('"sign-in"');
    expect(bodies.join()).not.toContain(secret);
  });

  it("hold what operators do by the admin API, refused or not, and neither their token nor who reads the metrics", async () => {
    install();
    const token = "an-admin-token-of-thirty-two-characters";
    writeFileSync(join(place.folder, "admin-token"), token, { mode: 0o600 });
    const { admin, log, stop } = await serve({
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      COUNTERSIGN_ADMIN_PORT: String(await freePort()),
      COUNTERSIGN_ADMIN_TOKEN_FILE: join(place.folder, "admin-token"),
    });
    const ask = (path: string, bearer: string) =>
      fetch(admin + path, {
        headers: { authorization: `Bearer ${bearer}`, traceparent: `00-${traceId}-${parent}-01` },
      });
    const listed = await ask("/admin/v1/apps", token);
    expect(listed.status).toBe(200);
    expect((await ask("/admin/v1/apps", secret)).status).toBe(401);
    for (const path of ["/metrics", "/ready", "/health"]) expect((await ask(path, token)).status).toBe(200);
    expect(await stop()).toBe(0);
    const requests = spans().filter(({ parentSpanId }) => parentSpanId === parent);
    expect(requests.map(({ name }) => name)).toEqual(["GET /admin/v1/apps", "GET /admin/v1/apps"]);
    expect(requests.map((span) => textOf(span, "countersign.reason")).sort()).toEqual([
      "unauthorized",
      undefined,
    ]);
    const allowed = requests.find((span) => textOf(span, "countersign.reason") === undefined);
    expect(listed.headers.get("traceresponse")).toBe(`00-${traceId}-${allowed?.spanId}-01`);
    expect(spans().find(({ parentSpanId }) => parentSpanId === allowed?.spanId)?.name).toMatch(/^storage /);
    expect(log.filter(({ path }) => path === "/admin/v1/apps").map(({ trace_id }) => trace_id)).toEqual([
      traceId,
      traceId,
    ]);
    for (const text of [secret, token]) expect(bodies.join()).not.toContain(text);
  });

  it("of a caller whose traceparent cannot be read begin anew, and a sampler may leave them out", async () => {
    install();
    const { url, stop } = await serve({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${endpoint}/v1/traces`,
      OTEL_TRACES_SAMPLER: "parentbased_always_off",
    });
    const odd = [
      `ff-${traceId}-${parent}-01`,
      `00-${"0".repeat(32)}-${parent}-01`,
      "x".repeat(5000),
      "00-1-1-01",
    ];
    for (const traceparent of odd) {
      const given = (await exchange(url, { traceparent })).headers.get("traceresponse");
      expect(given).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
      expect(given).not.toContain(traceId);
    }
    await exchange(url, { traceparent: `00-${traceId}-${parent}-01` });
    expect(await stop()).toBe(0);
    expect(new Set(spans().map((span) => span.traceId))).toEqual(new Set([traceId]));
  });

  it("keep neither an answer nor SIGTERM waiting for a collector that is gone, and that is told once", async () => {
    install();
    collector.close();
    const { url, log, stop } = await serve({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
    expect((await exchange(url)).status).toBe(401);
    const began = performance.now();
    expect(await stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(6_000);
    expect(
      log.filter(({ msg }) => String(msg).startsWith("traces do not arrive")).length,
    ).toBeLessThanOrEqual(1);
  });

  it("that are not wanted, or whose packages are not installed, leave the server as it is", async () => {
    const told = async (more: Record<string, string>) => {
      const { url, log, stop } = await serve(more);
      const answer = await exchange(url);
      expect([answer.status, answer.headers.get("traceresponse")]).toEqual([401, null]);
      await stop();
      return log.map(({ msg }) => String(msg)).filter((msg) => /trace/.test(msg));
    };
    expect(await told({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })).toEqual([
      expect.stringContaining("npm install @opentelemetry/sdk-trace"),
    ]);
    install();
    expect(await told({})).toEqual([]);
    expect(await told({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: "true" })).toEqual([]);
    expect(await told({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_EXPORTER: "none" })).toEqual([]);
    expect(
      await told({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER: "jaeger_remote" }),
    ).toEqual([expect.stringContaining("OTEL_TRACES_SAMPLER names no sampler")]);
    expect(bodies).toEqual([]);
  });
});
