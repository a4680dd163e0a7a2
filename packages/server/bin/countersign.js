#!/usr/bin/env node
// Committed, not built: npm links a bin at install time, before the build has run.
import("../dist/bundle/command.js").then(
  ({ main }) => main(process.argv.slice(2)),
  (error) => {
    if (error?.code === "ERR_MODULE_NOT_FOUND" && String(error.message).includes("dist/bundle/command.js")) {
      console.error("countersign: not built yet. Run `npm run build` in the project's folder.");
    } else {
      console.error(error);
    }
    process.exitCode = 1;
  },
);
