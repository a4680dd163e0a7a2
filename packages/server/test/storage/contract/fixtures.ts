/** Objects of the port for the contract, each new one unlike the others, and the storage under test. */
import { afterAll, beforeAll } from "vitest";
import type { Account, App, NewCode } from "../../../src/storage/port/records.js";
import type { Storage } from "../../../src/storage/port/storage.js";
import { seededRandom } from "../../support/random.js";

/** Opens the storage under test on a new, empty database. */
export type Open = () => Promise<Storage>;

/** The moment the contract begins at. */
export const t0 = 1_700_000_000_000;
export const day = 86_400_000;

/** Returns a way to the storage that the tests of this block share. */
export function sharedStorage(open: Open): () => Storage {
  let storage: Storage;
  beforeAll(async () => {
    storage = await open();
  });
  afterAll(() => storage?.close());
  return () => storage;
}

const random = seededRandom("storage");
export const hex = (bytes: number): string => random(bytes).toString("hex");

export function newAccount(fields: Partial<Account> = {}): Account {
  const id = hex(20);
  return {
    id,
    email: `${id}@example.test`,
    passwordHash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA",
    createdAt: t0,
    confirmedAt: t0 + 1,
    locked: false,
    locale: "en_US",
    callbackUrl: "https://example.test/events",
    createdByClient: "0".repeat(32),
    ...fields,
  };
}

export function newApp(ownerId: string, fields: Partial<App> = {}): App {
  return {
    clientId: hex(16),
    name: "An app",
    ownerId,
    callbackUrls: ["https://app.example.test/callback", "http://127.0.0.1/cb"],
    scopes: ["basic_account_info", "request_signature"],
    secrets: [
      { sealed: "sealed-new", createdAt: t0, expiresAt: undefined },
      { sealed: "sealed-old", createdAt: t0 - 5, expiresAt: t0 + 5 },
    ],
    public: false,
    approved: true,
    disabled: false,
    requireClientCredentialsOnRefresh: true,
    refreshTokens: "same",
    accessTokens: "opaque",
    jwks: '{"keys":[]}',
    resources: ["https://api.example.test/"],
    eventCallbackUrl: "https://app.example.test/events",
    scopeTexts: { request_signature: "Ask for signatures" },
    callbackSchemes: ["cursor"],
    requirePkce: true,
    requirePushedRequests: true,
    dpopBoundTokens: true,
    jwtAlgorithm: "RS256",
    grantTypes: ["client_credentials", "device_code"],
    tokenGeneration: 7,
    createdAt: t0,
    openClient: undefined,
    ...fields,
  };
}

export function newCode(pair: Pair, fields: Partial<NewCode> = {}): NewCode {
  return {
    hash: hex(32),
    accountId: pair.account.id,
    clientId: pair.app.clientId,
    scopes: pair.app.scopes,
    resources: [],
    redirectUri: "https://app.example.test/callback",
    redirectUriGiven: true,
    state: "a state",
    codeChallenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    dpopJkt: "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
    issuedAt: t0,
    expiresAt: t0 + 600_000,
    ...fields,
  };
}

export interface Pair {
  readonly account: Account;
  readonly app: App;
}

/** Creates an account, and an app that it owns. */
export async function createPair(storage: Storage, fields: Partial<App> = {}): Promise<Pair> {
  const account = newAccount();
  const app = newApp(account.id, fields);
  await storage.createAccount(account);
  await storage.createApp(app);
  return { account, app };
}

/** Issues and consumes a code; returns the id of the family made. */
export async function createFamily(
  storage: Storage,
  pair: Pair,
  { now = t0, endEarlierFamilies = false, ...fields }: FamilyFields = {},
): Promise<string> {
  const code = newCode(pair, { issuedAt: now, expiresAt: now + 600_000, ...fields });
  await storage.issueCode(code);
  // As the server makes them: the time first, so that ids sort by age.
  const familyId = now.toString(16).padStart(12, "0") + hex(10);
  const { outcome } = await storage.consumeCode({ hash: code.hash, familyId, now, endEarlierFamilies });
  if (outcome !== "consumed") throw new Error(`The code was ${outcome}`);
  return familyId;
}

type FamilyFields = Partial<NewCode> & { now?: number; endEarlierFamilies?: boolean };

/** Runs `count` acts at once. */
export function atOnce<T>(count: number, act: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => act(index)));
}

export async function revokedAt(storage: Storage, familyId: string): Promise<number | undefined> {
  return (await storage.findFamily(familyId))?.family.revokedAt;
}
