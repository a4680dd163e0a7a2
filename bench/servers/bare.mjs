/** What `node:http` can do: reads and parses the same body, and answers the bytes it was given. Does nothing else. */
import { createServer } from "node:http";

/** @type {Map<string, { headers: Record<string, string>, body: string }>} */
const answers = new Map();

const server = createServer((request, response) => {
  const { headers, body } = answers.get(request.url);
  if (request.method === "GET") {
    response.writeHead(200, headers);
    response.end(body);
    return;
  }
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const parameters = new URLSearchParams(Buffer.concat(chunks).toString());
    response.writeHead(parameters.has("grant_type") ? 200 : 400, headers);
    response.end(body);
  });
});
server.keepAliveTimeout = 72_000;

process.on("message", ({ path, headers, body }) => {
  answers.set(path, { headers, body });
  process.send({ result: true });
});
process.on("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => process.send({ result: { port: server.address().port } }));
