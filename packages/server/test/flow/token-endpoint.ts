/** Owns raw bodies for the token endpoint, and what a refusal of one has to look like. */

import { expect } from "vitest";
import { type Answer, send } from "../support/http.js";
import type { TestServer } from "../support/server.js";

export const json = "application/json";

/** Returns what posts a body as it is, its type among the headers only if there is one. */
export const posting =
  (server: TestServer) =>
  (
    body: string | Uint8Array,
    type?: string,
    headers: Record<string, string> = {},
    path = "/oauth/token",
  ): Promise<Answer> =>
    send(`${server.url}${path}`, {
      method: "POST",
      headers: { ...(type !== undefined && { "content-type": type }), ...headers },
      body,
    });

/** The description, after the shape has been checked. */
export function refusal(answer: Answer, shape: "api" | "rfc6749"): string {
  expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(answer.headers["cache-control"]).toBe("no-store");
  const body = answer.json();
  if (shape === "rfc6749") {
    expect(Object.keys(body)).toEqual(["error", "error_description"]);
    expect(body.error).toMatch(/^[a-z_]+$/);
    return String(body.error_description);
  }
  expect(Object.keys(body)).toEqual(["error"]);
  const { error_msg, error_name, ...rest } = body.error as Record<string, string>;
  expect(["bad_request", "unauthorized", "not_found", "method_not_supported"]).toContain(error_name);
  expect(Object.keys(rest).filter((key) => key !== "error_path")).toEqual([]);
  return String(error_msg);
}
