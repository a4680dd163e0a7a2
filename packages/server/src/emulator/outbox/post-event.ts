/** Posting one event to a callback URL: multipart with the one field `json`, and what counts as received. */

import { createHmac } from "node:crypto";
import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

export const receivedText = "Hello API Event Received";

export type EventOutcome =
  | { readonly outcome: "received"; readonly status: number }
  | { readonly outcome: "not_received"; readonly status: number | undefined; readonly why: string };

/** How long a receiver may take, in milliseconds. */
const timeoutMilliseconds = 10_000;
const mostBytes = 10_000;
const boundary = "countersign-event-7f3a91c2e5d84b06";

/** Never rejects: what went wrong is the outcome. A redirect is not followed. @param apiKey signs the event. */
export function postEvent(url: string, event: unknown, apiKey: string): Promise<EventOutcome> {
  return new Promise((resolve) => {
    const failed = (why: string) => resolve({ outcome: "not_received", status: undefined, why });
    const json = JSON.stringify(event);
    const body = Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="json"\r\n\r\n${json}\r\n--${boundary}--\r\n`,
    );
    const signature = createHmac("sha256", apiKey).update(json).digest("base64");
    let outgoing: ClientRequest;
    try {
      outgoing = open(url, body.length, signature);
    } catch (error) {
      return failed((error as Error).message);
    }
    outgoing.on("response", (response) => judge(response, resolve));
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer in ${timeoutMilliseconds / 1000} s`)));
    outgoing.on("error", (error: NodeJS.ErrnoException) =>
      failed(error.message || error.code || "no answer"),
    );
    outgoing.end(body);
  });
}

function open(url: string, length: number, signature: string): ClientRequest {
  const request = new URL(url).protocol === "https:" ? requestHttps : requestHttp;
  return request(url, {
    method: "POST",
    agent: false,
    timeout: timeoutMilliseconds,
    headers: {
      "content-type": `multipart/form-data; boundary=${boundary}`,
      "content-length": length,
      "content-sha256": signature,
      "user-agent": "HelloSign API",
    },
  });
}

function judge(response: IncomingMessage, resolve: (outcome: EventOutcome) => void): void {
  const status = response.statusCode as number;
  let text = "";
  response.setEncoding("utf8");
  response.on("data", (part: string) => {
    if (text.length < mostBytes) text += part;
  });
  response.on("error", (error) => resolve({ outcome: "not_received", status, why: error.message }));
  response.on("end", () => {
    if (status === 200 && text.trim() === receivedText) return resolve({ outcome: "received", status });
    const why =
      status === 200
        ? `the body is not "${receivedText}" but ${JSON.stringify(text.slice(0, 100))}`
        : `it was answered ${status}`;
    resolve({ outcome: "not_received", status, why });
  });
}
