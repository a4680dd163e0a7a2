/** How a server is: its build, its database, and which of its secrets are still needed. */

import { apiKeyContext } from "../../accounts/api-keys.js";
import { sealedUnder } from "../../crypto/sealed.js";
import { clientSecretContext } from "../../oauth/client/authentication.js";
import type { ActContext } from "../context.js";

/** What only the entry point knows. */
export interface Build {
  readonly version: string;
  /** The schema that this build makes. */
  readonly schema: number;
  /** Settings in force, without secrets. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export async function statusOf({ storage, ring, now, profile }: ActContext, build: Build) {
  const startedAt = now();
  const schema = await storage.schemaVersion();
  return {
    version: build.version,
    node: process.version,
    clock: new Date(now()).toISOString(),
    clock_ahead_seconds: clockAheadSeconds(storage),
    profile: profile.name,
    schema: { database: schema, build: build.schema },
    database: { answered_in_ms: now() - startedAt, connections: storage.connectionUse?.() ?? null },
    secrets: ring.fingerprints().map((fingerprint, index) => ({ place: index + 1, fingerprint })),
    settings: build.settings,
  };
}

/** Null where there is no other clock, or nothing was asked yet. */
function clockAheadSeconds({ clockAhead }: ActContext["storage"]): number | null {
  const ahead = clockAhead?.();
  return ahead === undefined ? null : Math.round(ahead) / 1000;
}

export interface SecretUse {
  readonly place: number;
  readonly fingerprint: string;
  /** How many client secrets and API keys only this one opens. Where there are none, no token is older than its signing. */
  seals: number;
}

/** Returns how much is sealed under each secret, and how much under none of them. Reads every app and API key. */
export async function secretsInUse({ storage, ring }: ActContext) {
  const secrets: SecretUse[] = ring
    .fingerprints()
    .map((fingerprint, index) => ({ place: index + 1, fingerprint, seals: 0 }));
  let unopened = 0;
  const count = (context: string, sealed: string) => {
    const use = secrets[sealedUnder(ring, context, sealed) ?? -1];
    if (use === undefined) unopened += 1;
    else use.seals += 1;
  };
  for (let after: string | undefined, more = true; more; more = after !== undefined) {
    const page = await storage.pageApps({ limit: 1000, after });
    for (const { clientId, secrets: stored } of page.items)
      for (const { sealed } of stored) count(clientSecretContext(clientId), sealed);
    after = page.next;
  }
  for (let after: string | undefined, more = true; more; more = after !== undefined) {
    const page = await storage.pageApiKeys({ limit: 1000, after });
    for (const { accountId, sealed } of page.items) count(apiKeyContext(accountId), sealed);
    after = page.next;
  }
  return { secrets, unopened };
}
