/** The part of the configuration that is about the way to the server: its public address, the proxies before it, TLS. */

import type { ConfigReader } from "./config-reader.js";
import { faultInNetwork } from "./limits/address.js";
import { loopbackNames } from "./oauth/loopback.js";

type TransportKey =
  | "COUNTERSIGN_PUBLIC_URL"
  | "COUNTERSIGN_HOST"
  | "COUNTERSIGN_TLS_PROXY"
  | "COUNTERSIGN_TRUST_PROXY";

type Reader = ConfigReader<TransportKey>;

const noTrustedProxy =
  "COUNTERSIGN_TRUST_PROXY is empty, though a proxy must terminate TLS for the https public URL: all visitors have the proxy's address, share one limit, and a stranger's wrong guesses keep everybody from signing in. Set it to the proxy's address or network, or to none if the proxy passes connections on without X-Forwarded-For";

/** As an address to listen on, `::1` has no brackets. */
export const loopback: ReadonlySet<string> = new Set([...loopbackNames, "::1"]);

/** Returns the issuer: the address without a slash at its end; "" where there is a fault. */
export function readPublicUrl(reader: Reader): string {
  const text = reader.get("COUNTERSIGN_PUBLIC_URL");
  if (text === undefined) {
    reader.fault(
      "COUNTERSIGN_PUBLIC_URL",
      "is missing: the address users and apps reach this server by, such as https://sign.example.com",
    );
    return "";
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    !/^(\/[A-Za-z0-9._~-]+)*\/?$/.test(url.pathname) ||
    url.search ||
    url.hash ||
    url.username ||
    url.password
  ) {
    reader.fault(
      "COUNTERSIGN_PUBLIC_URL",
      `must be an http or https URL without query and user, whose path, if it has one, is plain words such as /auth; not "${text}"`,
    );
    return "";
  }
  return `${url.origin}${url.pathname}`.replace(/\/$/, "");
}

/** `none` says on purpose what an absent value may have forgotten. */
export function readTrustProxy(reader: Reader, publicUrl: string, warnings: string[]): string[] {
  const items = reader.list("COUNTERSIGN_TRUST_PROXY");
  if (items.length === 0 && publicUrl.startsWith("https:")) warnings.push(noTrustedProxy);
  if (items.length === 1 && items[0] === "none") return [];
  for (const item of items) {
    const fault = faultInNetwork(item);
    if (fault !== undefined) reader.fault("COUNTERSIGN_TRUST_PROXY", `lists what is no address: ${fault}`);
  }
  return items;
}

/** A password or a token must not cross a network in clear. */
export function checkTransport(reader: Reader, publicUrl: string, host: string): void {
  if (publicUrl === "") return;
  const url = new URL(publicUrl);
  if (url.protocol === "http:" && !loopback.has(url.hostname)) {
    reader.fault("COUNTERSIGN_PUBLIC_URL", `is http for the public host ${url.hostname}: use https`);
  }
  if (!loopback.has(host) && !reader.flag("COUNTERSIGN_TLS_PROXY")) {
    reader.fault(
      "COUNTERSIGN_HOST",
      `is ${host}, and this server speaks plain HTTP: put a proxy that terminates TLS before it and set COUNTERSIGN_TLS_PROXY=true, or listen on 127.0.0.1`,
    );
  }
}
