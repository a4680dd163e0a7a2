/** Owns the demo app's HTTP: what it sends, and that any answer, or none, becomes a record. */

import type { Outcome, RecordedCall } from "./run.js";

export interface Http {
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly baseUrl: () => string;
}

export interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

const userAgent = "Countersign-playground";
const timeoutMilliseconds = 15_000;
const mostCharacters = 50_000;

/** The body of the exchange, its members in the order of the documented example. */
export function exchangeBody(client: Client, code: string, state: string, codeVerifier?: string): string {
  return JSON.stringify({
    client_id: client.clientId,
    client_secret: client.clientSecret,
    code,
    grant_type: "authorization_code",
    state,
    code_verifier: codeVerifier,
  });
}

/** The client's credentials go along: apps made today must send them. */
export function refreshBody(client: Client, refreshToken: string): string {
  return JSON.stringify({
    grant_type: "refresh_token",
    refresh_token: refreshToken,
    client_id: client.clientId,
    client_secret: client.clientSecret,
  });
}

export function callToken(http: Http, query: "" | "?refresh", body: string): Promise<RecordedCall> {
  const headers = {
    "Content-Type": "application/json",
    Accept: "application/json",
    "User-Agent": userAgent,
  };
  return call(http, { method: "POST", url: `${http.baseUrl()}/oauth/token${query}`, headers, body });
}

/** RFC 7662 and RFC 7009: a form, with the client's credentials in it. */
export function callForm(
  http: Http,
  path: "/oauth/introspect" | "/oauth/revoke",
  client: Client,
  token: string,
): Promise<RecordedCall> {
  const headers = {
    "Content-Type": "application/x-www-form-urlencoded",
    Accept: "application/json",
    "User-Agent": userAgent,
  };
  const { clientId, clientSecret } = client;
  const body = new URLSearchParams({ token, client_id: clientId, client_secret: clientSecret }).toString();
  return call(http, { method: "POST", url: `${http.baseUrl()}${path}`, headers, body });
}

export function callAccount(http: Http, accessToken: string): Promise<RecordedCall> {
  return call(http, {
    method: "GET",
    url: `${http.baseUrl()}/v3/account`,
    headers: bearer(accessToken),
  });
}

export interface SendOrder {
  readonly accessToken: string;
  readonly signer: string;
  /** Where the signer goes on afterwards. */
  readonly backTo: string;
}

export function callSend(http: Http, { accessToken, signer, backTo }: SendOrder): Promise<RecordedCall> {
  const body = JSON.stringify({
    title: "Demo agreement",
    test_mode: true,
    signers: [{ name: signer.split("@")[0] || signer, email_address: signer }],
    file_urls: ["https://example.com/agreement.pdf"],
    signing_redirect_url: backTo,
  });
  const headers = { ...bearer(accessToken), "Content-Type": "application/json" };
  return call(http, { method: "POST", url: `${http.baseUrl()}/v3/signature_request/send`, headers, body });
}

export function callFileUrl(http: Http, accessToken: string, id: string): Promise<RecordedCall> {
  const url = `${http.baseUrl()}/v3/signature_request/files_as_file_url/${encodeURIComponent(id)}?force_download=0`;
  return call(http, { method: "GET", url, headers: bearer(accessToken) });
}

const bearer = (accessToken: string) => ({
  Authorization: `Bearer ${accessToken}`,
  Accept: "application/json",
  "User-Agent": userAgent,
});

type Request = Omit<RecordedCall, "outcome" | "milliseconds">;

/** Never rejects: a server that is down or talks nonsense is something to show. */
async function call(http: Http, request: Request): Promise<RecordedCall> {
  const started = http.now();
  const outcome = await send(http, request).catch(
    (fault: unknown): Outcome => ({ kind: "failed", reason: reasonOf(fault) }),
  );
  return { ...request, outcome, milliseconds: Math.max(0, Math.round(http.now() - started)) };
}

async function send(http: Http, request: Request): Promise<Outcome> {
  const response = await http.fetch(request.url, {
    method: request.method,
    headers: request.headers,
    ...(request.body !== undefined && { body: request.body }),
    // Following would turn the POST into a GET, or carry the secret to another host.
    redirect: "manual",
    signal: AbortSignal.timeout(timeoutMilliseconds),
  });
  const text = (await response.text()).slice(0, mostCharacters);
  return {
    kind: "answered",
    status: response.status,
    statusText: response.statusText,
    headers: [...response.headers],
    text,
    json: parseJson(text),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOf(fault: unknown): string {
  if (!(fault instanceof Error)) return "unknown reason";
  if (fault.name === "TimeoutError") return `no answer within ${timeoutMilliseconds / 1000} seconds`;
  const cause = fault.cause instanceof Error ? fault.cause : fault;
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.message;
}
