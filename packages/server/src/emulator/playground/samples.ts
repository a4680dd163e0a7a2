/**
 * Owns the code to copy. The samples carry the real values of this browser's run, so that they work as they are pasted;
 * every value is quoted by the rules of its language.
 */

import type { Client } from "./calls.js";
import { exchangeBody, refreshBody } from "./calls.js";
import type { SampleView } from "./page/view.js";

export function exchangeSamples(
  base: string,
  client: Client,
  code: string,
  state: string,
  codeVerifier?: string,
): SampleView[] {
  const { clientId: id, clientSecret: secret } = client;
  return [
    {
      language: "curl",
      code: curlPost(`${base}/oauth/token`, exchangeBody(client, code, state, codeVerifier)),
    },
    {
      language: "typescript",
      note: "npm install @countersign/sdk",
      code: `import { OAuthApi } from "@countersign/sdk";

const oauth = new OAuthApi({ baseUrl: ${js(base)} });
const tokens = await oauth.oauthTokenGenerate({
  clientId: ${js(id)},
  clientSecret: ${js(secret)},
  code: ${js(code)},
  state: ${js(state)},${codeVerifier === undefined ? "" : `\n  codeVerifier: ${js(codeVerifier)},`}
});
console.log(tokens);`,
    },
    // The gem knows no code_verifier, which the vendor's service does not read.
    ...(codeVerifier === undefined ? [rubyExchange(base, client, code, state)] : []),
    pythonPost(`${base}/oauth/token`, [
      ["client_id", id],
      ["client_secret", secret],
      ["code", code],
      ["grant_type", "authorization_code"],
      ["state", state],
      ...(codeVerifier === undefined ? [] : [["code_verifier", codeVerifier] as const]),
    ]),
  ];
}

function rubyExchange(base: string, client: Client, code: string, state: string): SampleView {
  return ruby(base, [
    "request = Dropbox::Sign::OAuthTokenGenerateRequest.new",
    `request.client_id = ${rb(client.clientId)}`,
    `request.client_secret = ${rb(client.clientSecret)}`,
    `request.code = ${rb(code)}`,
    `request.state = ${rb(state)}`,
    'request.grant_type = "authorization_code"',
    "",
    "p Dropbox::Sign::OAuthApi.new.oauth_token_generate(request)",
  ]);
}

export function refreshSamples(base: string, client: Client, refreshToken: string): SampleView[] {
  const { clientId: id, clientSecret: secret } = client;
  return [
    { language: "curl", code: curlPost(`${base}/oauth/token?refresh`, refreshBody(client, refreshToken)) },
    {
      language: "typescript",
      note: "npm install @countersign/sdk",
      code: `import { OAuthApi } from "@countersign/sdk";

const oauth = new OAuthApi({ baseUrl: ${js(base)} });
const tokens = await oauth.oauthTokenRefresh({
  refreshToken: ${js(refreshToken)},
  clientId: ${js(id)},
  clientSecret: ${js(secret)},
});
console.log(tokens);`,
    },
    ruby(base, [
      "request = Dropbox::Sign::OAuthTokenRefreshRequest.new",
      'request.grant_type = "refresh_token"',
      `request.refresh_token = ${rb(refreshToken)}`,
      `request.client_id = ${rb(id)}`,
      `request.client_secret = ${rb(secret)}`,
      "",
      "p Dropbox::Sign::OAuthApi.new.oauth_token_refresh(request)",
    ]),
    pythonPost(`${base}/oauth/token?refresh`, [
      ["grant_type", "refresh_token"],
      ["refresh_token", refreshToken],
      ["client_id", id],
      ["client_secret", secret],
    ]),
  ];
}

export function accountSamples(base: string, accessToken: string): SampleView[] {
  const url = `${base}/v3/account`;
  return [
    { language: "curl", code: `curl -sS ${sh(url)} \\\n  -H ${sh(`Authorization: Bearer ${accessToken}`)}` },
    {
      language: "typescript",
      note: "npm install @countersign/sdk",
      code: `import { AccountApi } from "@countersign/sdk";

const accounts = new AccountApi({
  baseUrl: ${js(base)},
  accessToken: ${js(accessToken)},
});
console.log(await accounts.accountGet());`,
    },
    ruby(
      base,
      ["p Dropbox::Sign::AccountApi.new.account_get"],
      [`  config.access_token = ${rb(accessToken)}`],
    ),
    {
      language: "python",
      note: "pip install requests",
      code: `import requests

answer = requests.get(
    ${py(url)},
    headers={"Authorization": ${py(`Bearer ${accessToken}`)}},
    timeout=30,
)
answer.raise_for_status()
print(answer.json())`,
    },
  ];
}

function curlPost(url: string, body: string): string {
  return `curl -sS ${sh(url)} \\\n  -H 'Content-Type: application/json' \\\n  -d ${sh(JSON.stringify(JSON.parse(body), undefined, 2))}`;
}

// The gem's operations name their own hosts; only this setting makes it use the configured one.
function ruby(base: string, lines: readonly string[], settings: readonly string[] = []): SampleView {
  const url = new URL(base);
  const code = [
    'require "dropbox-sign"',
    "",
    "Dropbox::Sign.configure do |config|",
    `  config.scheme = ${rb(url.protocol.slice(0, -1))}`,
    `  config.host = ${rb(url.host)}`,
    "  config.ignore_operation_servers = true",
    ...settings,
    "end",
    "",
    ...lines,
  ];
  return { language: "ruby", note: "gem install dropbox-sign", code: code.join("\n") };
}

function pythonPost(url: string, members: readonly (readonly [string, string])[]): SampleView {
  const code = `import requests

answer = requests.post(
    ${py(url)},
    json={
${members.map(([name, value]) => `        ${py(name)}: ${py(value)},`).join("\n")}
    },
    timeout=30,
)
answer.raise_for_status()
print(answer.json())`;
  return { language: "python", note: "pip install requests", code };
}

/** A word of a POSIX shell; nothing inside single quotes has a meaning there. */
export function sh(value: string): string {
  return /^[\w:/.@%+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

/** A JavaScript string. */
export function js(value: string): string {
  return JSON.stringify(value);
}

/** A Python string: its escapes include those of JSON. */
export function py(value: string): string {
  return JSON.stringify(value);
}

/** A Ruby string: as in JSON, but `#` may begin an interpolation, and `\/` never occurs. */
export function rb(value: string): string {
  return JSON.stringify(value).replaceAll("#", "\\#");
}
