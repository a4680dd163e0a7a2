// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a seed has variables of this form
/** The seed file: every key, every fault with its line, and twice is as once. */

import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { apiKeysOf } from "../../src/accounts/api-keys.js";
import { checkLogin } from "../../src/accounts/login.js";
import { applySeed } from "../../src/emulator/seed/apply.js";
import { demoSeed } from "../../src/emulator/seed/demo.js";
import { parseSeed } from "../../src/emulator/seed/parse.js";
import { readSeed, type Seed, SeedFault } from "../../src/emulator/seed/seed.js";
import { unsealSecret } from "../../src/oauth/client/authentication.js";
import type { App } from "../../src/storage/port/records.js";
import { fc } from "../support/fuzz.js";
import { demo, jack, jill, seed as seedOfTests, startServer, type TestServer } from "../support/server.js";
import { account, newTokens } from "../support/tokens.js";

const key = (digit: string) => digit.repeat(64);

const complete = `
profile: standard
accounts:
  - email: jill@example.com
    password: correct horse battery
    api_keys: [${key("a")}, ${key("b")}]
  - email: jack@example.com
apps:
  - name: Demo app
    owner: Jill@example.com
    client_id: cc91c61d00f8bb2ece1428035716b
    client_secret: 1d14434088507ffa390e6f5528465
    oauth: { callback_url: http://127.0.0.1:9999/callback, scopes: [basic_account_info, request_signature] }
    approved: false
    require_client_credentials_on_refresh: true
    refresh_tokens: rotate
    access_tokens: jwt
    resources: [https://api.example.com/]
    event_callback_url: http://127.0.0.1:9999/events
  - name: Native app
    owner: jack@example.com
    client_id: native
    public: true
    oauth:
      callback_urls: [com.example.app:/cb, http://127.0.0.1/cb]
      scopes: [account_access]
`;

it("reads every key", () => {
  expect(parseSeed(complete, "seed.yaml")).toEqual({
    profile: "standard",
    accounts: [
      { email: jill.email, password: jill.password, apiKeys: [key("a"), key("b")] },
      { email: jack.email, password: undefined, apiKeys: [] },
    ],
    apps: [
      {
        name: "Demo app",
        owner: "Jill@example.com",
        clientId: demo.clientId,
        clientSecret: demo.clientSecret,
        callbackUrls: ["http://127.0.0.1:9999/callback"],
        scopes: ["basic_account_info", "request_signature"],
        approved: false,
        requireClientCredentialsOnRefresh: true,
        public: false,
        refreshTokens: "rotate",
        accessTokens: "jwt",
        resources: ["https://api.example.com/"],
        eventCallbackUrl: "http://127.0.0.1:9999/events",
        callbackSchemes: [],
        scopeTexts: {},
        jwks: undefined,
      },
      {
        name: "Native app",
        owner: "jack@example.com",
        clientId: "native",
        clientSecret: undefined,
        callbackUrls: ["com.example.app:/cb", "http://127.0.0.1/cb"],
        scopes: ["account_access"],
        approved: true,
        requireClientCredentialsOnRefresh: false,
        public: true,
        refreshTokens: "rotate",
        accessTokens: "opaque",
        resources: [],
        eventCallbackUrl: undefined,
        callbackSchemes: [],
        scopeTexts: {},
        jwks: undefined,
      },
    ],
  } satisfies Seed);
});

const app = (change: string) =>
  `accounts: [{ email: a@b.c }]
apps:
  - name: App
    owner: a@b.c
    client_id: app
    client_secret: s
    oauth: { callback_url: "http://127.0.0.1/", scopes: [account_access] }
    ${change}
`;

it("reads words for scopes, and schemes that are allowed by name", () => {
  const oauth =
    "callback_url: 'cursor://cb', allow_schemes: [cursor], scopes: [read, write], scope_texts: { read: Read it }";
  const [one] = parseSeed(
    app("approved: true").replace(/oauth: \{[^}]*\}/, `oauth: { ${oauth} }`),
    "seed.yaml",
  ).apps;
  expect(one).toMatchObject({
    callbackUrls: ["cursor://cb"],
    callbackSchemes: ["cursor"],
    scopeTexts: { read: "Read it" },
  });
});

