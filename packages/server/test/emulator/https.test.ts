import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type RequestOptions, request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.js";
import { certifyHosts, openAuthority } from "../../src/emulator/https/authority.js";
import { certify } from "../../src/emulator/https/certificate.js";
import { bannerText } from "../../src/emulator/terminal/banner.js";
import { paintFor } from "../../src/emulator/terminal/paint.js";
import { silentLog } from "../../src/log.js";
import { failure } from "./client.js";

const data = mkdtempSync(join(tmpdir(), "countersign-https-"));
const options = { port: 0, host: "127.0.0.1", log: silentLog, https: { port: 0 } };
const start = () => createEmulator({ ...options, data });

let emulator: Emulator;
beforeAll(async () => {
  emulator = await start();
});
afterAll(async () => {
  await emulator.close();
  rmSync(data, { recursive: true });
});

const file = join(data, "ca.pem");

function status(options: RequestOptions): Promise<number> {
  const { port } = new URL(emulator.httpsUrl as string);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: "127.0.0.1", port, path: "/v3/account", agent: false, ...options },
      (response) => {
        response.resume();
        resolve(response.statusCode as number);
      },
    );
    outgoing.on("error", reject);
    outgoing.end();
  });
}

/** Returns what is read at an address by whoever trusts the authority. */
function read(url: string, ca: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ca, agent: false }, (response) => text(response).then(resolve, reject));
    outgoing.on("error", reject).end();
  });
}

describe("countersign dev --https", () => {
  it.each(["127.0.0.1", "localhost", "app.hellosign.com", "api.hellosign.com"])(
    "is trusted for %s by whoever trusts its authority, and by nobody else",
    async (host) => {
      const name = host === "127.0.0.1" ? {} : { servername: host, headers: { host } };
      expect(await status({ ...name, ca: readFileSync(file) })).toBe(401);
      expect((await failure(status(name))).message).toMatch(/self.signed certificate/);
    },
  );

  it("is not trusted for another host", async () => {
    const other = status({
      servername: "example.com",
      headers: { host: "example.com" },
      ca: readFileSync(file),
    });
    expect((await failure(other)).message).toContain("does not match certificate");
  });

  it("answers as the listener without TLS does", async () => {
    const post = { method: "POST", path: "/oauth/token", ca: readFileSync(file) };
    expect(await status(post)).toBe(400);
    expect((await fetch(`${emulator.url}/oauth/token`, { method: "POST" })).status).toBe(400);
  });

  it("is an issuer of its own: its metadata name its address, and the other listener's the other", async () => {
    const standard = await createEmulator({ ...options, data: undefined, profile: "standard" });
    const { httpsUrl = "", authorityFile = "" } = standard.facts;
    const path = "/.well-known/oauth-authorization-server";
    const secure = JSON.parse(await read(`${httpsUrl}${path}`, readFileSync(authorityFile)));
    expect(secure).toMatchObject({ issuer: httpsUrl, token_endpoint: `${httpsUrl}/oauth/token` });
    expect(await (await fetch(`${standard.url}${path}`)).json()).toMatchObject({ issuer: standard.url });
    await standard.close();
  });

  it("says in its banner where the authority is", () => {
    expect(
      bannerText(emulator.facts, { seedFile: undefined, network: [], memory: false }, paintFor(false)),
    ).toContain(`HTTPS        ${emulator.httpsUrl}   (trust ${file})`);
  });

  it("keeps its authority over a restart, the key for its owner alone", async () => {
    const before = readFileSync(file, "utf8");
    await emulator.close();
    emulator = await start();
    expect(readFileSync(file, "utf8")).toBe(before);
    expect(statSync(join(data, "ca.key")).mode & 0o777).toBe(0o600);
    expect(await status({ ca: before })).toBe(401);
  });

  it("makes a new authority when the old one is nearly over", () => {
    const folder = mkdtempSync(join(tmpdir(), "countersign-ca-"));
    const year = 365 * 86_400_000;
    const at = (time: number, hosts = ["localhost"]) => openAuthority(folder, hosts, time).certificate;
    const first = at(Date.now());
    expect(at(Date.now() + year)).toBe(first);
    const wider = at(Date.now(), ["localhost", "countersign"]);
    expect(wider).not.toBe(first);
    expect(at(Date.now())).toBe(wider);
    expect(at(Date.now() + 9 * year)).not.toBe(wider);
    rmSync(folder, { recursive: true });
  });

  it("speaks for the emulator's hosts alone: a certificate for another is not believed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "countersign-ca-"));
    const authority = openAuthority(folder, ["localhost"], Date.now());
    for (const [host, believed] of [
      ["localhost", true],
      ["bank.example", false],
    ] as const) {
      const { key, certificate } = certifyHosts(authority, [host], Date.now());
      const server = createTlsServer({
        key: key.export({ type: "pkcs8", format: "pem" }),
        cert: certificate,
      });
      server.on("tlsClientError", () => {});
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      const outcome = await new Promise<string>((resolve) => {
        const options = { port, host: "127.0.0.1", servername: host, ca: authority.certificate };
        const socket = connectTls(options, () => resolve("believed"));
        socket.on("secureConnect", () => socket.destroy());
        socket.on("error", (error) => resolve(error.message));
      });
      if (believed) expect(outcome).toBe("believed");
      else expect(outcome).toMatch(/permitted subtree violation/i);
      await new Promise((resolve) => server.close(resolve));
    }
    rmSync(folder, { recursive: true });
  });

  it("leaves nothing behind in memory: the key is never written, the certificate goes at the end", async () => {
    const one = await createEmulator({
      ...{ port: 0, host: "127.0.0.1", data: undefined, log: silentLog, https: { port: 0 } },
    });
    const folder = dirname(one.facts.authorityFile as string);
    expect(readdirSync(folder)).toEqual(["ca.pem"]);
    await one.close();
    expect(existsSync(folder)).toBe(false);
  });
});

