/** The request log as HTTP Archive 1.2, which browsers and proxies read. Masked as everywhere else. */

import type { Exchange, Message } from "../requests/exchange.js";
import type { RequestRecord } from "../requests/record.js";
import type { RequestLog } from "../requests/request-log.js";

export function harOf(log: RequestLog, base: string): object {
  const entries = log.list().map((record) => entryOf(record, log.exchange(record.number), base));
  return { log: { version: "1.2", creator: { name: "Countersign", version: "1" }, entries } };
}

function entryOf(record: RequestRecord, exchange: Exchange | undefined, base: string): object {
  const target = exchange?.request.start.split(" ").slice(1).join(" ") ?? record.path;
  const url = record.direction === "out" ? record.path : `${base}${target}`;
  const query = new URLSearchParams(target.includes("?") ? target.slice(target.indexOf("?") + 1) : "");
  return {
    startedDateTime: new Date(record.time).toISOString(),
    time: record.milliseconds,
    request: {
      method: record.method,
      url,
      httpVersion: "HTTP/1.1",
      headers: headersOf(exchange?.request),
      queryString: [...query].map(([name, value]) => ({ name, value })),
      cookies: [],
      headersSize: -1,
      bodySize: -1,
      ...(exchange?.request.body !== undefined && { postData: contentOf(exchange.request) }),
    },
    response: {
      status: record.status ?? 0,
      statusText: "",
      httpVersion: "HTTP/1.1",
      headers: headersOf(exchange?.response),
      cookies: [],
      content: { size: exchange?.response?.body?.length ?? 0, ...contentOf(exchange?.response) },
      redirectURL: headerOf(exchange?.response, "location") ?? "",
      headersSize: -1,
      bodySize: -1,
    },
    cache: {},
    timings: { send: 0, wait: record.milliseconds, receive: 0 },
    comment: [record.operation, record.reason, record.detail, record.fault].filter(Boolean).join(": "),
  };
}

const headersOf = (message: Message | undefined) =>
  (message?.headers ?? []).map(([name, value]) => ({ name, value }));

function headerOf(message: Message | undefined, wanted: string): string | undefined {
  return message?.headers.find(([name]) => name === wanted)?.[1];
}

function contentOf(message: Message | undefined): { mimeType: string; text?: string } {
  const mimeType = headerOf(message, "content-type") ?? "";
  return { mimeType, ...(message?.body !== undefined && { text: message.body }) };
}