it("takes an app without a callback where it is allowed a grant that leads to none", () => {
  const device = "grant_types: [device_code], public: true, oauth: { scopes: [account_access] }";
  const seed = (extra: string) =>
    `profile: standard\naccounts: [{ email: a@b.c }]\napps: [{ name: A, owner: a@b.c, client_id: tv, ${extra} }]`;
  expect(parseSeed(seed(device), "seed.yaml").apps).toMatchObject([
    { clientId: "tv", callbackUrls: [], grantTypes: ["device_code"] },
  ]);
  expect(() => parseSeed(seed(device.replace("grant_types: [device_code], ", "")), "seed.yaml")).toThrow(
    "callback_url: is missing",
  );
});

describe("tells a fault with file, line and key:", () => {
  const changed = (from: string, to: string) => app("approved: true").replace(from, to);
  const faults: [string, string, string][] = [
    ["nothing in it", "", "seed.yaml:1: the seed file must be a mapping of keys"],
    ["a list", "- a\n", "seed.yaml:1: the seed file must be a mapping of keys"],
    [
      "a key of no meaning",
      "\naccount: []\n",
      'seed.yaml:2: the seed file has no key "account"; its keys are profile, accounts, apps, open_clients, templates, signature_requests, unclaimed_drafts',
    ],
    [
      "a template of nobody",
      "accounts: []\ntemplates:\n  - title: NDA\n    owner: a@b.c\n    signer_roles: [Client]\n",
      "seed.yaml:4: templates[0]: owner: no account in this file has the email address a@b.c",
    ],
    [
      "a template without roles",
      "accounts: [{ email: a@b.c }]\ntemplates:\n  - title: NDA\n    owner: a@b.c\n    signer_roles: []\n",
      "seed.yaml:5: templates[0]: signer_roles: needs at least one role",
    ],
    [
      "a request of an app that is not there",
      "accounts: [{ email: a@b.c }]\nsignature_requests:\n  - title: NDA\n    sender: a@b.c\n    client_id: none\n    signers: [{ name: A, email: a@b.c }]\n",
      "seed.yaml:5: signature_requests[0]: client_id: no app in this file has the client id none",
    ],
    [
      "a draft of a requester without an account",
      "accounts: [{ email: a@b.c }]\nunclaimed_drafts:\n  - title: NDA\n    requester: x@b.c\n",
      "seed.yaml:4: unclaimed_drafts[0]: requester: no account in this file has the email address x@b.c",
    ],
    [
      "a draft that is embedded nowhere",
      "accounts: [{ email: a@b.c }]\nunclaimed_drafts:\n  - title: NDA\n    requester: a@b.c\n    embedded: true\n",
      "seed.yaml:5: unclaimed_drafts[0]: embedded: needs a client_id, the app it is embedded in",
    ],
    [
      "a draft of a kind that is none",
      "accounts: [{ email: a@b.c }]\nunclaimed_drafts:\n  - title: NDA\n    requester: a@b.c\n    type: sell\n",
      "seed.yaml:5: unclaimed_drafts[0]: type: must be request_signature or send_document",
    ],
    [
      "a signer before their turn",
      "accounts: [{ email: a@b.c }]\nsignature_requests:\n  - title: NDA\n    sender: a@b.c\n    ordered: true\n    signers: [{ name: A, email: a@b.c }, { name: B, email: b@b.c, signed: true }]\n",
      "seed.yaml:6: signature_requests[0]: signers: with ordered: true nobody can have signed before those in front of them",
    ],
    [
      "an id that is none",
      "accounts: [{ email: a@b.c }]\ntemplates:\n  - { id: abc, title: NDA, owner: a@b.c, signer_roles: [Client] }\n",
      "seed.yaml:3: templates[0]: id: must be 40 hex digits in lower case",
    ],
    ["broken YAML", "accounts:\n  - {\n", "seed.yaml:"],
    ["a key twice", "accounts: []\naccounts: []\n", "seed.yaml:2: Map keys must be unique"],
    [
      "an unknown profile",
      "accounts: []\nprofile: live\n",
      "seed.yaml:2: the seed file: profile: must be dropbox-sign, standard or fapi2, not live",
    ],
    [
      "accounts that are no list",
      "\naccounts: jill\n",
      "seed.yaml:2: the seed file: accounts: must be a list",
    ],
    [
      "an account that is no mapping",
      "accounts:\n  - jill@example.com\n",
      "seed.yaml:2: accounts[0] must be a mapping of keys",
    ],
    [
      "an account's unknown key",
      "accounts:\n  - email: a@b.c\n    pasword: x\n",
      'seed.yaml:3: accounts[0] has no key "pasword"',
    ],
    ["no e-mail address", "accounts:\n  - password: x\n", "seed.yaml:2: accounts[0]: email: is missing"],
    [
      "an email address that is none",
      "accounts:\n  - password: x\n    email: jill\n",
      "seed.yaml:3: accounts[0]: email: it is not an email address",
    ],
    [
      "a password that is a number",
      "accounts:\n  - email: a@b.c\n    password: 1234\n",
      "seed.yaml:3: accounts[0]: password: must be text that is not empty; put it in quotes",
    ],
    [
      "an empty password",
      'accounts:\n  - email: a@b.c\n    password: ""\n',
      "seed.yaml:3: accounts[0]: password: must be text that is not empty",
    ],
    [
      "five API keys",
      `accounts:\n  - email: a@b.c\n    api_keys: [${[..."abcde"].map(key)}]\n`,
      "seed.yaml:3: accounts[0]: api_keys: an account has at most 4 API keys",
    ],
    [
      "a short API key",
      "accounts:\n  - email: a@b.c\n    api_keys: [abc]\n",
      "seed.yaml:3: accounts[0]: api_keys: an API key is 64 hex digits in lower case",
    ],
    [
      "one API key twice",
      `accounts:\n  - email: a@b.c\n    api_keys: [${key("a")}, ${key("a")}]\n`,
      "seed.yaml:3: accounts[0]: api_keys: the same API key is given twice",
    ],
    [
      "one API key for two",
      `accounts:\n  - email: a@b.c\n    api_keys: [${key("a")}]\n  - email: b@b.c\n    api_keys: [${key("a")}]\n`,
      "seed.yaml:5: accounts[1]: api_keys: the same API key is given twice",
    ],
    [
      "one person twice",
      "accounts:\n  - email: a@b.c\n  - email: A@B.c\n",
      "seed.yaml:3: accounts[1]: email: an account above has this email address",
    ],
    [
      "no name",
      changed("name: App", "approved: false").replace("    approved: true\n", ""),
      "seed.yaml:3: apps[0]: name: is missing",
    ],
    [
      "an owner who is not there",
      changed("owner: a@b.c", "owner: x@b.c"),
      "seed.yaml:4: apps[0]: owner: no account in this file has the email address x@b.c",
    ],
    [
      "words for a scope it has not",
      changed("scopes: [account_access]", "scopes: [account_access], scope_texts: { other: x }"),
      'seed.yaml:7: apps[0]: oauth: scope_texts has no key "other"; its keys are account_access',
    ],
    [
      "words of two lines",
      changed(
        "scopes: [account_access]",
        'scopes: [account_access], scope_texts: { account_access: "a\\nb" }',
      ),
      "seed.yaml:7: apps[0]: oauth: scope_texts: the text of account_access is one line of 1 to 100 characters",
    ],
    [
      "a scheme nobody allowed",
      changed('"http://127.0.0.1/"', "'cursor://cb'"),
      "seed.yaml:7: apps[0]: oauth: callback_url: cursor://cb: a private-use scheme is a reversed domain name",
    ],
    [
      "a scheme that runs something",
      changed("scopes: [account_access]", "scopes: [account_access], allow_schemes: [javascript]"),
      "seed.yaml:7: apps[0]: oauth: allow_schemes: the scheme javascript cannot be allowed by name",
    ],
    ["no client_id", changed("client_id: app", ""), "seed.yaml:3: apps[0]: client_id: is missing"],
    [
      "a client_id with a space",
      changed("client_id: app", "client_id: a b"),
      "seed.yaml:5: apps[0]: client_id: is 1 to 100 printable ASCII characters",
    ],
    [
      "a client_id that is a number",
      changed("client_id: app", "client_id: 1234"),
      "seed.yaml:5: apps[0]: client_id: must be text that is not empty; put it in quotes",
    ],
    [
      "one client_id twice",
      app(
        `approved: true\n  - { name: B, owner: a@b.c, client_id: app, client_secret: s, oauth: { callback_url: "http://127.0.0.1/", scopes: [a] } }`,
      ),
      "seed.yaml:9: apps[1]: client_id: an app above has this client_id",
    ],
    [
      "no client_secret",
      changed("client_secret: s", ""),
      "seed.yaml:3: apps[0]: client_secret: is missing (or set public: true)",
    ],
    [
      "a public app's client_secret",
      app("public: true"),
      "seed.yaml:6: apps[0]: client_secret: a public app has no client_secret",
    ],
    [
      "no oauth",
      changed('oauth: { callback_url: "http://127.0.0.1/", scopes: [account_access] }', ""),
      "seed.yaml:3: apps[0]: oauth: is missing",
    ],
    [
      "an oauth that is a text",
      changed('oauth: { callback_url: "http://127.0.0.1/", scopes: [account_access] }', "oauth: x"),
      "seed.yaml:7: apps[0]: oauth must be a mapping of keys",
    ],
    [
      "no callback",
      changed('callback_url: "http://127.0.0.1/", ', ""),
      "seed.yaml:7: apps[0]: oauth: callback_url: is missing",
    ],
    [
      "a dangerous callback",
      changed("http://127.0.0.1/", "javascript:alert(1)"),
      "seed.yaml:7: apps[0]: oauth: callback_url: javascript:alert(1): the scheme javascript: cannot be called back",
    ],
    [
      "no scopes",
      changed(", scopes: [account_access]", ""),
      "seed.yaml:7: apps[0]: oauth: scopes: an app needs at least one scope",
    ],
    [
      "scopes that do not go together",
      changed("[account_access]", "[account_access, request_signature]"),
      "seed.yaml:7: apps[0]: oauth: scopes: scopes that charge",
    ],
    [
      "a scope that is a number",
      changed("[account_access]", "[1]"),
      "seed.yaml:7: apps[0]: oauth: scopes: must be a list of texts",
    ],
    [
      "approved that is a text",
      app('approved: "yes"'),
      "seed.yaml:8: apps[0]: approved: must be true or false",
    ],
    [
      "refresh_tokens of no meaning",
      app("refresh_tokens: never"),
      "seed.yaml:8: apps[0]: refresh_tokens: must be same or rotate, not never",
    ],
    [
      "pushed requests where there are none",
      app("require_pushed_authorization_requests: true"),
      "seed.yaml:8: apps[0]: require_pushed_authorization_requests: the dropbox-sign profile has no pushed requests",
    ],
    [
      "bound tokens where there are none",
      app("dpop_bound_access_tokens: true"),
      "seed.yaml:8: apps[0]: dpop_bound_access_tokens: the dropbox-sign profile binds no tokens to keys",
    ],
    [
      "access_tokens of no meaning",
      app("access_tokens: big"),
      "seed.yaml:8: apps[0]: access_tokens: must be opaque or jwt, not big",
    ],
    [
      "an event callback that is none",
      app("event_callback_url: example"),
      "seed.yaml:8: apps[0]: event_callback_url: it is not an absolute URL",
    ],
    ["a key that is no text", "? [a]\n: b\n", "seed.yaml:1: the seed file has no key"],
    ["a key that is nothing", "? \n: b\n", "seed.yaml:"],
  ];

  it.each(faults)("%s", (_what, text, message) => {
    const told = () => parseSeed(text, "seed.yaml");
    expect(told).toThrow(SeedFault);
    expect(told).toThrow(message);
  });

  it("any text is a seed or such faults, each in one line", () => {
    const words = fc.constantFrom(
      ..."accounts: apps: profile: email: oauth: scopes: - [ ] { } , : ? & * ! | > ' \" # --- ... &a *a << null 1 true \n \n\u0020 \n\u0020\u0020 \t @ \0".split(
        " ",
      ),
    );
    const mutations = fc.tuple(fc.nat(complete.length), fc.nat(20), fc.array(words, { maxLength: 3 }));
    const texts = fc.oneof(
      fc.array(words, { maxLength: 20 }).map((list) => list.join("")),
      fc.array(words, { maxLength: 20 }).map((list) => list.join(" ")),
      mutations.map(([at, cut, list]) => complete.slice(0, at) + list.join(" ") + complete.slice(at + cut)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          parseSeed(text, "seed.yaml");
        } catch (error) {
          expect(error).toBeInstanceOf(SeedFault);
          const lines = (error as Error).message.split("\n");
          const [first = "", ...more] = lines;
          if (more.length > 0) expect(first).toMatch(/^seed\.yaml has \d+ faults:$/);
          for (const line of more.length > 0 ? more : [first])
            expect(line).toMatch(/^( {2})?seed\.yaml:[1-9]\d*: .+$/);
        }
      }),
      { numRuns: 600 },
    );
  });
});

