/** Owns how a recorded call is written out: as HTTP, with secrets shortened. */

import { explainCall, type Operation } from "./explain.js";
import type { CallView } from "./page/view.js";
import type { Answered, RecordedCall } from "./run.js";
import { shorten, shownJson, withoutSecrets } from "./secrets.js";

const shownHeaders = /^(content-type|cache-control|www-authenticate|retry-after|location|x-ratelimit-.*)$/;

export function showCall(operation: Operation, call: RecordedCall, secrets: readonly string[]): CallView {
  const { outcome } = call;
  const clean = (text: string) => withoutSecrets(text, secrets);
  const explained = explainCall(operation, call);
  return {
    tone: explained.tone,
    verdict: clean(explained.verdict),
    explanation: explained.explanation,
    request: clean(requestText(call)),
    response: outcome.kind === "answered" ? clean(responseText(outcome)) : "(none)",
    status: outcome.kind === "answered" ? `${outcome.status} ${outcome.statusText}`.trimEnd() : "no answer",
    milliseconds: call.milliseconds,
  };
}

function requestText(call: RecordedCall): string {
  const url = new URL(call.url);
  const lines = [`${call.method} ${call.url.slice(url.origin.length)} HTTP/1.1`, `Host: ${url.host}`];
  for (const [name, value] of Object.entries(call.headers)) {
    lines.push(`${name}: ${name === "Authorization" ? hideCredentials(value) : value}`);
  }
  if (call.body !== undefined) lines.push("", bodyText(call.body));
  return lines.join("\n");
}

/** A form's fields each on a line: its secrets are shortened with all others. */
function bodyText(body: string): string {
  if (body.startsWith("{")) return shownJson(JSON.parse(body));
  return [...new URLSearchParams(body)].map(([name, value]) => `${name}=${value}`).join("\n");
}

function hideCredentials(value: string): string {
  const [scheme = "", credentials = ""] = value.split(" ", 2);
  return `${scheme} ${shorten(credentials)}`;
}

function responseText(outcome: Answered): string {
  const lines = [`HTTP/1.1 ${outcome.status} ${outcome.statusText}`.trimEnd()];
  for (const [name, value] of outcome.headers) {
    if (shownHeaders.test(name)) lines.push(`${titleCase(name)}: ${value}`);
  }
  lines.push("", outcome.json === undefined ? outcome.text || "(empty)" : shownJson(outcome.json));
  return lines.join("\n");
}

// The fetch function gives names in lower case; on the wire their case has no meaning.
function titleCase(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
}
