/**
 * A GET to an address that a stranger chose. The name is resolved once and the connection goes to what came of it, so that
 * no second answer of a name server can lead elsewhere; nothing but the public internet is called, no redirect is
 * followed, and time and size are bounded.
 */

import { Resolver } from "node:dns/promises";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { isIPv4 } from "node:net";
import { isPublicAddress } from "./public-address.js";

export interface Outgoing {
  /** Returns every address of a host name. */
  readonly resolve: (host: string, signal: AbortSignal) => Promise<readonly string[]>;
  /** Whether an address may be called. */
  readonly mayCall: (address: string) => boolean;
  /** Whether a port may be called. */
  readonly mayUsePort: (port: number) => boolean;
  readonly timeoutMilliseconds: number;
  /** Certificates of authorities that are trusted. @default those of Node */
  readonly ca?: string | undefined;
}

export const publicInternet: Outgoing = {
  resolve: addressesOf,
  mayCall: isPublicAddress,
  mayUsePort: (port) => port === 443,
  timeoutMilliseconds: 5000,
};

const mostBytes = 8192;

export interface Got {
  readonly body: Buffer;
  /** How long it may be kept, as the answer says; undefined where it does not say. */
  readonly maxAgeSeconds: number | undefined;
}

/** Why nothing was got, in words that hold nothing of the answer. */
export class GetFault extends Error {
  override readonly name = "GetFault";
}

/** @throws {GetFault} */
export async function guardedGet(url: URL, outgoing: Outgoing): Promise<Got> {
  const abort = new AbortController();
  const late = setTimeout(
    () => abort.abort(new GetFault(`no answer within ${outgoing.timeoutMilliseconds / 1000} s`)),
    outgoing.timeoutMilliseconds,
  );
  try {
    return await untilAborted(abort.signal, getOnce(url, outgoing, abort.signal));
  } catch (error) {
    if (abort.signal.aborted) throw abort.signal.reason;
    throw error instanceof GetFault ? error : new GetFault("the host cannot be reached");
  } finally {
    clearTimeout(late);
    // Whatever is still open is closed, after a refusal too.
    abort.abort();
  }
}

function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

async function getOnce(url: URL, outgoing: Outgoing, signal: AbortSignal): Promise<Got> {
  const port = Number(url.port || 443);
  if (!outgoing.mayUsePort(port)) throw new GetFault(`port ${port} is not called`);
  const address = await chosenAddress(url.hostname, outgoing, signal);
  const response = await answerFrom(url, address, outgoing, signal);
  if (response.statusCode !== 200) throw new GetFault(`it was answered with ${response.statusCode}, not 200`);
  const type = (response.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (type !== "application/json" && !/^application\/[\w.-]+\+json$/.test(type))
    throw new GetFault("its Content-Type is not application/json");
  const encoding = response.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") throw new GetFault("it is compressed");
  return { body: await bodyOf(response), maxAgeSeconds: maxAgeOf(response.headers["cache-control"]) };
}

/** One address that may not be called spoils all: the name would lead there at the next try. */
async function chosenAddress(host: string, outgoing: Outgoing, signal: AbortSignal): Promise<string> {
  const addresses = await outgoing.resolve(host, signal);
  const [first] = addresses;
  if (first === undefined) throw new GetFault("the host has no address");
  if (!addresses.every(outgoing.mayCall)) throw new GetFault("the host is not on the public internet");
  return first;
}

function answerFrom(
  url: URL,
  address: string,
  { ca }: Outgoing,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const family = isIPv4(address) ? 4 : 6;
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      signal,
      ca,
      agent: false,
      maxHeaderSize: mostBytes,
      headers: { accept: "application/json", "accept-encoding": "identity", "user-agent": "Countersign" },
      // The certificate is checked for the name; the connection goes to the address, and to no other.
      family,
      lookup: (_host, _options, found) => found(null, address, family),
    });
    sent.once("response", resolve).on("error", reject).end();
  });
}

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new GetFault(`it has more than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function maxAgeOf(cacheControl: string | undefined): number | undefined {
  if (cacheControl === undefined) return undefined;
  if (/(^|[\s,])no-(store|cache)($|[\s,;=])/i.test(cacheControl)) return 0;
  const seconds = /(?:^|[\s,])max-age\s*=\s*"?(\d{1,9})/i.exec(cacheControl)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

/**
 * Asks name servers, not the system's resolver: that one would know the names of this machine and its network, and its few
 * threads are those that passwords are hashed on.
 */
async function addressesOf(host: string, signal: AbortSignal): Promise<string[]> {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  signal.addEventListener("abort", () => resolver.cancel(), { once: true });
  const found = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  return found.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
}
