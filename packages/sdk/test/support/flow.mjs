// One run through the package as it is published, on whichever runtime executes this file:
// node flow.mjs <address of the built module> <address of the server>
const [moduleUrl, serverUrl] = globalThis.process.argv.slice(2);
const { runFlow } = await import(new URL("./run-flow.mjs", import.meta.url).href);
console.log(await runFlow(await import(moduleUrl), serverUrl));
