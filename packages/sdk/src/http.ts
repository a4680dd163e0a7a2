import type { Configuration, DebugEvent } from "./configuration.js";
import {
  ApiError,
  InvalidArgumentError,
  InvalidResponseError,
  NetworkError,
  TimeoutError,
} from "./errors.js";
import type { CallOptions } from "./models.js";
import { redactHeaders, redactText } from "./redact.js";
import { toErrorDetails } from "./wire.js";

/** One request, complete. */
export interface HttpRequest {
  method: "GET" | "POST";
  url: string;
  headers: Record<string, string>;
  body?: string;
  /** Values that must never appear in an error or a log. */
  secrets: readonly string[];
}

/** One response, its body read. */
export interface HttpResponse {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * The response when its status is 2xx.
 * Throws ApiError for a refusal, InvalidResponseError for a redirect or an oversized body, NetworkError, TimeoutError,
 * or the reason of the caller's signal. A redirect is never followed: it would carry the secrets to another address.
 */
export async function send(
  config: Configuration,
  request: HttpRequest,
  options: CallOptions = {},
): Promise<HttpResponse> {
  const headers = mergeHeaders(
    request.headers,
    { "user-agent": config.userAgent },
    config.defaultHeaders,
    options.headers,
  );
  const event = { method: request.method, url: request.url };
  const { secrets } = request;
  log(config, {
    ...event,
    type: "request",
    headers: redactHeaders(headers),
    ...(request.body === undefined ? {} : { body: redactText(request.body, secrets) }),
  });
  try {
    const response = await exchange(config, { ...request, headers }, options);
    log(config, {
      ...event,
      type: "response",
      statusCode: response.statusCode,
      headers: redactHeaders(response.headers),
      body: redactText(response.body, secrets),
    });
    return accept(response, secrets);
  } catch (error) {
    log(config, { ...event, type: "failure", error: error instanceof Error ? error.name : "unknown" });
    throw error;
  }
}

function accept(response: HttpResponse, secrets: readonly string[]): HttpResponse {
  const { statusCode } = response;
  if (statusCode >= 200 && statusCode < 300) return response;
  const safe = { ...response, body: redactText(response.body, secrets) };
  // Browsers show a redirect that is not followed as status 0.
  if (statusCode < 400) throw new InvalidResponseError("the server answered with a redirect", safe);
  throw new ApiError(toErrorDetails(safe.body), safe);
}

async function exchange(
  config: Configuration,
  request: HttpRequest,
  options: CallOptions,
): Promise<HttpResponse> {
  const timeoutMs = options.timeoutMs ?? config.timeoutMs;
  if (!(timeoutMs > 0))
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
    Math.min(timeoutMs, 2 ** 31 - 1),
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
    if (timedOut) throw new TimeoutError(timeoutMs);
    if (options.signal?.aborted) throw options.signal.reason;
    if (error instanceof InvalidResponseError) throw error;
    throw new NetworkError("the request got no response", { cause: error });
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", onAbort);
    controller.abort(); // frees the connection of a body that was not read to its end
  }
}

async function readResponse(response: Response, maxBytes: number): Promise<HttpResponse> {
  const headers: Record<string, string> = {};
  response.headers.forEach((value, name) => {
    headers[name.toLowerCase()] = value;
  });
  const info = { statusCode: response.status, headers, body: "" };
  if (response.body === null) return info;
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > maxBytes)
      throw new InvalidResponseError(`the body exceeds ${maxBytes} bytes`, { ...info, body: "" });
    info.body += decoder.decode(value, { stream: true });
  }
  info.body += decoder.decode();
  return info;
}

const HEADER_NAME = /^[!#$%&'*+.^`|~\w-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

// Later sources win; names are compared without case, so that one header is never sent twice.
function mergeHeaders(...sources: (Record<string, string> | undefined)[]): Record<string, string> {
  const merged: Record<string, string> = {};
  for (const source of sources) {
    for (const [name, value] of Object.entries(source ?? {})) {
      // Here and by name: what fetch throws holds the value, which may be a token.
      if (!HEADER_NAME.test(name) || typeof value !== "string" || !HEADER_VALUE.test(value)) {
        throw new InvalidArgumentError("headers", `cannot hold the given ${JSON.stringify(name)}`);
      }
      merged[name.toLowerCase()] = value;
    }
  }
  return merged;
}

function log(config: Configuration, event: DebugEvent): void {
  try {
    config.debug?.(event);
  } catch {
    // A broken log must not break the call.
  }
}
