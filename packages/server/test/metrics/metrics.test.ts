/** The metrics: what is counted, that labels are bounded, and that dashboard and alerts ask for what is there. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createAdminServer } from "../../src/admin/server.js";
import { createMetrics, type Metrics } from "../../src/metrics/metrics.js";
import { measuredStorage } from "../../src/storage/measured.js";
import { startPurging } from "../../src/storage/purging.js";
import { startServer, type TestServer } from "../support/server.js";

const readings = {
  now: () => 1_800_000_000_000,
  version: "1.2.3",
  droppedLogLines: () => 7,
  passwords: () => ({ running: 1, waiting: 2 }),
  connections: () => ({ busy: 3, idle: 4, waiting: 5 }),
  clockAhead: () => -7500,
  fingerprints: () => ["0badcafe", "feedbeef"],
};

let metrics: Metrics;
let server: TestServer;
beforeAll(async () => {
  metrics = createMetrics(readings);
  server = await startServer({ observer: metrics, profile: "standard" });
});
afterAll(() => server.close());

async function readingOf(line: string): Promise<number | undefined> {
  const found = (await metrics.text()).split("\n").find((one) => one.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.slice(line.length));
}

const tokenRequest = (body: Record<string, string>, path = "/oauth/token") =>
  fetch(`${server.url}${path}`, { method: "POST", body: new URLSearchParams(body) });

/** The request's own line is counted once its answer has been handed over. */
async function counted(line: string): Promise<number | undefined> {
  await new Promise((resolve) => setImmediate(resolve));
  return readingOf(line);
}

describe("the metrics", () => {
  it("count each request by operation, method, status and reason", async () => {
    await tokenRequest({
      grant_type: "authorization_code",
      client_id: "nobody",
      client_secret: "x",
      code: "y",
    });
    const line =
      'countersign_http_requests_total{operation="oauthTokenGenerate",method="POST",status="401",reason="client_unknown"}';
    expect(await counted(line)).toBe(1);
    expect(
      await readingOf('countersign_http_request_duration_seconds_count{operation="oauthTokenGenerate"}'),
    ).toBe(1);
    expect(await readingOf('countersign_audit_events_total{event="client_authentication_failed"}')).toBe(1);
  });

  it("take no label from a caller: paths, methods and grant types of his own are counted together", async () => {
    for (const path of ["/a", "/b", "/c?d=e"]) await fetch(`${server.url}${path}`);
    await tokenRequest({ grant_type: "made_up_by_the_caller" });
    await fetch(`${server.url}/a`, { method: "REPORT" });
    await new Promise((resolve) => setImmediate(resolve));
    const text = await metrics.text();
    expect(text).toContain('{operation="none",method="GET",status="404",reason=""} 3');
    expect(text).toContain('{operation="none",method="other",status="404",reason=""} 1');
    expect(text).not.toMatch(/made_up|REPORT|"\/a"/);
  });

  it("have the alerted events before the first one", async () => {
    for (const event of ["login_failed", "refresh_reused", "code_reused"])
      expect(await readingOf(`countersign_audit_events_total{event="${event}"}`)).toBe(0);
  });

  it("read queues, connections, dropped lines and secrets at the scrape", async () => {
    expect(await readingOf("countersign_log_lines_dropped_total")).toBe(7);
    expect(await readingOf('countersign_passwords{state="waiting"}')).toBe(2);
    expect(await readingOf('countersign_database_connections{state="busy"}')).toBe(3);
    expect(await readingOf('countersign_secret_info{place="2",fingerprint="feedbeef"}')).toBe(1);
    expect(await readingOf("countersign_clock_timestamp_seconds")).toBe(1_800_000_000);
    expect(await readingOf("countersign_clock_ahead_seconds")).toBe(-7.5);
    expect(await readingOf('countersign_build_info{version="1.2.3"}')).toBe(1);
  });

  it("count a refused sign-in and a spent limit", async () => {
    metrics.request({
      operation: "authorizeLogin",
      method: "POST",
      status: 429,
      reason: "login_throttled",
      seconds: 0,
    });
    metrics.request({ operation: "revoke", method: "POST", status: 429, reason: "rate_limited", seconds: 0 });
    expect(await readingOf('countersign_rate_limit_refusals_total{limit="sign_in"}')).toBe(1);
    expect(await readingOf('countersign_rate_limit_refusals_total{limit="requests"}')).toBe(1);
  });

  it("time the acts on the database, and count those that fail", async () => {
    let clock = 0;
    const storage = measuredStorage(
      {
        ...server.storage,
        ping: async () => {
          clock += 250;
          throw new Error("gone");
        },
      },
      () => clock,
      metrics.storage,
    );
    await expect(storage.ping()).rejects.toThrow("gone");
    await storage.findApp("nobody");
    expect(await readingOf('countersign_storage_duration_seconds_sum{verb="ping"}')).toBe(0.25);
    expect(await readingOf('countersign_storage_failures_total{verb="ping"}')).toBe(1);
    expect(await readingOf('countersign_storage_failures_total{verb="findApp"}')).toBeUndefined();
  });

  it("say since when purging is behind", async () => {
    metrics.purged(500, true);
    expect(await readingOf("countersign_purged_rows_total")).toBe(500);
    expect(await readingOf("countersign_purge_caught_up_timestamp_seconds")).toBe(1_800_000_000);
    metrics.purgeFailed();
    expect(await readingOf("countersign_purge_failures_total")).toBe(1);
    startPurging(
      server.storage,
      { familySeconds: undefined, auditDays: 1 },
      () => 0,
      server.app.context.log,
    ).stop();
  });
});

