/**
 * The body of an API request as one tree, whatever dialect it came in: JSON, forms and multipart with brackets
 * (`signers[0][name]`), and multipart as the official SDKs write it, with each list or object as JSON text in one part.
 */

import { Busboy } from "@fastify/busboy";
import type { FastifyRequest } from "fastify";
import { bodyKind, checkEncoding, decodeUtf8, parseForm, unsupportedType } from "../../http/body.js";
import { parseJson } from "../../http/json.js";
import { queryOf } from "../../http/target.js";
import { wordedRefusal } from "../../oauth/refusal.js";
import { ApiFault } from "./api-fault.js";

export interface UploadedFile {
  /** The name of its part, such as `files[0]`. */
  readonly field: string;
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Buffer;
}

export interface ApiBody {
  readonly tree: Tree;
  readonly files: readonly UploadedFile[];
}

export type Tree = Readonly<Record<string, unknown>>;

/** Largest body of an operation that takes files, in bytes. */
export const largestUploadBytes = 25 * 1024 * 1024;
/** Largest body without files, in bytes: parsing it takes many times its size. */
const largestTextBytes = 1024 * 1024;
/** Most fields and files of one body. */
const mostFields = 2000;
const mostFiles = 40;
/** Parts without a name are neither, and cost as much. */
const mostParts = mostFields + mostFiles;
const deepestName = 6;

/** @throws {ApiFault} and {Refusal} when the body cannot be read. */
export async function readBody(request: FastifyRequest): Promise<ApiBody> {
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  checkEncoding(request, bytes);
  const kind = bodyKind(request);
  if (kind !== "multipart" && bytes.length > largestTextBytes)
    throw wordedRefusal("body_too_large", "A body without files must have at most 1 MiB");
  switch (kind) {
    case "json":
      return { tree: bytes.length === 0 ? {} : readJson(decodeUtf8(bytes)), files: [] };
    case "form":
      return { tree: treeOf(parseForm(decodeUtf8(bytes))), files: [] };
    case "multipart": {
      const { pairs, files } = await readMultipart(request.headers["content-type"] as string, bytes);
      return { tree: treeOf(pairs), files };
    }
    case "none":
      if (bytes.length === 0) return { tree: {}, files: [] };
  }
  throw unsupportedType();
}

/** Returns the query as a tree. */
export function readQuery(request: FastifyRequest): Tree {
  return treeOf([...new URLSearchParams(queryOf(request))]);
}

function readJson(text: string): Tree {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new ApiFault("bad_request", `The request body is ${(error as SyntaxError).message}`);
  }
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as Tree;
  throw new ApiFault("bad_request", "The request body must be a JSON object");
}

/** @throws {ApiFault} at a name sent twice or nested too deeply. */
export function treeOf(pairs: readonly (readonly [string, string])[]): Tree {
  if (pairs.length > mostFields) throw new ApiFault("bad_request", "The request has too many parameters");
  const root: Branch = Object.create(null);
  for (const [name, value] of pairs) put(root, segmentsOf(name), value, name);
  return root;
}

type Branch = Record<string, unknown>;

/** `signers[0][name]` is `signers`, `0`, `name`; `tags[]` is the next of `tags`. */
function segmentsOf(name: string): string[] {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  if (match === null) return [name];
  const inner = [...(match[2] as string).matchAll(/\[([^[\]]*)\]/g)].map(([, segment]) => segment as string);
  if (inner.length >= deepestName)
    throw new ApiFault("bad_request", "The parameter is nested too deeply", name);
  return [match[1] as string, ...inner];
}

function put(branch: Branch, [first, ...rest]: string[], value: string, name: string): void {
  const key = first === "" ? String(Object.keys(branch).length) : (first as string);
  if (rest.length > 0) {
    const next = branch[key] ?? Object.create(null);
    if (typeof next !== "object")
      throw new ApiFault("bad_request", `The parameter ${name} was sent twice`, name);
    branch[key] = next;
    put(next as Branch, rest, value, name);
    return;
  }
  if (branch[key] !== undefined)
    throw new ApiFault("bad_request", `The parameter ${name} was sent twice`, name);
  branch[key] = value;
}

interface Multipart {
  readonly pairs: readonly (readonly [string, string])[];
  readonly files: readonly UploadedFile[];
}

const nameless = "A part of the multipart body has no name";
/** What takes files: documents under today's name and under the old one, rows of a bulk send, the logo of an app. */
const fileParts = /^(files?|signer_file|custom_logo_file)(\[\d*\])?$/;

function readMultipart(contentType: string, body: Buffer): Promise<Multipart> {
  return new Promise((resolve, reject) => {
    const fail = (message: string) => reject(new ApiFault("bad_request", message));
    const pairs: [string, string][] = [];
    const files: UploadedFile[] = [];
    try {
      const limits = { fields: mostFields, files: mostFiles, parts: mostParts, fieldSize: 1024 * 1024 };
      const parser = new Busboy({ headers: { "content-type": contentType }, limits });
      parser.on("field", (name: string, value: string, nameCut: boolean, valueCut: boolean) => {
        if (!name) fail(nameless);
        else if (nameCut || valueCut) fail(`The parameter ${name.slice(0, 100)} is too long`);
        else if (value.includes("\ufffd")) fail(`The parameter ${name} is not valid UTF-8`);
        else pairs.push([name, value]);
      });
      parser.on("file", (field, stream, name, _encoding, type) => {
        const parts: Buffer[] = [];
        if (!field) fail(nameless);
        else if (!fileParts.test(field)) fail(`The parameter ${field} takes no file`);
        stream.on("data", (part: Buffer) => parts.push(part));
        // Without a listener a body that ends within a file would end the process.
        stream.on("error", () => fail("The multipart body ends within a file"));
        stream.on("end", () => {
          const bytes = Buffer.concat(parts);
          if (bytes.length === 0) fail(`The file ${field} is empty`);
          else files.push({ field, name: name || "file", contentType: type, bytes });
        });
      });
      parser.on("filesLimit", () => fail(`The request has more than ${mostFiles} files`));
      parser.on("fieldsLimit", () => fail("The request has too many parameters"));
      parser.on("partsLimit", () => fail(`The request has more than ${mostParts} parts`));
      parser.on("error", () => fail("The request body is not well-formed multipart/form-data"));
      parser.on("finish", () => resolve({ pairs, files }));
      parser.end(body);
    } catch {
      fail("The multipart boundary is missing or broken");
    }
  });
}
