/** Owns how tests speak HTTP: every header and byte as given, no redirect followed, nothing added but the length. */

import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; throws if it is not. */
  json(): Record<string, unknown>;
}

export interface Request {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Sends one request and resolves to its answer. */
export function send(
  url: string | URL,
  { method = "GET", headers = {}, body }: Request = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const sent = request(url, { method, agent, headers: { ...length, ...headers } }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(parts).toString("utf8");
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: () => JSON.parse(text),
        });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

export const formType = "application/x-www-form-urlencoded";

export function sendJson(url: string, value: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const body = typeof value === "string" ? value : JSON.stringify(value);
  return send(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
}

export function sendForm(
  url: string,
  fields: Readonly<Record<string, string>> | readonly (readonly [string, string])[] | string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const body =
    typeof fields === "string"
      ? fields
      : new URLSearchParams(fields as Record<string, string> | [string, string][]).toString();
  return send(url, { method: "POST", headers: { "content-type": formType, ...headers }, body });
}

export const boundary = "countersign-test-boundary";
export const multipartType = `multipart/form-data; boundary=${boundary}`;

/** The multipart body of the fields. */
export function multipartBody(fields: Readonly<Record<string, string>>): string {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return `${parts.join("")}--${boundary}--\r\n`;
}

export function sendMultipart(url: string, fields: Readonly<Record<string, string>>): Promise<Answer> {
  return send(url, {
    method: "POST",
    headers: { "content-type": multipartType },
    body: multipartBody(fields),
  });
}

/** Writes bytes to a fresh connection, ends it unless told otherwise, and resolves to all that came back. */
export function sendRaw(url: string, bytes: string | Uint8Array, end = true): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => {
      if (end) socket.end(bytes);
      else socket.write(bytes);
    });
    socket.on("data", (part) => parts.push(part));
    // A reset after the answer is still an answer.
    socket.on("error", () => {});
    socket.on("close", () => resolve(Buffer.concat(parts).toString("utf8")));
  });
}