describe("GET /metrics", () => {
  const open: FastifyInstance[] = [];
  afterAll(() => Promise.all(open.map((one) => one.close())));

  function adminServer(metricsToken?: string): FastifyInstance {
    const { context, readiness } = server.app;
    const made = createAdminServer(context, { readiness, metrics, api: undefined, metricsToken });
    open.push(made);
    return made;
  }

  it("is open where no token is set, and says its format", async () => {
    const answer = await adminServer().inject("/metrics");
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(answer.body).toContain("# TYPE countersign_http_requests_total counter");
  });

  it("wants its token where one is set", async () => {
    const admin = adminServer("Zb1xK7Qm2vTn9LrP4sWd8HfYc3GjU6Ae");
    const asked = (authorization?: string) =>
      admin.inject({ url: "/metrics", headers: authorization === undefined ? {} : { authorization } });
    expect((await asked()).statusCode).toBe(401);
    expect((await asked("Bearer wrong")).json().error.error_name).toBe("unauthorized");
    expect((await asked("Bearer Zb1xK7Qm2vTn9LrP4sWd8HfYc3GjU6Ae")).statusCode).toBe(200);
  });

  it("is not on the public listener", async () => {
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
  });
});

describe("dashboard and alerts", () => {
  const deploy = (name: string) =>
    readFileSync(fileURLToPath(new URL(`../../../../deploy/monitoring/${name}`, import.meta.url)), "utf8");

  /** The names in PromQL: what stands before `{` or `[` or on its own, and begins as ours or as Node's do. */
  const namesIn = (text: string) => new Set(text.match(/\b(countersign|nodejs|process)_[a-z0-9_]+/g) ?? []);

  it("ask for metrics that exist", async () => {
    const text = await metrics.text();
    const there = new Set(text.match(/^(countersign|nodejs|process)_[a-z0-9_]+/gm));
    const asked = namesIn(deploy("grafana-dashboard.json") + deploy("alerts.yaml"));
    expect(asked.size).toBeGreaterThan(15);
    expect([...asked].filter((name) => !there.has(name))).toEqual([]);
  });

  it("compare labels with values that occur", () => {
    const sources = deploy("grafana-dashboard.json") + deploy("alerts.yaml");
    const events = [...sources.matchAll(/event=~?\\?"([^"\\]+)/g)].flatMap(([, values = ""]) =>
      values.split("|"),
    );
    const emitted = ["../../src/http/login-form.ts", "../../src/http/errors.ts", "../../src/admin/token.ts"]
      .concat(["../../src/oauth/token/refresh-token.ts", "../../src/oauth/token/authorization-code.ts"])
      .map((file) => readFileSync(fileURLToPath(new URL(file, import.meta.url)), "utf8"))
      .join();
    expect(events.filter((event) => !emitted.includes(`audit("${event}"`))).toEqual([]);
    expect(events.length).toBeGreaterThan(4);
  });

  it("are well-formed", () => {
    const { panels } = JSON.parse(deploy("grafana-dashboard.json"));
    const exprs = panels.flatMap((panel: { targets: { expr: string }[] }) =>
      panel.targets.map(({ expr }) => expr),
    );
    const { groups } = parse(deploy("alerts.yaml"));
    for (const rule of groups[0].rules) {
      expect(rule.alert).toMatch(/^Countersign[A-Z]/);
      expect(rule.labels.severity).toMatch(/^(page|ticket)$/);
      exprs.push(rule.expr);
    }
    for (const expr of exprs)
      for (const [left, right] of ["()", "{}", "[]"]) {
        expect([expr, expr.split(left).length]).toEqual([expr, expr.split(right).length]);
      }
  });
});
