/** One request and its answer: limits, errors and the debug log. Follows no redirect and repeats nothing. */
import type { Configuration, DebugEvent, FetchResponse } from "./configuration.js";
import {
  ApiError,
  InvalidArgumentError,
  InvalidResponseError,
  NetworkError,
  TimeoutError,
} from "./errors.js";
import { notify } from "./listener.js";
import type { CallOptions } from "./models.js";
import { redactMessage, redactText } from "./redact.js";
import { toErrorDetails } from "./wire.js";

/** One request, complete. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  /** Values that must never appear in an error or a log. */
  readonly secrets: readonly string[];
  /** Whether a success brings tokens: nothing of it is then logged that is not known to be none. */
  readonly bringsTokens?: boolean;
}

/** One response, its body read. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/**
 * The response when its status is 2xx. A redirect is never followed: it would carry the secrets to another address.
 * @throws {ApiError} for a refusal.
 * @throws {InvalidResponseError} for a redirect or an oversized body.
 * @throws {NetworkError} when no response arrived, {TimeoutError} when none did in time, or the reason of the signal.
 */
export async function send(
  config: Configuration,
  request: HttpRequest,
  options: CallOptions = {},
): Promise<HttpResponse> {
  const { method, url, secrets, body } = request;
  const headers = mergeHeaders(
    request.headers,
    { "user-agent": config.userAgent },
    config.defaultHeaders,
    options.headers,
  );
  const log = (event: () => Omit<DebugEvent, "method" | "url">) => {
    if (config.debug !== undefined) notify(config.debug, { method, url, ...event() });
  };
  log(() => {
    const shown = redactMessage({ headers, body: body ?? "" }, secrets);
    return { type: "request", headers: shown.headers, ...(body === undefined ? {} : { body: shown.body }) };
  });
  try {
    const response = await exchange(config, { ...request, headers }, options);
    log(() => ({ type: "response", ...redactResponse(response, request) }));
    return accept(response, request);
  } catch (error) {
    log(() => ({ type: "failure", error: error instanceof Error ? error.name : "unknown" }));
    throw error;
  }
}

/** The response as errors and logs may show it. */
export function redactResponse(response: HttpResponse, request: HttpRequest): HttpResponse {
  const isSuccess = response.statusCode >= 200 && response.statusCode < 300;
  return redactMessage(response, request.secrets, isSuccess && request.bringsTokens === true);
}

function accept(response: HttpResponse, request: HttpRequest): HttpResponse {
  const { statusCode } = response;
  if (statusCode >= 200 && statusCode < 300) return response;
  const safe = redactResponse(response, request);
  // Browsers show a redirect that is not followed as status 0.
  if (statusCode < 400) throw new InvalidResponseError("the server answered with a redirect", safe);
  const { errorName, errorMsg, errorPath } = toErrorDetails(response.body);
  const { secrets } = request;
  const clean = (text = "", hidden = secrets) => redactText(text, hidden) || undefined;
  // A short secret may be part of an innocent name, on which hangs what the error means.
  const ofNames = secrets.filter((secret) => secret.length > 15 || secret === errorName);
  const details = {
    errorName: clean(errorName, ofNames),
    errorMsg: clean(errorMsg),
    errorPath: clean(errorPath),
  };
  throw new ApiError(details, safe);
}

async function exchange(
  config: Configuration,
  request: HttpRequest,
  options: CallOptions,
): Promise<HttpResponse> {
  const timeoutMilliseconds = options.timeoutMs ?? config.timeoutMs;
  if (!(timeoutMilliseconds > 0))
    throw new InvalidArgumentError("timeoutMs", "must be a positive number of milliseconds");
  options.signal?.throwIfAborted();
  const controller = new AbortController();
  const onAbort = () => controller.abort();
  options.signal?.addEventListener("abort", onAbort, { once: true });
  let timedOut = false;
  const timer = setTimeout(
    () => {
      timedOut = true;
      controller.abort();
    },
    Math.min(timeoutMilliseconds, 2 ** 31 - 1),
  );
  try {
    const response = await config.fetch(request.url, {
      method: request.method,
      headers: request.headers,
      ...(request.body === undefined ? {} : { body: request.body }),
      redirect: "manual",
      signal: controller.signal,
    });
    return await readResponse(response, config.maxResponseBytes);
  } catch (error) {
    if (timedOut) throw new TimeoutError(timeoutMilliseconds, `${nameOf(request)}: no complete response`);
    if (options.signal?.aborted) throw options.signal.reason;
    if (error instanceof InvalidResponseError) throw error;
    throw networkError(request, error);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", onAbort);
    controller.abort(); // frees the connection of a body that was not read to its end
  }
}

async function readResponse(response: FetchResponse, maxBytes: number): Promise<HttpResponse> {
  const headers: Record<string, string> = {};
  response.headers.forEach((value, name) => {
    headers[name.toLowerCase()] = value;
  });
  const info = { statusCode: response.status, headers };
  const decoder = new TextDecoder();
  let body = "";
  let size = 0;
  for await (const chunk of chunksOf(response)) {
    const bytes = typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
    size += bytes.byteLength;
    if (size > maxBytes)
      throw new InvalidResponseError(`the body exceeds ${maxBytes} bytes`, { ...info, body: "" });
    body += decoder.decode(bytes, { stream: true });
  }
  return { ...info, body: body + decoder.decode() };
}

/** A body as web streams have it, as Node's streams do (node-fetch and its kin), or in one piece where there is neither. */
async function* chunksOf(response: FetchResponse): AsyncGenerator<Uint8Array | string> {
  const body = response.body as Partial<ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>> | null;
  if (body === null) return;
  if (typeof body?.getReader === "function") {
    const reader = body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } else if (body?.[Symbol.asyncIterator] !== undefined) yield* body as AsyncIterable<Uint8Array>;
  else yield await response.text();
}

/** A request in a message: its query may say more than a log should hold. */
const nameOf = ({ method, url }: HttpRequest) => `${method} ${url.replace(/\?.*/, "")}`;

/** What went wrong lies beneath: `fetch` says only that it failed. */
function networkError(request: HttpRequest, cause: unknown): NetworkError {
  let code: string | undefined;
  let words = "no response";
  let fault = cause as (Error & { code?: unknown; errors?: unknown[] }) | undefined;
  for (let depth = 0; depth < 8 && typeof fault === "object" && fault !== null; depth++) {
    if (typeof fault.code === "string") code = fault.code;
    if (typeof fault.message === "string" && fault.message !== "") words = fault.message;
    fault = (fault.cause ?? fault.errors?.[0]) as typeof fault;
  }
  if (code === "ECONNREFUSED") words = "connection refused";
  else if (code !== undefined && !words.includes(code)) words += ` (${code})`;
  return new NetworkError(`${nameOf(request)}: ${redactText(words, request.secrets)}`, { cause, code });
}

const headerName = /^[!#$%&'*+.^`|~\w-]+$/;
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;

// Later sources win; names are compared without case, so that one header is never sent twice.
function mergeHeaders(...sources: (Record<string, string> | undefined)[]): Record<string, string> {
  const merged: Record<string, string> = {};
  for (const source of sources) {
    for (const [name, value] of Object.entries(source ?? {})) {
      // Here and by name: what fetch throws holds the value, which may be a token.
      if (!headerName.test(name) || typeof value !== "string" || !headerValue.test(value)) {
        throw new InvalidArgumentError("headers", `cannot hold the given ${JSON.stringify(name)}`);
      }
      merged[name.toLowerCase()] = value;
    }
  }
  return merged;
}
