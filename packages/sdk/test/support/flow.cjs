// The same run through the CommonJS build: node flow.cjs <path of the built module> <address of the server>
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");
const [modulePath, serverUrl] = process.argv.slice(2);
const sdk = require(modulePath);
import(pathToFileURL(join(__dirname, "run-flow.mjs")).href)
  .then(({ runFlow }) => runFlow(sdk, serverUrl))
  .then(console.log);
