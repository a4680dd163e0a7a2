/** A collector of traces that reads and forgets them, and says how many times it was told of some. */
import { createServer } from "node:http";

let requests = 0;
const server = createServer((request, response) => {
  request.resume().on("end", () => {
    requests += 1;
    response.setHeader("content-type", "application/json").end("{}");
  });
}).listen(0, "127.0.0.1", () => process.send({ result: { port: server.address().port } }));
process.on("message", () => process.send({ result: { requests } }));
