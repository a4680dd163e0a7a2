/** Request and answer as they went over the wire, for a person to read: bounded, and without a secret, code or token. */

import type { FastifyReply, FastifyRequest } from "fastify";
import { bodyKind } from "../../http/body.js";
import { parseJson } from "../../http/json.js";
import { pathOf, queryOf } from "../../http/target.js";
import { curlCommand, type Pairs, type Sent } from "./curl.js";
import { isSecret, shortened, shownValue } from "./redact.js";

export interface Message {
  /** `POST /oauth/token` or `200`. */
  readonly start: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | undefined;
}

export interface Exchange {
  readonly request: Message;
  /** Undefined where no answer was sent. */
  readonly response: Message | undefined;
  /** The request as a command, with variables in the place of secrets. */
  readonly curl: string;
}

/** Most characters kept of one body. */
const mostCharacters = 3000;
const requestHeaders = ["content-type", "authorization", "accept", "user-agent", "origin"];
const responseHeaders =
  /^(content-type|location|www-authenticate|retry-after|allow|cache-control|x-ratelimit-.*)$/;

export function exchangeOf(
  request: FastifyRequest,
  reply: FastifyReply | undefined,
  payload: unknown,
  base: string,
): Exchange {
  const sent = sentBy(request, base);
  return {
    request: {
      start: `${request.method} ${pathOf(request).slice(0, 200)}${queryText(sent.query)}`,
      headers: shownHeaders(request),
      body: clipped(bodyText(request, sent)),
    },
    response: reply && {
      start: String(reply.statusCode),
      headers: answerHeaders(reply),
      body: clipped(answerText(payload)),
    },
    curl: curlCommand(sent),
  };
}

function sentBy(request: FastifyRequest, base: string): Sent {
  const kind = bodyKind(request);
  const body = Buffer.isBuffer(request.body) ? request.body.toString("utf8") : "";
  return {
    method: request.method,
    url: `${base}${pathOf(request).slice(0, 200)}`,
    query: [...new URLSearchParams(queryOf(request))],
    contentType: request.headers["content-type"]?.split(";")[0],
    authorization: request.headers.authorization,
    json: kind === "json" ? parsed(body) : undefined,
    form: kind === "form" ? [...new URLSearchParams(body)] : undefined,
  };
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function bodyText(request: FastifyRequest, { json, form }: Sent): string | undefined {
  if (json !== undefined) return JSON.stringify(json, maskEach, 2);
  if (form !== undefined) return form.map(([name, value]) => `${name}=${shownValue(name, value)}`).join("\n");
  const length = Buffer.isBuffer(request.body) ? request.body.length : 0;
  return length === 0 ? undefined : `(${length} bytes)`;
}

/** A value of a request: what is not known to be harmless is shortened. */
function maskEach(name: string, value: unknown): unknown {
  return value === null || typeof value === "object" || name === "" ? value : shownValue(name, String(value));
}

function queryText(query: Pairs): string {
  if (query.length === 0) return "";
  return `?${query.map(([name, value]) => `${name}=${shownValue(name, value)}`).join("&")}`;
}

function shownHeaders(request: FastifyRequest): [string, string][] {
  return requestHeaders.flatMap((name): [string, string][] => {
    const value = request.headers[name];
    if (typeof value !== "string") return [];
    return [[name, name === "authorization" ? maskedCredentials(value) : value.slice(0, 200)]];
  });
}

function maskedCredentials(value: string): string {
  const space = value.indexOf(" ");
  return space < 0
    ? shortened(value)
    : `${value.slice(0, space)} ${shortened(value.slice(space + 1).trim())}`;
}

function answerHeaders(reply: FastifyReply): [string, string][] {
  return Object.entries(reply.getHeaders()).flatMap(([name, value]): [string, string][] => {
    if (!responseHeaders.test(name) || value === undefined) return [];
    return [[name, name === "location" ? maskedAddress(String(value)) : String(value).slice(0, 300)]];
  });
}

function maskedAddress(address: string): string {
  const mark = address.indexOf("?");
  if (mark < 0) return address.slice(0, 300);
  return `${address.slice(0, mark)}${queryText([...new URLSearchParams(address.slice(mark + 1))])}`.slice(
    0,
    600,
  );
}

function answerText(payload: unknown): string | undefined {
  if (typeof payload !== "string" || payload === "") return undefined;
  const json = payload.startsWith("{") ? parsed(payload) : undefined;
  if (json === undefined)
    return `(${payload.startsWith("<!doctype") ? "a page of " : ""}${payload.length} characters)`;
  return JSON.stringify(json, maskAnswered, 2);
}

/** A value of an answer: secrets by their name, and those in the query of an address. */
function maskAnswered(name: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (isSecret(name)) return shortened(value);
  return URL.canParse(value) ? maskedAddress(value) : value;
}

function clipped(text: string | undefined): string | undefined {
  return text === undefined || text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters)}\n…`;
}
