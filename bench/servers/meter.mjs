/**
 * Loaded into a server before its own program (`--import`): says on request how much processor time its process has used,
 * in microseconds, with the garbage of the rounds before out of the way.
 */
process.on("message", () => {
  globalThis.gc();
  const { user, system } = process.cpuUsage();
  process.send({ result: user + system });
});
// The server ends as it would without.
process.channel.unref();
