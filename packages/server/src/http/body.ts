/** A request's parameters from its body: JSON, form or multipart, decoded strictly. */

import { isAscii } from "node:buffer";
import { Busboy } from "@fastify/busboy";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Parameters } from "../oauth/parameters.js";
import { type Refusal, wordedRefusal } from "../oauth/refusal.js";
import { parseJson } from "./json.js";

export type BodyKind = "json" | "form" | "multipart" | "none" | "other";

/** Most parameters one body may have. */
const mostParameters = 100;

/** Returns the kind of body a request says it has. */
export function bodyKind(request: FastifyRequest): BodyKind {
  const type = mediaType(request.headers["content-type"]);
  if (type === undefined) return "none";
  if (type === "application/json" || type.endsWith("+json")) return "json";
  if (type === "application/x-www-form-urlencoded") return "form";
  return type === "multipart/form-data" ? "multipart" : "other";
}

/** As clients write them: these need no parsing. */
const plainTypes: ReadonlySet<string | undefined> = new Set([
  "application/json",
  "application/x-www-form-urlencoded",
]);

function mediaType(header: string | undefined): string | undefined {
  if (plainTypes.has(header)) return header;
  return header?.split(";")[0]?.trim().toLowerCase() || undefined;
}

const remembered = Symbol("parameters");

/** Gives each request of a server a place for its parameters, which are parsed once for all who ask. */
export function keepParameters(server: FastifyInstance): void {
  server.decorateRequest(remembered, undefined);
}

/**
 * Returns the parameters of the body: those of a multipart body later, of any other at once.
 * @throws {Refusal} `body_malformed` or `body_unsupported`.
 */
export function readParameters(request: FastifyRequest): Parameters | Promise<Parameters> {
  const kept = request as { [remembered]?: Parameters | Promise<Parameters> };
  kept[remembered] ??= parseBody(request);
  return kept[remembered];
}

function parseBody(request: FastifyRequest): Parameters | Promise<Parameters> {
  const body = bytesOf(request);
  checkEncoding(request, body);
  const contentType = request.headers["content-type"];
  switch (bodyKind(request)) {
    case "json":
      return Parameters.fromPairs(parseJsonMembers(decodeUtf8(body)));
    case "form":
      return Parameters.fromPairs(parseForm(decodeUtf8(body)));
    case "multipart":
      return parseMultipart(contentType as string, body).then(Parameters.fromPairs);
    case "none":
      if (body.length === 0) return Parameters.fromPairs([]);
  }
  throw unsupportedType();
}

export function unsupportedType(): Refusal {
  return wordedRefusal(
    "body_unsupported",
    "Content-Type must be application/json, application/x-www-form-urlencoded or multipart/form-data",
  );
}

/** @throws {Refusal} `body_unsupported` for a body that is compressed or not UTF-8. */
export function checkEncoding({ headers }: FastifyRequest, body: Buffer): void {
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    throw wordedRefusal("body_unsupported", "Content-Encoding is not supported: send the body as it is");
  }
  checkCharset(headers["content-type"], body);
}

function bytesOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** Encodings in which ASCII reads as it does in UTF-8. Many a client library declares the first for a form. */
const asciiSupersets = /^(iso[-_]?8859-\d{1,2}|latin-?\d|windows-125\d|us-ascii|ascii)$/;

