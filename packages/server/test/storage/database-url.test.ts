/** The URL of a PostgreSQL database, as people mistype it: told without what may be the password. */
import { describe, expect, it } from "vitest";
import { serversOf } from "../../src/storage/postgres/engine/servers.js";

describe("a database URL", () => {
  it.each([
    ["no port", "postgres://u:hunter2@h:abc/db", /cannot be read/],
    ["too high a port", "postgres://u:hunter2@h:99999/db", /cannot be read/],
    ["a # in its password", "postgres://u:hunter2#x@h:5432/db", /write .* # as %23/],
    ["a / in its password", "postgres://u:hunter2/x@h:5432/db", /cannot be read/],
    ["half an address", "postgres://u:hunter2@[::1/db", /cannot be read/],
    ["a mistyped sslmode", "postgres://u:hunter2@h/db?sslmode=verfy-full", /sslmode that there is not/],
    [
      "a target that cannot be used",
      "postgres://u:hunter2@a,b/db?target_session_attrs=standby",
      /this server writes/,
    ],
    ["a port of several hosts that is none", "postgres://u:hunter2@a:1,b:x/db", /whose port is not a number/],
  ])("with %s is refused, and its password not told", (_what, url, said) => {
    expect(() => serversOf(url)).toThrow(said);
    expect(() => serversOf(url)).not.toThrow(/hunter2/);
  });

  it.each([
    ["postgres://h/db", ["h"]],
    ["postgresql://u:p%40ss@h:5433/db?sslmode=verify-full", ["h:5433"]],
    ["postgres://u:p@[::1]:5432/db", ["[::1]:5432"]],
    ["postgres:///db", ["its socket"]],
    ["postgres://u@/db?host=/var/run/postgresql", ["its socket"]],
    ["postgres://u:p@one,two:5433/db?target_session_attrs=read-write", ["one", "two:5433"]],
    ["postgres://u:p@/db?host=one,two&port=5432,5433", ["one:5432", "two:5433"]],
  ])("is read: %s", (url, names) => {
    expect(serversOf(url).map(({ name }) => name)).toEqual(names);
  });
});