describe("what is not understood is refused, all of it at once:", () => {
  const faultsOf = (text: string, environment = {}) => {
    try {
      parseSeed(text, "seed.yaml", environment);
    } catch (error) {
      return (error as Error).message.split("\n").map((line) => line.trim());
    }
    return [];
  };

  it("every fault is named with its line, in the order of the file", () => {
    const text = `accounts:
  - email: jill
    password: 1234
apps:
  - name: App
    owner: nobody@example.com
    client_id: a b
    approved: maybe
    oauth: { callback_url: nowhere, scopes: [] }
`;
    expect(faultsOf(text)).toEqual([
      "seed.yaml has 8 faults:",
      "seed.yaml:2: accounts[0]: email: it is not an email address",
      "seed.yaml:3: accounts[0]: password: must be text that is not empty; put it in quotes",
      "seed.yaml:5: apps[0]: client_secret: is missing (or set public: true)",
      "seed.yaml:6: apps[0]: owner: no account in this file has the email address nobody@example.com",
      "seed.yaml:7: apps[0]: client_id: is 1 to 100 printable ASCII characters",
      "seed.yaml:8: apps[0]: approved: must be true or false",
      "seed.yaml:9: apps[0]: oauth: callback_url: nowhere: it is not an absolute URL",
      "seed.yaml:9: apps[0]: oauth: scopes: an app needs at least one scope",
    ]);
  });

  it.each([
    ["a key without a value", "accounts:\n", "accounts: must be a list"],
    ["a password without a value", "accounts: [{ email: a@b.c, password: }]", "password: must be text"],
    ["a tag", "accounts: [{ email: !!binary YUBiLmM= }]", "seed.yaml:1: "],
    ["a tag of its own", "accounts: [{ email: !secret a@b.c }]", "seed.yaml:1: Unresolved tag"],
    ["two documents", "accounts: []\n---\naccounts: []\n", "seed.yaml:2: "],
    ["an alias of nothing", "accounts: [*people]", "seed.yaml:"],
    ["an alias of itself", "accounts: &all [*all]", "seed.yaml:"],
    ["a resource that is no URI", app('resources: ["a b"]'), "a resource is an absolute URI"],
  ])("%s", (_what, text, message) => {
    expect(faultsOf(text).join("\n")).toContain(message);
  });

  it("a byte order mark is no part of the first key, and a CRLF no part of a value", () => {
    const seed = parseSeed(`\uFEFF${complete.trim().replaceAll("\n", "\r\n")}`, "seed.yaml");
    expect(seed.accounts.map(({ password }) => password)).toEqual([jill.password, undefined]);
  });

  it("anchors, aliases and merges mean what they mean in YAML, and a fault in one has a line", () => {
    const text = `accounts: [{ email: &owner a@b.c }]
apps:
  - &app { name: A, owner: *owner, client_id: a, client_secret: s, oauth: { callback_url: "http://127.0.0.1/", scopes: [account_access] } }
  - { <<: *app, client_id: b }
`;
    expect(parseSeed(text, "seed.yaml").apps.map(({ owner, clientId }) => [owner, clientId])).toEqual([
      ["a@b.c", "a"],
      ["a@b.c", "b"],
    ]);
    expect(faultsOf(text.replace("client_id: b", "approved: 1"))[1]).toMatch(/^seed\.yaml:4: apps\[1\]: /);
  });

  it("a variable is the environment's value; one that is not set is named", () => {
    const text =
      'accounts: [{ email: a@b.c, password: "${SECRET}" }, { email: b@b.c, password: "${NONE:-x}$${y}" }]';
    expect(
      parseSeed(text, "seed.yaml", { SECRET: "#1: ok" }).accounts.map(({ password }) => password),
    ).toEqual(["#1: ok", "x${y}"]);
    expect(faultsOf(text)).toEqual(["seed.yaml:1: the environment variable SECRET is not set"]);
    expect(faultsOf(text.replace("${SECRET}", "${SEC RET}"))[0]).toContain("${ begins a variable");
  });

  it("an object of a test is read by the same rules, its faults named by path", () => {
    const problem = { accounts: [{ email: "jill" }], apps: [{ name: "A" }], profil: "standard" };
    expect(() => readSeed(problem)).toThrow(
      /^the seed has 6 faults:\n {2}the seed file has no key "profil"[^\n]+\n {2}accounts\[0\]: email: it is not an email address\n {2}apps\[0\]: owner: is missing/,
    );
    expect(() => readSeed({ accounts: [{ email: "a@b.c", password: null }] })).toThrow(
      /^accounts\[0\]: password: /,
    );
    expect(readSeed({ accounts: [{ email: "a@b.c", password: undefined }] }).accounts).toHaveLength(1);
  });
});