function checkCharset(contentType: string | undefined, body: Buffer): void {
  if (plainTypes.has(contentType)) return;
  const charset = /;\s*charset\s*=\s*["']?([^\s;"']+)/i.exec(contentType ?? "")?.[1]?.toLowerCase();
  if (charset === undefined || charset === "utf-8" || charset === "utf8") return;
  if (asciiSupersets.test(charset) && isAscii(body)) return;
  throw wordedRefusal("body_unsupported", "The charset of the body must be UTF-8");
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

export function decodeUtf8(body: Buffer): string {
  if (isAscii(body)) return body.toString("latin1");
  try {
    return strictUtf8.decode(body);
  } catch {
    throw wordedRefusal("body_malformed", "it is not valid UTF-8");
  }
}

/**
 * Returns the members of a JSON object that is not a request's parameters: lists and objects may be among them.
 * @throws {Refusal} also where a name is there twice: readers would differ in which one counts.
 */
export function parseJsonObject(body: Buffer): Readonly<Record<string, unknown>> {
  const members = parseJsonMembers(decodeUtf8(body));
  const names = new Set(members.map(([name]) => name));
  if (names.size < members.length) throw wordedRefusal("body_malformed", "it has two members of one name");
  return Object.fromEntries(members);
}

/** Returns the members of a request's JSON object. @throws {Refusal} */
export function readJsonObject(request: FastifyRequest): Readonly<Record<string, unknown>> {
  const contentType = request.headers["content-type"];
  if (request.headers["content-encoding"] !== undefined || bodyKind(request) !== "json")
    throw wordedRefusal(
      "body_unsupported",
      "Content-Type must be application/json, without Content-Encoding",
    );
  const body = bytesOf(request);
  checkCharset(contentType, body);
  return parseJsonObject(body);
}

function parseJsonMembers(text: string): [string, unknown][] {
  if (text.trim() === "") throw wordedRefusal("body_malformed", "it is empty; send a JSON object");
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw wordedRefusal("body_malformed", `it is ${(error as SyntaxError).message}`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw wordedRefusal("body_malformed", "it must be a JSON object");
  }
  const names = fieldNames(text);
  if (names.length > mostParameters) throw wordedRefusal("body_malformed", "it has too many parameters");
  return names.map((name) => [name, (value as Record<string, unknown>)[name]]);
}

/** Returns the names of a JSON object's own fields as often as they occur: JSON.parse drops all but the last of equals. */
function fieldNames(json: string): string[] {
  const names: string[] = [];
  let depth = 0;
  for (const [token, name] of json.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === "{" || token === "[") depth += 1;
    else if (token === "}" || token === "]") depth -= 1;
    else if (depth === 1 && name !== undefined) names.push(JSON.parse(name));
  }
  return names;
}

/** URLSearchParams reads anything; a broken percent-encoding is refused instead of being guessed at. */
export function parseForm(text: string): [string, string][] {
  const pairs: [string, string][] = [];
  for (const part of text.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const [name, value] = equals < 0 ? [part, ""] : [part.slice(0, equals), part.slice(equals + 1)];
    pairs.push([decodeFormText(name), decodeFormText(value)]);
    if (pairs.length > mostParameters) throw wordedRefusal("body_malformed", "it has too many parameters");
  }
  return pairs;
}

function decodeFormText(text: string): string {
  // Tokens, codes and secrets hold neither: most values are as they are.
  if (!/[%+]/.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw wordedRefusal("body_malformed", "its percent-encoding is broken");
  }
}

/** Returns the boundary of a multipart body (RFC 2046 §5.1.1), or undefined if it names none. */
function boundaryOf(contentType: string): string | undefined {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]*)"|([^\s;"]*))\s*(?:;|$)/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain ?? "";
  return /^[A-Za-z0-9'()+_,./:=? -]{0,69}[A-Za-z0-9'()+_,./:=?-]$/.test(boundary) ? boundary : undefined;
}

/** The parser reads a body of thousands of parts for a second before it gives up: they are counted first. */
function hasTooManyParts(body: Buffer, boundary: string): boolean {
  const delimiter = `--${boundary}`;
  let parts = 0;
  for (let at = body.indexOf(delimiter); at >= 0; at = body.indexOf(delimiter, at + delimiter.length))
    if (++parts > mostParameters + 1) return true;
  return false;
}

function parseMultipart(contentType: string, body: Buffer): Promise<[string, string][]> {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined)
    throw wordedRefusal("body_malformed", "its multipart boundary is missing or broken");
  if (hasTooManyParts(body, boundary)) throw wordedRefusal("body_malformed", "it has too many parts");
  return new Promise((resolve, reject) => {
    const fail = (detail: string) => reject(wordedRefusal("body_malformed", detail));
    const pairs: [string, string][] = [];
    try {
      const limits = { fields: mostParameters, files: 0, parts: mostParameters, fieldSize: 65_536 };
      const parser = new Busboy({
        headers: { "content-type": `multipart/form-data; boundary="${boundary}"` },
        limits,
      });
      parser.on("field", (name: string, value: string, nameCut: boolean, valueCut: boolean) => {
        if (nameCut || valueCut) fail("a multipart field is too long");
        else pairs.push([name, value]);
      });
      parser.on("filesLimit", () => fail("it must not hold files"));
      for (const limit of ["fieldsLimit", "partsLimit"] as const)
        parser.on(limit, () => fail("it has too many parts"));
      parser.on("error", () => fail("it is not well-formed multipart/form-data"));
      parser.on("finish", () => resolve(pairs));
      parser.end(body);
    } catch {
      fail("its multipart boundary is missing or broken");
    }
  });
}
