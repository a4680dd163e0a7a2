/** What one peer may take of the server by its connections alone: answers it does not read, requests it sends ahead. */

import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { ConnectionLimits } from "../../src/http/connections.js";
import { startHouse } from "../standard/house.js";
import { send } from "../support/http.js";
import type { TestServer } from "../support/server.js";

const servers: TestServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function start(connections: Partial<ConnectionLimits>): Promise<TestServer> {
  const server = await startHouse({ connections });
  servers.push(server);
  return server;
}

const request = "GET /health HTTP/1.1\r\nhost: x\r\n\r\n";

/** A connection that reads nothing unless told to, and how it ended. */
function open(url: string): Promise<{ socket: Socket; closed: Promise<void> }> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => resolve({ socket, closed }));
    const closed = new Promise<void>((done) => socket.once("close", () => done()));
    socket.on("error", () => {});
    socket.pause();
  });
}

function answersIn(socket: Socket, wanted: number): Promise<number> {
  return new Promise((resolve) => {
    let text = "";
    const count = () => text.split(/HTTP\/1\.1 (?:[2-5])/).length - 1;
    socket.on("data", (data) => {
      text += data;
      if (count() >= wanted) resolve(count());
    });
    socket.on("close", () => resolve(count()));
    socket.resume();
  });
}

describe("requests sent ahead of their answers", () => {
  it("are answered in their order as long as they are few", async () => {
    const server = await start({});
    const { socket } = await open(server.url);
    socket.write(request.repeat(10));
    expect(await answersIn(socket, 10)).toBe(10);
    socket.write(request.repeat(10));
    expect(await answersIn(socket, 10)).toBe(10);
    socket.destroy();
  });

  it("make Node warn of nothing, few or many", async () => {
    const warnings: string[] = [];
    const heard = (warning: Error) => void warnings.push(warning.message);
    process.on("warning", heard);
    const server = await start({});
    for (const count of [10, 11, 100]) {
      const { socket, closed } = await open(server.url);
      socket.write(request.repeat(count));
      await answersIn(socket, Math.min(count, 10));
      socket.destroy();
      await closed;
    }
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", heard);
    expect(warnings).toEqual([]);
  });

  it.each([
    ["are for a page", request],
    ["expect what nobody knows", "GET /health HTTP/1.1\r\nhost: x\r\nexpect: a-reply\r\n\r\n"],
    ["expect to be told to go on", "GET /health HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n\r\n"],
    ["name no host", "GET /health HTTP/1.1\r\n\r\n"],
    ["name two hosts", "GET /health HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n"],
  ])(
    "cost their sender the connection when they are many, and nobody else anything: they %s",
    async (_what, one) => {
      const server = await start({});
      const { socket, closed } = await open(server.url);
      const answers = answersIn(socket, 1000);
      socket.write(one.repeat(1000));
      await closed;
      expect(await answers).toBeLessThanOrEqual(10);
      expect(server.logLines.length).toBeLessThanOrEqual(20);
      expect((await send(`${server.url}/health`)).status).toBe(200);
    },
  );
});

describe("a request to speak another protocol", () => {
  it("is answered as any other, and so is the next one on its connection", async () => {
    const server = await start({});
    const { socket, closed } = await open(server.url);
    socket.write("GET /health HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n");
    expect(await answersIn(socket, 1)).toBe(1);
    socket.removeAllListeners("data");
    socket.write(request);
    expect(await answersIn(socket, 1)).toBe(1);
    socket.destroy();
    await closed;
  });
});

describe("answers that nobody reads", () => {
  it("are given up with their connection, once the network holds no more of them", async () => {
    const server = await start({ unreadMilliseconds: 200, checkMilliseconds: 50 });
    const page = (await send(`${server.url}/connected-apps`)).text;
    const [, stylesheet] = /href="(\/assets\/[^"]+\.css)"/.exec(page) ?? [];
    const { socket, closed } = await open(server.url);
    const large = `GET ${stylesheet} HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(5);
    const asking = setInterval(() => socket.write(large), 1);
    await closed.finally(() => clearInterval(asking));
    expect((await send(`${server.url}/health`)).status).toBe(200);
  });

  it("are waited for where the peer is slow and reads on", async () => {
    const server = await start({ unreadMilliseconds: 100, checkMilliseconds: 20 });
    const { socket } = await open(server.url);
    for (let turn = 0; turn < 20; turn++) {
      socket.write(request);
      expect(await answersIn(socket, 1)).toBe(1);
      socket.removeAllListeners("data");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    socket.destroy();
  });
});

describe("connections", () => {
  it("are closed at once beyond the most that are served, and those there are stay served", async () => {
    const server = await start({ mostConnections: 3 });
    const kept = await Promise.all(Array.from({ length: 3 }, () => open(server.url)));
    const { socket: refused, closed } = await open(server.url);
    refused.resume();
    await closed;
    for (const { socket } of kept) {
      socket.write(request);
      expect(await answersIn(socket, 1)).toBe(1);
      socket.destroy();
    }
  });
});
