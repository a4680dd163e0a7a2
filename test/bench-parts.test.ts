/** What the bench makes of a profile: which part of a request a sample belongs to (bench/profile-parts.mjs). */
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { partOfFile, parts, timeOfParts } from "../bench/profile-parts.mjs";

const ours = (file: string) => `file:///home/me/countersign/packages/server/dist/${file}`;
const frame = (id: number, functionName: string, url: string, children: number[] = []) => ({
  id,
  callFrame: { functionName, url },
  children,
});

/** The microseconds of each part that has any. */
function found(nodes: ReturnType<typeof frame>[], samples: number[], each = 10) {
  const timeDeltas = [0, ...samples.map(() => each)];
  return Object.fromEntries([...timeOfParts({ nodes, samples, timeDeltas })].filter(([, time]) => time > 0));
}

describe("the parts of a request", () => {
  it("are told by the innermost frame that is known: a digest is its caller's", () => {
    const nodes = [
      frame(1, "(root)", "", [2]),
      frame(2, "openAccess", ours("oauth/tokens/access.js"), [3]),
      frame(3, "verifyMac", ours("crypto/key-ring.js"), [4]),
      frame(4, "hash", "node:internal/crypto/hash", [5]),
      frame(5, "oneShotDigest", ""),
    ];
    expect(found(nodes, [2, 4, 5, 5])).toEqual({ rules: 10, MAC: 30 });
  });

  it("count what an act reads within its commit as the commit's, and the same file's reads elsewhere as reads", () => {
    const nodes = [
      frame(1, "(root)", "", [2, 4]),
      frame(2, "flush", ours("storage/sqlite/engine/group-commit.js"), [3]),
      frame(3, "rotate", ours("storage/sqlite/families.js")),
      frame(4, "flush", ours("storage/sqlite/engine/group-read.js"), [5]),
      frame(5, "find", ours("storage/sqlite/families.js")),
    ];
    expect(found(nodes, [3, 5, 5])).toEqual({ "storage, commit": 10, "storage, read": 20 });
  });

  it("leave out the time in which the process waited, and name what nobody claims", () => {
    const nodes = [
      frame(1, "(root)", "", [2, 3, 4]),
      frame(2, "(idle)", ""),
      frame(3, "(garbage collector)", ""),
      frame(4, "(program)", ""),
    ];
    expect(found(nodes, [2, 2, 3, 4])).toEqual({ "garbage collection": 10, "the rest": 10 });
  });

  it("look the same wherever the packages are installed", () => {
    expect(partOfFile("file:///a/node_modules/b/node_modules/fastify/lib/reply.js")).toBe("answer");
    expect(partOfFile("file:///dist/a/node_modules/pino/lib/tools.js")).toBe("log");
    expect(partOfFile("file:///a/node_modules/yaml/dist/parse.js")).toBeUndefined();
  });

  it("have each source file of storage, limits, log and protocol in one of them", () => {
    const source = fileURLToPath(new URL("../packages/server/src/", import.meta.url));
    for (const folder of ["storage", "limits", "oauth", "http", "accounts", "crypto/mac.ts", "log.ts"]) {
      expect(existsSync(source + folder)).toBe(true);
      const files = folder.endsWith(".ts")
        ? [""]
        : readdirSync(source + folder, { recursive: true, encoding: "utf8" });
      for (const file of files.filter((name) => name === "" || name.endsWith(".ts"))) {
        const url = ours(`${folder}${file && "/"}${file}`.replace(/\.ts$/, ".js"));
        expect(parts, url).toContain(partOfFile(url));
      }
    }
  });
});
