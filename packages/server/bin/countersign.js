#!/usr/bin/env node
// Committed, not built: npm links a bin at install time, before the build has run.
// `serve` obeys signals from its first moment: while its code loads, a reload would kill it, and the first process of a
// container would not notice that it is to stop. It takes these off when it has its own.
if (process.argv[2] === "serve") {
  process.on("SIGHUP", () => {});
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
}

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
