/** Cookies: named for the server, kept from scripts, read strictly. */

import type { FastifyReply, FastifyRequest } from "fastify";
import { expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/text.js";
import { cookieJar } from "../../src/http/cookies.js";
import { fc } from "../support/fuzz.js";

const withHeader = (cookie: string | undefined) => ({ headers: { cookie } }) as FastifyRequest;
const jar = cookieJar(() => "http://127.0.0.1:4010");
const setBy = (act: (reply: FastifyReply) => void) => {
  const lines: string[] = [];
  const reply = { header: (_name: string, value: string) => lines.push(value) };
  act(reply as unknown as FastifyReply);
  return lines;
};
const values = fc.stringMatching(/^[A-Za-z0-9_-]{1,200}$/);

it("what is set is read again, wherever it stands among others", () => {
  const others = fc.array(fc.stringMatching(/^[a-z]{1,8}=[^;]{0,20}$/));
  fc.assert(
    fc.property(values, others, others, (value, before, after) => {
      const [line = ""] = setBy((reply) => jar.set(reply, "session", value));
      const header = [...before, line.split(";")[0], ...after].join("; ");
      expect(jar.get(withHeader(header), "session")).toBe(value);
      expect(jar.get(withHeader(header), "visit")).toBeUndefined();
    }),
  );
});

it("any header is read without a fault, and gives only what could have been set", () => {
  const headers = fc.oneof(
    fc.string({ unit: anyCharacter }),
    fc.string({ unit: anyCharacter }).map((text) => `countersign-session-4010=${text}`),
    fc.constant(undefined),
  );
  fc.assert(
    fc.property(headers, (header) => {
      const value = jar.get(withHeader(header), "session");
      if (value !== undefined) expect(value).toMatch(/^[A-Za-z0-9_-]{1,200}$/);
    }),
  );
});

it("a value that goes on after one that could have been set is no value", () => {
  for (const value of ["abc=def", "abc=", 'abc"', "abc,def", "abc def", '"abc"', "a".repeat(201), ""]) {
    expect(jar.get(withHeader(`countersign-session-4010=${value}`), "session"), value).toBeUndefined();
  }
});

it("plain http names the port, TLS the host prefix and Secure", () => {
  const secure = cookieJar(() => "https://sign.example.com");
  expect(setBy((reply) => jar.set(reply, "session", "v", 60))).toEqual([
    "countersign-session-4010=v; Max-Age=60; Path=/; HttpOnly; SameSite=Lax",
  ]);
  expect(setBy((reply) => secure.set(reply, "session", "v"))).toEqual([
    "__Host-countersign-session=v; Path=/; HttpOnly; SameSite=Lax; Secure",
  ]);
  expect(setBy((reply) => secure.clear(reply, "visit"))).toEqual([
    "__Host-countersign-visit=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure",
  ]);
});