describe("a certificate", () => {
  const now = Date.UTC(2026, 0, 1);
  const wish = { name: "A test", hosts: [], notBefore: now, notAfter: now + 86_400_000 };

  it("is read by Node as it was meant", () => {
    const authority = certify(wish);
    const hosts = ["localhost", "127.0.0.1", "::1", "2001:db8::a:b", "x".repeat(60)];
    const made = certify({ ...wish, name: "leaf", hosts }, { name: wish.name, key: authority.key });
    const [ca, leaf] = [new X509Certificate(authority.certificate), new X509Certificate(made.certificate)];
    expect([ca.ca, leaf.ca, ca.subject, leaf.issuer]).toEqual([true, false, "CN=A test", "CN=A test"]);
    expect(leaf.verify(ca.publicKey)).toBe(true);
    expect(leaf.checkIssued(ca)).toBe(true);
    expect(hosts.map((host) => leaf.checkHost(host) ?? leaf.checkIP(host))).toEqual(hosts);
    expect(Date.parse(leaf.validFrom)).toBe(now);
  });

  it.skipIf(!hasOpenssl())("is read by OpenSSL's strict verification", () => {
    const folder = mkdtempSync(join(tmpdir(), "countersign-openssl-"));
    const leaf = join(folder, "leaf.pem");
    const authority = openAuthority(folder, ["app.hellosign.com", "::1"], Date.now());
    writeFileSync(leaf, certifyHosts(authority, ["app.hellosign.com", "::1"], Date.now()).certificate);
    const verify = (hostname: string) => {
      const options = ["-x509_strict", "-purpose", "sslserver", "-verify_hostname", hostname];
      return execFileSync("openssl", ["verify", ...options, "-CAfile", authority.file, leaf], {
        encoding: "utf8",
        stdio: "pipe",
      });
    };
    expect(verify("app.hellosign.com")).toContain("OK");
    expect(() => verify("example.com")).toThrow(/hostname mismatch/i);
    // Whoever has the authority's key can speak for the emulator's hosts, and for nobody else's.
    for (const foreign of ["bank.example", "192.0.2.1"]) {
      writeFileSync(leaf, certifyHosts(authority, [foreign], Date.now()).certificate);
      expect(() => verify(foreign)).toThrow(/permitted subtree violation/i);
    }
    rmSync(folder, { recursive: true });
  });
});

function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"]);
    return true;
  } catch {
    return false;
  }
}