describe("an app of a seed", () => {
  const publicKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" });
  const own = (more: object) => ({
    accounts: [{ email: "a@b.c" }],
    apps: [
      {
        ...{ name: "A", owner: "a@b.c", client_id: "a" },
        oauth: { callback_url: "http://app:3000/cb", scopes: ["account_access"] },
        ...more,
      },
    ],
  });

  it("signs in with a secret or with keys, never with both", () => {
    const jwks = { keys: [publicKey] };
    expect(readSeed(own({ jwks })).apps[0]).toMatchObject({
      clientSecret: undefined,
      jwks: JSON.stringify(jwks),
    });
    expect(() => readSeed(own({ jwks, client_secret: "s" }))).toThrow("authenticates with its keys only");
    expect(() => readSeed(own({ jwks, public: true }))).toThrow("a public app has no keys");
    expect(() => readSeed(own({ jwks: { keys: [] } }))).toThrow("must be a mapping with a list of keys");
    expect(() => readSeed(own({ jwks: { keys: [{ ...publicKey, d: "x" }] } }))).toThrow(
      "it holds a private key",
    );
    expect(() => readSeed(own({ jwks: { keys: [{ kty: "EC" }] } }))).toThrow(
      "keys[0]: it is not a public key",
    );
  });

  it.each(["http://app:3000/events", "https://h.example/e?code=abc", "http://127.0.0.1:9/e"])(
    "may have events posted to %s",
    (url) => {
      const read = readSeed(own({ client_secret: "s", event_callback_url: url }));
      expect(read.apps[0]?.eventCallbackUrl).toBe(url);
    },
  );

  it.each([
    "com.example.app:/events",
    "ftp://h.example/",
    "http://h.example/#a",
    "/events",
    "http://u:p@h.example/",
  ])("may not have events posted to %s", (url) => {
    expect(() => readSeed(own({ client_secret: "s", event_callback_url: url }))).toThrow(
      "event_callback_url: ",
    );
  });
});

