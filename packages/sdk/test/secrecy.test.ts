/** No secret and no token in an error or a log: whatever a server answers, in whichever spelling it repeats what it was sent. */
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { AccountApi, type DebugEvent, OAuthApi } from "../src/index.js";
import { type Answer, type Recorder, startRecorder } from "./support/recorder.js";

const servers: Recorder[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const fresh = "NWNiOTMxOGFkOGVjMDhhNTAxZN2NkNjgxMjMw";
const next = "hNTI2MTFmM2VmZDQxZTZjOWRmZmFjZmVmMGMy";
const json = JSON.stringify({
  access_token: fresh,
  refresh_token: next,
  token_type: "Bearer",
  expires_in: 60,
});

/** Everything that an application may log of a refresh: events, and the error with what is hidden in it. */
async function logged(answer: Answer, secret = "1d14434088507ffa390e6f5528465"): Promise<string> {
  const server = await startRecorder(answer);
  servers.push(server);
  const events: DebugEvent[] = [];
  const api = new OAuthApi({ baseUrl: server.url, debug: (event) => void events.push(event) });
  const request = { refreshToken: "old-refresh/token+1", clientId: "client", clientSecret: secret };
  const error = await api.oauthTokenRefresh(request, { bodyFormat: "form" }).then(
    () => "",
    (fault: Error) => inspect(fault, { showHidden: true, depth: 9 }) + JSON.stringify(fault) + fault.message,
  );
  return JSON.stringify(events) + error;
}

describe("of new tokens nothing is logged", () => {
  it.each<[name: string, answer: Answer]>([
    ["half of the JSON", { body: json.slice(0, -20) }],
    [
      "a form",
      {
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: `access_token=${fresh}&refresh_token=${next}`,
      },
    ],
    ["a form that calls itself JSON", { body: `access_token=${fresh}&refresh_token=${next}` }],
    ["JSON behind a warning", { body: `<b>Warning</b>: undefined index\n${json}` }],
    ["two lines of JSON", { body: `${json}\n${json}` }],
    ["a byte order mark and half of it", { body: `\ufeff${json.slice(0, -1)}` }],
    ["a script", { body: `callback(${json})` }],
    ["XML", { body: `<token><access_token>${fresh}</access_token></token>` }],
    ["an array", { body: `[${json}]` }],
    ["the token and nothing else", { body: JSON.stringify(fresh) }],
    ["the bare token", { headers: { "content-type": "application/x-www-form-urlencoded" }, body: fresh }],
    [
      "a form whose name is the token",
      { headers: { "content-type": "application/x-www-form-urlencoded" }, body: `${fresh}=${next}` },
    ],
    [
      "a bare token of letters",
      { headers: { "content-type": "application/x-www-form-urlencoded" }, body: fresh.replace(/\d/g, "x") },
    ],
    ["a list in a refusal", { status: 400, body: [fresh, next] }],
    ["JSON within JSON", { body: { data: json } }],
    ["a nested answer", { body: { data: { access_token: fresh, more: [{ token: next }] } } }],
    ["names in camelCase", { body: { accessToken: fresh, refreshToken: next } }],
    ["names in other spellings", { body: { "Access-Token": fresh, REFRESH_TOKEN: next, id_token: fresh } }],
    ["names nobody knows", { body: { access_token: "a b", session: fresh, jeton: next, list: [fresh] } }],
    ["a list under a known name", { body: { access_token: [fresh], refresh_tokens: { a: next } } }],
    [
      "headers",
      {
        headers: { "x-access-token": fresh, "x-repeat": next, location: `/#access_token=${fresh}` },
        body: json,
      },
    ],
    ["an error with tokens", { status: 400, body: { error: "x", access_token: fresh, refreshToken: next } }],
    ["an error page with tokens", { status: 502, body: `<pre>${json}</pre>` }],
    [
      "words with tokens",
      {
        status: 400,
        body: { error: "x", error_description: `got {"access_token":"${fresh}"} refresh_token=${next}` },
      },
    ],
    [
      "escaped JSON in words",
      { status: 500, body: { error: { error_name: "x", error_msg: `was ${JSON.stringify(json)}` } } },
    ],
    [
      "a redirect with tokens",
      { status: 302, headers: { location: `https://a/?code=${fresh}&refresh_token%3D${next}` }, body: "" },
    ],
    [
      "a Bearer header in words",
      {
        status: 401,
        body: { error: "x", error_description: `Authorization: Bearer ${fresh} ${`Basic ${next}`}` },
      },
    ],
  ])("neither by events nor by errors, though they came as %s", async (_, answer) => {
    const text = await logged(answer);
    expect(text).toContain('"type":"response"');
    for (const token of [fresh, next]) {
      expect(text).not.toContain(token);
      expect(text).not.toContain(token.slice(0, 12));
      expect(text).not.toContain(token.replace(/\d/g, "x"));
    }
  });
});

describe("a value whose name says that it is secret is shown nowhere", () => {
  const names = [
    "token",
    "csrf_token",
    "accessToken",
    "access-tokens",
    "client_secret",
    "password",
    "passwd",
  ];
  names.push(
    "code_verifier",
    "client_assertion",
    "api_key",
    "apikey",
    "X-Api-Key",
    "credential",
    "credentials",
  );
  names.push(
    "cookie",
    "session",
    "id_jwt",
    "authorization",
    "code",
    "auth_code",
    "authorization_code",
    "userCode",
    "user_code",
    "device_code",
    "deviceCode",
  );

  it.each(names)("%s: of a field, a header or words of an answer, and of a form", async (name) => {
    const answers: Answer[] = [
      { status: 400, body: { error: "x", [name]: fresh } },
      { status: 400, body: { error: "x", more: [{ [name]: 12345 }] } },
      { status: 400, headers: { [`x-${name}`]: fresh }, body: { error: "x" } },
      { status: 400, body: { error: "x", error_description: `was given ${name}=${fresh}` } },
      { status: 400, body: { error: "x", error_description: `was given "${name}" : "${fresh}"` } },
      { status: 400, body: { error: "x", error_description: `was given ${name}%3D${fresh}&a=1` } },
      {
        status: 400,
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: `error=x&${name}=${fresh}`,
      },
    ];
    for (const answer of answers) {
      const text = await logged(answer);
      expect(text).toContain("[redacted]");
      expect(text).not.toContain(fresh);
      expect(text).not.toContain("12345");
    }
  });

  it.each(["x-signing-key", "x-auth", "dpop", "dpop-nonce", "set-cookie", "proxy-authorization"])(
    "%s, which is a header's name",
    async (name) => {
      expect(await logged({ status: 400, headers: { [name]: fresh }, body: "" })).not.toContain(fresh);
    },
  );
});

const spellings: Record<string, (secret: string) => string> = {
  "as it is": (secret) => secret,
  "JSON in words": (secret) => JSON.stringify(secret).slice(1, -1),
  "JSON twice": (secret) => JSON.stringify(JSON.stringify(secret)).slice(3, -3),
  "JSON by code points": (secret) =>
    secret.replace(/[^a-z0-9]/gi, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`),
  "a form": (secret) => new URLSearchParams({ "": secret }).toString().slice(1),
  "a URL": encodeURIComponent,
  "a URL in lower case": (secret) => encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
  "a URL twice": (secret) => encodeURIComponent(encodeURIComponent(secret)),
  HTML: (secret) =>
    secret.replace(
      /[&<>"']/g,
      (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[char] ?? "&#39;",
    ),
  "HTML by number": (secret) =>
    secret.replace(/[^a-z0-9]/gi, (char) => `&#x${char.charCodeAt(0).toString(16)};`),
  Base64: (secret) => Buffer.from(secret).toString("base64"),
  Base64url: (secret) => Buffer.from(secret).toString("base64url"),
  "Basic credentials": (secret) => Buffer.from(`client:${secret}`).toString("base64"),
  "Base64 of a longer text": (secret) =>
    Buffer.from(`{"client_id":"cl","s":"${secret}","x":1}`).toString("base64"),
  "Base64 in a URL": (secret) => encodeURIComponent(Buffer.from(`:${secret}:`).toString("base64")),
};
const secrets = [
  'quo"te\\back/slash',
  "plus+and space&amp",
  "pünktchen<1>'x'",
  "a%41=b;c:d",
  "1d14434088507ffa390e6f55",
  '!"§$%&/()=?',
];

/** What of a spelling no reader may be left with. */
const traces = (spelt: string) => [spelt, spelt.slice(0, Math.ceil(spelt.length * 0.8))];

describe.each(secrets)("the secret %s, which a server repeats", (secret) => {
  it.each(Object.keys(spellings))("as %s, is in no error and no log", async (name) => {
    const spelt = (spellings[name] as (text: string) => string)(secret);
    const answers: Answer[] = [
      { status: 400, body: { error: "invalid_client", error_description: `no such secret ${spelt} here` } },
      { status: 302, headers: { location: `/?said=${encodeURI(spelt)}` }, body: "" },
      { status: 500, headers: { "x-echo": encodeURI(spelt) }, body: `<p>${spelt}</p>` },
      { status: 200, body: { access_token: "a b", echo: spelt, error: spelt } },
    ];
    for (const answer of answers) {
      const text = await logged(answer, secret);
      const forms = [
        spelt,
        encodeURI(spelt),
        JSON.stringify(spelt).slice(1, -1),
        inspect(spelt).slice(1, -1),
      ];
      for (const trace of forms.flatMap(traces)) expect(text).not.toContain(trace);
      if (answer.status === 400) expect(text).toMatch(/invalid_client: no such secret\W?\S*\[redacted/);
    }
  });
});

it("a secret of four letters is found again, a shorter one would blot out words", async () => {
  const said = (secret: string) =>
    logged({ status: 400, body: { error: "x", error_description: `no (${secret}) here` } }, secret);
  expect(await said("q7zk")).not.toContain("q7zk");
  expect(await said("no")).toContain("x: no (no) here");
});

describe("what a refusal names is no way out for a secret", () => {
  const long = "a-secret-of-more-than-fifteen-letters";
  it.each<[name: string, secret: string, body: object]>([
    ["a long one within the error's name", long, { error: `no ${long}` }],
    ["a short one that is the error's name", "q7zk-short", { error: "q7zk-short" }],
    ["one in the error's path", long, { error: { error_name: "x", error_msg: "y", error_path: long } }],
  ])("%s", async (_, secret, body) => {
    expect(await logged({ status: 400, body }, secret)).not.toContain(secret);
  });

  it.each([
    ["a long word behind a name and a colon", `refresh token: ${fresh}`, fresh],
    ["a short one behind a name and a sign of equality", "password=hunter2", "hunter2"],
  ])("%s", async (_, said, hidden) => {
    const text = await logged({ status: 400, body: { error: "x", error_description: said } });
    expect(text).not.toContain(hidden);
  });
});

describe("what is no secret", () => {
  it("stays readable: names, words, numbers", async () => {
    const words = "Invalid grant data (refresh token): expired";
    const text = await logged({
      status: 400,
      body: { error: "invalid_grant", error_description: words, trace: 17 },
    });
    expect(text).toContain(`invalid_grant: ${words}`);
    expect(text).toContain('trace\\":17');
    expect(text).toContain("/oauth/token?refresh");
  });

  it("keeps the error's name although a short secret is part of it", async () => {
    const text = await logged({ status: 400, body: { error: "invalid_grant" } }, "grant");
    expect(text).toContain("HTTP 400 invalid_grant");
  });

  it("is shown although it comes as text, and so is that there was nothing", async () => {
    const body = { access_token: fresh, expires_in: "60" };
    expect(await logged({ body })).toContain('expires_in\\":\\"60');
    expect(await logged({ status: 503, body: "" })).toContain('"body":""');
  });

  it("is shown of a success, so that a log says what came", async () => {
    const text = await logged({ body: json });
    for (const part of ['token_type\\":\\"Bearer', 'expires_in\\":60', 'access_token\\":\\"[redacted]']) {
      expect(text).toContain(part);
    }
  });
});

describe("an account that is no account", () => {
  it("is an error without the key that asked, or the tokens that came", async () => {
    const server = await startRecorder({ body: { echo: "Basic a2V5LW9mLWFuLWFjY291bnQ6", token: fresh } });
    servers.push(server);
    const error = await new AccountApi({ baseUrl: server.url, apiKey: "key-of-an-account" })
      .accountGet()
      .then(
        () => expect.fail("expected a rejection"),
        (fault: unknown) => inspect(fault, { showHidden: true, depth: 9 }),
      );
    expect(error).toContain("account is missing");
    for (const part of ["a2V5LW9m", "key-of-an", fresh]) expect(error).not.toContain(part);
  });
});
