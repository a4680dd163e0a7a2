/** What is in deploy/: the files can be read, and name settings, ports, paths and commands that exist. */

import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { configKeys, loadConfig } from "../packages/server/src/config.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (file: string) => readFileSync(join(root, file), "utf8");

// biome-ignore lint/suspicious/noExplicitAny: manifests of any shape
type Manifest = any;
const manifests: Manifest[] = parseAllDocuments(read("deploy/kubernetes/countersign.yaml")).map((one) => {
  expect(one.errors).toEqual([]);
  return one.toJS();
});
const kind = (name: string): Manifest => manifests.find((one) => one.kind === name);
const compose: Manifest = parse(read("deploy/serve/compose.yaml"), { merge: true });

/** Settings as a deployment gives them, less the files that are not here. */
function faultsOf(settings: Record<string, string>): readonly string[] {
  const { COUNTERSIGN_SECRETS_FILE: _file, ...rest } = settings;
  const complete = {
    ...rest,
    COUNTERSIGN_PUBLIC_URL: "https://sign.example.com",
    COUNTERSIGN_SECRETS: "Zb1xK7Qm2vTn9LrP4sWd8HfYc3GjU6Ae",
    COUNTERSIGN_DATABASE: "postgres://u:p@h/d",
  };
  try {
    loadConfig(complete);
    return [];
  } catch (error) {
    return (error as { faults: string[] }).faults;
  }
}

