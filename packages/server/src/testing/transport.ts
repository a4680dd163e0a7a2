/** How a control request reaches an emulator: over HTTP, also within one process. */

import { request as requestHttp } from "node:http";

export interface ControlRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** From `/_emulator` on, with the query. */
  readonly path: string;
  readonly body?: unknown;
}

export interface ControlAnswer {
  readonly status: number;
  readonly text: string;
}

export type Transport = (request: ControlRequest) => Promise<ControlAnswer>;

/** Taken when the module loads: interception of `node:http` afterwards does not touch the controls. */
const request = requestHttp;

export function overHttp(url: string): Transport {
  return ({ method, path, body }) =>
    new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const headers = payload && {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(payload),
      };
      const outgoing = request(
        `${url}${path}`,
        { method, agent: false, ...(headers && { headers }) },
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (part: string) => {
            text += part;
          });
          response.on("error", reject);
          response.on("end", () => resolve({ status: response.statusCode as number, text }));
        },
      );
      outgoing.on("error", (error) =>
        reject(new Error(`No emulator answers at ${url}: ${error.message}`, { cause: error })),
      );
      outgoing.end(payload);
    });
}

/** One call of the control API, in TypeScript's names. */
export type RemoteCall = <T>(method: ControlRequest["method"], path: string, body?: unknown) => Promise<T>;
