import { defineConfig } from "vitest/config";
import { installTools } from "./tools/install.mjs";

// Also for a single file that is run by hand.
installTools();

/** What needs more than this process, by what it needs. Everything else is fast; test/layers.test.ts keeps it so. */
const layers = {
  /** Replaces modules, and so needs a module graph of its own for each file. */
  mocks: ["packages/server/test/threats/guessing.test.ts"],
  /** What has a long form, or times itself: more work than a rule and its refusal. */
  proofs: [
    "packages/sdk/test/{keeper-properties,real-server}.test.ts",
    "packages/server/test/flow/fuzzed-input.test.ts",
    "packages/server/test/reliability/fuzz.test.ts",
    "packages/server/test/threats/{bounded-work,timing}.test.ts",
  ],
  browser: [
    "packages/server/test/**/browser.test.ts",
    "packages/server/test/emulator/inspector.test.ts",
    "packages/server/test/api/embedded.test.ts",
    "test/ten-minutes.test.ts",
  ],
  process: [
    "packages/sdk/test/typescript.test.ts",
    "packages/server/test/cli/dev.test.ts",
    "packages/server/test/clients/clients.test.ts",
    "packages/server/test/emulator/{documents,https}.test.ts",
    "packages/server/test/playground/secrets.test.ts",
    "packages/server/test/reliability/sqlite-kill.test.ts",
    "packages/server/test/serve/{commands,operations,procedures,traces}.test.ts",
    "test/deploy.test.ts",
    "test/docs-site.test.ts",
    "test/papers.test.ts",
  ],
  database: [
    "packages/sdk/test/proofs.test.ts",
    "packages/sdk/test/stores/*.test.ts",
    "packages/server/test/poolers/*.test.ts",
    "packages/server/test/reliability/{clocks,failover,postgres}.test.ts",
    "packages/server/test/serve/starts.test.ts",
    "packages/server/test/storage/{kill,migrations,postgres,postgres-faults,purge-plans}.test.ts",
  ],
  runtimes: [
    "packages/sdk/test/package.test.ts",
    "packages/server/test/emulator/examples.test.ts",
    "packages/server/test/standard/mcp-conformance.test.ts",
    "packages/server/test/storage/newer-node.test.ts",
    "test/install.test.ts",
  ],
};
const all = ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"];

const project = (name: keyof typeof layers) => ({ name, include: layers[name] });

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ["default"],
    // Two cores: while one file waits for a browser, a database or another process, another one computes.
    maxWorkers: 3,
    // What was made of a source is kept below node_modules, by its content: a run makes anew what changed.
    experimental: { fsModuleCache: true },
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      reporter: ["text-summary", "html"],
      reportsDirectory: "coverage",
    },
    setupFiles: "test/support/check-answers.ts",
    projects: [
      {
        extends: true,
        test: {
          name: "fast",
          // Loading the sources anew for each file took as long as the tests.
          isolate: false,
          include: all,
          exclude: ["**/node_modules/**", ...Object.values(layers).flat()],
        },
      },
      { extends: true, test: project("mocks") },
      { extends: true, test: { ...project("proofs"), isolate: false } },
      { extends: true, test: project("browser") },
      { extends: true, test: project("process") },
      { extends: true, test: { ...project("database"), globalSetup: "test/support/postgres-once.ts" } },
      { extends: true, test: project("runtimes") },
    ],
  },
});
