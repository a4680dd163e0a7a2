/** The SQLite schema, as numbered steps. A step that has been released is never changed; a new one is added. */

import type { Migration } from "../shared/migration.js";

export const sqliteMigrations: readonly Migration[] = [
  {
    version: 1,
    title: "accounts, apps, grants, families, codes, sessions, limits and audit",
    sql: `
-- Each change of an account or app counts its revision up: what was parsed of the row before is then out of date.
CREATE TABLE accounts (
  pk INTEGER PRIMARY KEY,
  revision INTEGER NOT NULL DEFAULT 0,
  id TEXT NOT NULL UNIQUE,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL UNIQUE,
  password_hash TEXT,
  created_at INTEGER NOT NULL,
  confirmed_at INTEGER,
  locked INTEGER NOT NULL,
  locale TEXT NOT NULL,
  callback_url TEXT,
  created_by_client TEXT
);
CREATE TABLE api_keys (
  lookup TEXT NOT NULL UNIQUE,
  account_pk INTEGER NOT NULL REFERENCES accounts(pk),
  position INTEGER NOT NULL,
  sealed TEXT NOT NULL
);
CREATE INDEX api_keys_of_account ON api_keys(account_pk, position);
CREATE TABLE apps (
  pk INTEGER PRIMARY KEY,
  revision INTEGER NOT NULL DEFAULT 0,
  client_id TEXT NOT NULL UNIQUE,
  owner_pk INTEGER NOT NULL REFERENCES accounts(pk),
  name TEXT NOT NULL,
  callback_urls TEXT NOT NULL,
  scopes TEXT NOT NULL,
  secrets TEXT NOT NULL,
  is_public INTEGER NOT NULL,
  approved INTEGER NOT NULL,
  require_client_credentials_on_refresh INTEGER NOT NULL,
  refresh_tokens TEXT NOT NULL,
  access_tokens TEXT NOT NULL,
  jwks TEXT,
  resources TEXT NOT NULL,
  event_callback_url TEXT,
  created_at INTEGER NOT NULL
);
-- One row for each consent given; a revoked one makes room for a new one of the same pair. scopes are those of the
-- first consent and never change: a later consent to more is widened_scopes, so that older families keep theirs.
CREATE TABLE grants (
  pk INTEGER PRIMARY KEY,
  account_pk INTEGER NOT NULL REFERENCES accounts(pk),
  app_pk INTEGER NOT NULL REFERENCES apps(pk),
  scopes TEXT NOT NULL,
  widened_scopes TEXT,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
);
CREATE UNIQUE INDEX live_grants ON grants(account_pk, app_pk) WHERE revoked_at IS NULL;
CREATE INDEX live_grants_of_app ON grants(app_pk) WHERE revoked_at IS NULL;
CREATE INDEX revoked_grants ON grants(revoked_at) WHERE revoked_at IS NOT NULL;
-- One row for each code exchange; refreshes change it in place. There is no table of access or refresh tokens.
-- scopes NULL are the first scopes of the grant, resources NULL are none. grant_pk is checked by the acts, not by
-- the database: a foreign key would make each deletion of a grant search the codes.
CREATE TABLE families (
  pk INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  grant_pk INTEGER NOT NULL,
  scopes TEXT,
  resources TEXT,
  generation INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  revoked_at INTEGER,
  access_valid_from INTEGER NOT NULL
);
CREATE INDEX families_of_grant ON families(grant_pk);
CREATE INDEX revoked_families ON families(revoked_at) WHERE revoked_at IS NOT NULL;
CREATE TABLE codes (
  hash TEXT NOT NULL UNIQUE,
  grant_pk INTEGER NOT NULL,
  scopes TEXT NOT NULL,
  resources TEXT NOT NULL,
  redirect_uri TEXT NOT NULL,
  redirect_uri_given INTEGER NOT NULL,
  state TEXT,
  code_challenge TEXT,
  issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  consumed_at INTEGER,
  family_id BLOB
);
CREATE INDEX codes_by_expiry ON codes(expires_at);
CREATE TABLE sessions (
  hash TEXT NOT NULL UNIQUE,
  account_pk INTEGER NOT NULL REFERENCES accounts(pk),
  authenticated_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions(expires_at);
CREATE TABLE buckets (
  key TEXT NOT NULL UNIQUE,
  level REAL NOT NULL,
  updated_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
);
CREATE INDEX buckets_by_expiry ON buckets(expires_at);
CREATE TABLE seen_once (key TEXT NOT NULL UNIQUE, expires_at INTEGER NOT NULL);
CREATE INDEX seen_once_by_expiry ON seen_once(expires_at);
CREATE TABLE audit (
  pk INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  client_id TEXT,
  account_id TEXT,
  data TEXT NOT NULL
);
CREATE INDEX audit_by_client ON audit(client_id, pk);
CREATE INDEX audit_by_account ON audit(account_id, pk);
`,
  },
  {
    version: 2,
    title: "an audit log that is only added to at its end",
    // Each event changed a page of the second index, which cost a code exchange as much as all its other writes.
    sql: "DROP INDEX audit_by_client; DROP INDEX audit_by_account;",
  },
  {
    version: 3,
    title: "apps describe their scopes and name their schemes; grants know their resources",
    sql: `
ALTER TABLE apps ADD COLUMN scope_texts TEXT NOT NULL DEFAULT '{}';
ALTER TABLE apps ADD COLUMN callback_schemes TEXT NOT NULL DEFAULT '[]';
-- Words; NULL is a consent that named no resource. A later consent to more adds to it.
ALTER TABLE grants ADD COLUMN resources TEXT;
`,
  },
  {
    version: 4,
    title: "apps can be disabled",
    // The release before reads and writes apps as it did: to it none is disabled.
    sql: "ALTER TABLE apps ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;",
  },
  {
    version: 5,
    title: "all of an app's grants end in one write; the sessions of an account are found",
    sql: `
-- The grants of the app up to this key were ended at that time. Those that are live as a row say so are marked by the
-- purge, and then the key goes back to 0.
ALTER TABLE apps ADD COLUMN ended_through INTEGER NOT NULL DEFAULT 0;
ALTER TABLE apps ADD COLUMN ended_at INTEGER;
CREATE INDEX sessions_of_account ON sessions(account_pk);
`,
  },
  {
    version: 6,
    title: "the schema says which builds work on it",
    sql: "ALTER TABLE schema_version ADD COLUMN works_from INTEGER NOT NULL DEFAULT 1;",
  },
  {
    version: 7,
    title: "apps say how they came here, where nobody registered them by hand",
    // To the release before an open client is a public app like others.
    sql: "ALTER TABLE apps ADD COLUMN open_client TEXT;",
  },
  {
    version: 8,
    title: "apps may need PKCE, sign by RS256, and use more grants",
    sql: `
ALTER TABLE apps ADD COLUMN require_pkce INTEGER NOT NULL DEFAULT 0;
ALTER TABLE apps ADD COLUMN jwt_algorithm TEXT NOT NULL DEFAULT 'ES256';
ALTER TABLE apps ADD COLUMN grant_types TEXT NOT NULL DEFAULT '[]';
ALTER TABLE apps ADD COLUMN token_generation INTEGER NOT NULL DEFAULT 0;
-- The thumbprint of the key that a code, and a public app's refresh tokens, are bound to.
ALTER TABLE codes ADD COLUMN dpop_jkt TEXT;
ALTER TABLE families ADD COLUMN dpop_jkt TEXT;
-- Devices that wait for a person's answer. One that is allowed becomes a code.
CREATE TABLE devices (
  hash TEXT NOT NULL UNIQUE,
  user_key TEXT NOT NULL UNIQUE,
  app_pk INTEGER NOT NULL REFERENCES apps(pk) ON DELETE CASCADE,
  scopes TEXT NOT NULL,
  resources TEXT NOT NULL,
  denied INTEGER NOT NULL DEFAULT 0,
  interval_seconds INTEGER NOT NULL,
  polled_at INTEGER,
  expires_at INTEGER NOT NULL
);
CREATE INDEX devices_by_expiry ON devices(expires_at);
`,
  },
  {
    version: 9,
    title: "a single-use value knows who used it",
    // To the release before a value has no holder, and is used once.
    sql: "ALTER TABLE seen_once ADD COLUMN holder TEXT;",
  },
  {
    version: 10,
    title: "apps may need pushed requests, and tokens bound to a key",
    // To the release before no app needs either.
    sql: `
ALTER TABLE apps ADD COLUMN require_pushed_requests INTEGER NOT NULL DEFAULT 0;
ALTER TABLE apps ADD COLUMN dpop_bound_tokens INTEGER NOT NULL DEFAULT 0;
`,
  },
];
