import { defineConfig } from "vitest/config";
import { installTools } from "./tools/install.mjs";

// Also for a single file that is run by hand.
installTools();

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ["default"],
    // Most of the time is spent waiting, for a browser, a database or another process.
    maxWorkers: 2,
  },
});