describe("the manifests for Kubernetes", () => {
  const pod = kind("Deployment").spec.template.spec;
  const [container] = pod.containers;

  it("configure a server that starts", () => {
    const { data } = kind("ConfigMap");
    expect(Object.keys(data).filter((key) => !(configKeys as readonly string[]).includes(key))).toEqual([]);
    expect(faultsOf(data)).toEqual([]);
  });

  it("wait longer than the server drains, and ask paths that it has", () => {
    const drain = Number(kind("ConfigMap").data.COUNTERSIGN_DRAIN_SECONDS);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(drain + 25);
    const { readinessProbe, livenessProbe, startupProbe } = container;
    expect([readinessProbe, livenessProbe, startupProbe].map((probe) => probe.httpGet.path)).toEqual([
      ...["/ready", "/health", "/health"],
    ]);
    // The balancer must have noticed before the server stops listening.
    expect(readinessProbe.periodSeconds * readinessProbe.failureThreshold).toBeLessThan(drain);
    expect(container.ports.map(({ containerPort }: Manifest) => containerPort)).toEqual([4010, 4011]);
  });

  it("migrate in a job, and run everything without rights", () => {
    const job = kind("Job").spec.template.spec;
    expect([job.containers[0].args, container.args]).toEqual([["migrate"], ["serve"]]);
    for (const one of [job, pod]) {
      expect(one.securityContext).toMatchObject({ runAsNonRoot: true });
      expect(one.automountServiceAccountToken).toBe(false);
      expect(one.containers[0].securityContext).toEqual({
        ...{ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
        capabilities: { drop: ["ALL"] },
      });
    }
  });

  it("select the pods that they make", () => {
    const { labels } = kind("Deployment").spec.template.metadata;
    const selectors = [
      kind("Deployment").spec.selector.matchLabels,
      kind("Service").spec.selector,
      kind("PodDisruptionBudget").spec.selector.matchLabels,
      kind("NetworkPolicy").spec.podSelector.matchLabels,
    ];
    for (const selector of selectors) expect(labels).toMatchObject(selector);
    expect(kind("Job").spec.template.metadata.labels).not.toMatchObject(labels);
  });
});

describe("compose", () => {
  it("configures a server that starts, migrated before it", () => {
    const { countersign, migrate } = compose.services;
    expect(faultsOf(countersign.environment)).toEqual([]);
    expect([migrate.command, countersign.command]).toEqual([["migrate"], ["serve"]]);
    expect(countersign.depends_on.migrate.condition).toBe("service_completed_successfully");
    const grace = Number.parseInt(countersign.stop_grace_period, 10);
    expect(grace).toBeGreaterThan(Number(countersign.environment.COUNTERSIGN_DRAIN_SECONDS) + 25);
    expect([countersign.read_only, countersign.cap_drop]).toEqual([true, ["ALL"]]);
    for (const port of countersign.ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it("names files that it says how to make", () => {
    const text = read("deploy/serve/compose.yaml");
    for (const { file } of Object.values<Manifest>(compose.secrets))
      expect(text).toContain(file.replace("./", "deploy/serve/"));
    expect(existsSync(join(root, compose["x-countersign"].build.dockerfile))).toBe(true);
  });
});

describe("the unit for systemd", () => {
  const lines = read("deploy/systemd/countersign.service").split("\n");
  const value = (key: string) => lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1);

  it("starts the command that the packages install, reloads by SIGHUP and waits for the drain", () => {
    expect(value("ExecStart")).toMatch(/node_modules\/countersign\/bin\/countersign\.js serve --config /);
    expect(existsSync(join(root, "packages/countersign/bin/countersign.js"))).toBe(true);
    expect(value("ExecReload")).toBe("/bin/kill -HUP $MAINPID");
    expect(Number(value("TimeoutStopSec"))).toBeGreaterThan(25);
    expect([value("User"), value("NoNewPrivileges"), value("ProtectSystem")]).toEqual([
      "countersign",
      "yes",
      "strict",
    ]);
  });
});

describe.each(["deploy/serve/Containerfile", "deploy/emulator/Containerfile"])("%s", (file) => {
  const text = read(file);

  it("runs as nobody in particular, from a base that can be pinned, and takes what exists", () => {
    expect(text).toMatch(/^USER 1000:1000$/m);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a Containerfile writes variables so
    expect(text.match(/^FROM (\S+)/gm)).toEqual(Array(3).fill("FROM ${NODE_IMAGE}"));
    expect(text).toContain('ENTRYPOINT ["node", "packages/server/bin/countersign.js"]');
    for (const command of ["serve", "dev"])
      expect(existsSync(join(root, `packages/server/src/cli/${command}.ts`))).toBe(true);
  });

  it("checks its health without a Node", () => {
    const check = text.split("\n").find((line) => line.startsWith("HEALTHCHECK")) ?? "";
    const [, command = "[]"] = / CMD (\[.*\])$/.exec(check) ?? [];
    const [shell, , script] = JSON.parse(command);
    expect([shell, script]).toEqual(["bash", expect.stringContaining("/dev/tcp/127.0.0.1/4010")]);
  });
});

it("gives images no more than they are built from", () => {
  const rules = read(".dockerignore")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  expect(rules[0]).toBe("*");
  const taken = rules.filter((rule) => rule.startsWith("!")).map((rule) => rule.slice(1));
  expect(taken.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  expect(rules).toEqual(expect.arrayContaining(["**/node_modules", "**/dist"]));
});

it("lists in its bill of materials every dependency, each with version, licence and digest", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, "scripts/sbom.mjs")]);
  const bill = JSON.parse(stdout);
  expect(bill).toMatchObject({ bomFormat: "CycloneDX", specVersion: "1.6" });
  const names = bill.components.map(({ name }: Manifest) => name);
  const { dependencies } = JSON.parse(read("packages/server/package.json"));
  expect(Object.keys(dependencies).filter((name) => !names.includes(name))).toEqual([]);
  expect(names).not.toContain("vitest");
  const poor = bill.components.filter(
    (one: Manifest) => !one.version || !one.hashes || one.licenses.length === 0,
  );
  expect(poor.map(({ name }: Manifest) => name)).toEqual([]);
  const refs = new Set(bill.components.map((one: Manifest) => one["bom-ref"]));
  for (const { dependsOn } of bill.dependencies) for (const ref of dependsOn) expect(refs).toContain(ref);
});