describe("applied", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startServer({ seed: { profile: undefined, accounts: [], apps: [] } });
  });
  afterEach(() => server.close());

  const seed = (change: (text: string) => string = (text) => text) =>
    parseSeed(change(complete), "seed.yaml");
  const apply = (one: Seed) => applySeed(server.app.context, one);
  const everything = async () => {
    const accounts = await server.storage.listAccounts(10);
    const keys = await Promise.all(accounts.map(({ id }) => server.storage.listApiKeys(id)));
    return { accounts, keys, apps: await server.storage.listApps(10) };
  };
  const appOf = async (clientId: string) => (await server.storage.findApp(clientId)) as App;

  it("makes the accounts and apps, each setting in its place", async () => {
    await apply(seed());
    const account = await checkLogin(server.storage, jill.email, jill.password);
    expect(account).toMatchObject({ email: jill.email, locked: false, confirmedAt: server.clock.now() });
    expect(await apiKeysOf(server.ring, server.storage, account?.id ?? "")).toEqual([key("a"), key("b")]);
    expect((await server.storage.findAccountByEmail(jack.email))?.passwordHash).toBeUndefined();
    const app = await appOf(demo.clientId);
    expect(app).toMatchObject({
      name: "Demo app",
      ownerId: account?.id,
      callbackUrls: ["http://127.0.0.1:9999/callback"],
      scopes: ["basic_account_info", "request_signature"],
      approved: false,
      public: false,
      requireClientCredentialsOnRefresh: true,
      refreshTokens: "rotate",
      accessTokens: "jwt",
      resources: ["https://api.example.com/"],
      eventCallbackUrl: "http://127.0.0.1:9999/events",
    });
    expect(app.secrets.map((one) => unsealSecret(server.ring, app.clientId, one))).toEqual([
      demo.clientSecret,
    ]);
    expect(await appOf("native")).toMatchObject({ public: true, secrets: [], refreshTokens: "rotate" });
  });

  it("twice, changes nothing the second time", async () => {
    await apply(seed());
    const once = await everything();
    server.clock.advance(1000);
    await apply(seed());
    expect(await everything()).toEqual(once);
  });

  it("again, leaves tokens alone", async () => {
    const own = await startServer();
    const tokens = await newTokens(own, demo, jack);
    await applySeed(own.app.context, seedOfTests);
    expect((await account(own, tokens.access_token)).status).toBe(200);
    await own.close();
  });

  it("brings what it names to what it says, and leaves everything else", async () => {
    await apply(demoSeed("http://127.0.0.1:1"));
    await apply(
      seed((text) =>
        text
          .replace(jill.password, "another password")
          .replace(`[${key("a")}, ${key("b")}]`, `[${key("c")}]`)
          .replace(demo.clientSecret, "another-secret")
          .replace("name: Demo app", "name: Renamed"),
      ),
    );
    expect(await checkLogin(server.storage, jill.email, jill.password)).toBeUndefined();
    const account = await checkLogin(server.storage, jill.email, "another password");
    expect(await apiKeysOf(server.ring, server.storage, account?.id ?? "")).toEqual([key("c")]);
    expect(await checkLogin(server.storage, jack.email, jack.password)).toBeDefined();
    const app = await appOf(demo.clientId);
    expect(app.name).toBe("Renamed");
    expect(app.secrets.map((one) => unsealSecret(server.ring, app.clientId, one))).toEqual([
      "another-secret",
    ]);
  });

  it("refuses an API key that another account has already", async () => {
    await apply(seed());
    const taken = parseSeed(`accounts: [{ email: eve@example.com, api_keys: [${key("a")}] }]`, "seed.yaml");
    await expect(apply(taken)).rejects.toThrow(
      "accounts: eve@example.com: one of its api_keys belongs to another account",
    );
  });
});
