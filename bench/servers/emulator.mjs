/** `startEmulator` as a test file has it: imported, started, asked once. */
import { startEmulator } from "@countersign/server/testing";

const sign = await startEmulator();
const port = Number(new URL(sign.url).port);
process.send({ result: { port } });
process.on("disconnect", () => process.exit());
