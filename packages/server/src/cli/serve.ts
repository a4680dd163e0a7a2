/** `countersign serve`: the authorization server for production. Holds nothing of the emulator. */

import { createServer } from "node:net";
import { createCountersign } from "../app.js";
import { type Config, loadConfig } from "../config.js";
import { basePathOfIssuer } from "../http/base-path.js";
import { homeRoute } from "../http/routes/home.js";
import { jsonLog, type Log } from "../log.js";
import { loopbackNames } from "../oauth/loopback.js";
import { readSecretsFile } from "../secrets-config.js";
import { startPurging } from "../storage/purging.js";
import { takeSoleUse } from "../storage/sqlite/sole-use.js";
import { declareApps, sayPlan } from "./apps-file.js";
import { settleNextTick } from "./next-tick.js";
import { configOption, configUsage, isPostgres, openConfigured } from "./open.js";
import { operators } from "./operators.js";
import { drainMilliseconds, runUntilSignal } from "./run.js";
import { openTraces } from "./traces.js";
import { parseOptions } from "./usage.js";

const usage = `Usage: countersign serve [--config FILE] [--apps FILE [--dry-run]]

${configUsage}
  --apps FILE     apps as YAML or JSON (\`apps:\` and a list, keys as in docs/admin-api.yaml): before it serves, makes those
                  that are missing and changes those that differ; others are left alone. \${NAME} is taken from the environment
  --dry-run       says what --apps would do, and does nothing

Signals: SIGTERM says "draining" at /ready for COUNTERSIGN_DRAIN_SECONDS, answers the requests under way and ends;
SIGHUP reads the secrets file again.`;

const options = {
  ...configOption,
  apps: { type: "string" },
  "dry-run": { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

export async function serve(args: string[]): Promise<void> {
  const { values } = parseOptions(args, options, usage);
  if (values.help) return console.log(usage);
  if (values["dry-run"]) return sayPlan(values.config, values.apps);
  await settleNextTick();
  const output = jsonLog(Date.now);
  const early = heedEarlySignals(output);
  const wanted = loadConfig(process.env, values.config);
  await checkAddress(wanted);
  if (wanted.admin !== undefined) await checkAddress(wanted.admin);
  const warn = (message: string) => output.warn({}, message);
  const traces = await openTraces(process.env, warn);
  const { opened, observer, listen } = await operators(
    await openConfigured(values.config, { mayMigrate: wanted.migrates, warn, watch: traces?.commits }),
    output,
    traces,
  );
  const { config, storage } = opened;
  const release = soleServer(config, warn);
  const log = accessLog(output, config);
  if (values.apps !== undefined) await declareApps(opened, values.apps, log);
  const app = createCountersign({
    ...opened,
    ...config,
    log,
    issuer: () => config.publicUrl,
    basePath: basePathOfIssuer(config.publicUrl),
    strictTransport: isPublicTls(config.publicUrl),
    observer,
    tracing: traces?.tracing,
  });
  homeRoute(app.server, app.context);
  let admin: Awaited<ReturnType<typeof listen>>;
  try {
    await app.server.listen({ host: config.host, port: config.port });
    admin = await listen(app);
  } catch (error) {
    await storage.close();
    throw error;
  }
  const purging = startPurging(storage, { ...config.profile, ...config }, opened.now, log, observer);
  const reload = () => reloadSecrets(opened, log);
  process.on("SIGHUP", reload);
  const announcedMilliseconds = config.drainSeconds * 1000;
  const close = async () => {
    await app.drain(announcedMilliseconds);
    purging.stop();
    await admin.close();
    await storage.close();
    release();
    await traces?.close();
  };
  // Whoever has read that it is ready may stop it.
  const stopped = runUntilSignal({ close }, log, announcedMilliseconds + drainMilliseconds);
  early.over(reload);
  log.info(
    {
      address: app.server.listeningOrigin,
      admin: admin.origin,
      public_url: config.publicUrl,
      profile: config.profile.name,
    },
    "ready",
  );
  for (const warning of config.warnings) log.warn({}, warning);
  log.flush();
  await stopped;
  await output.drained(lastLinesMilliseconds);
  // A collector that does not answer is tried again and again, which would keep the process.
  if (traces !== undefined) process.exit(0);
}

/** Two servers on one SQLite file are right, and slower: each waits for the other's commits, and limits are counted by both. */
function soleServer({ database }: Config, warn: (message: string) => void): () => void {
  if (isPostgres(database) || database === ":memory:") return () => {};
  const release = takeSoleUse(`${database}-serve`);
  if (release === undefined)
    warn(
      `another \`countersign serve\` uses ${database}: both wait for each other's commits. Stop one of them, or use PostgreSQL for several`,
    );
  return release ?? (() => {});
}

/** How long the last lines of the log may take to be read, in milliseconds. */
const lastLinesMilliseconds = 1000;

/** Signals that come while the database is opened: the first process of a container would not notice them. */
function heedEarlySignals(log: Log): { over(reload: () => void): void } {
  let reloads = false;
  const stop = (cause: string) => {
    log.info({ cause }, "stopped before it was ready");
    log.flush();
    process.exit(0);
  };
  const hangUp = () => {
    reloads = true;
  };
  // Those of bin/countersign.js, for while the code loads.
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.removeAllListeners(signal);
  process.on("SIGTERM", stop).on("SIGINT", stop).on("SIGHUP", hangUp);
  return {
    over: (reload) => {
      process.off("SIGTERM", stop).off("SIGINT", stop).off("SIGHUP", hangUp);
      if (reloads) reload();
    },
  };
}

/** A start that cannot listen must not have brought the database to another schema first. */
function checkAddress({ host, port }: Pick<Config, "host" | "port">): Promise<void> {
  if (port === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen({ host, port }, () => probe.close(() => resolve()));
  });
}

const unknownMaker =
  "SIGHUP: the secret that signs from now on was not known here before: another server that has not read it yet refuses what this one signs. `countersign key rotate` adds a secret before it signs";

/** Keys rotate without a restart: the file's list replaces the one in use, whole or not at all. */
function reloadSecrets({ config, ring }: Awaited<ReturnType<typeof openConfigured>>, log: Log): void {
  if (config.secretsFile === undefined) {
    log.warn({}, "SIGHUP: there is no COUNTERSIGN_SECRETS_FILE to read again");
    return;
  }
  try {
    const secrets = readSecretsFile(config.secretsFile);
    const known = secrets[0] !== undefined && ring.knows(secrets[0]);
    ring.replace(secrets);
    if (!known) log.warn({}, unknownMaker);
    log.info({ secrets: secrets.length }, "SIGHUP: secrets read again");
  } catch (error) {
    log.error({ err: String(error) }, "SIGHUP: the secrets in use are kept");
  }
}

/** A promise of TLS holds for all ports of a host: no developer's own machine may make it. */
function isPublicTls(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl);
  return protocol === "https:" && !loopbackNames.has(hostname);
}

function accessLog(log: Log, config: Config): Log {
  if (config.accessLog === "all") return log;
  return {
    ...log,
    info: (fields, message) => {
      const success = message === "request" && (fields.status as number) < 400 && fields.reason === undefined;
      if (!success) log.info(fields, message);
    },
  };
}
