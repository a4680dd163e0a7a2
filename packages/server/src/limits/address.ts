/** Addresses of clients: read in every spelling that proxies use, and what each is counted by. */

import { BlockList, isIPv4, isIPv6 } from "node:net";
import { remembering } from "../remembering.js";

/**
 * Returns the address that a text names, in one spelling for each, or undefined if it names none. Takes what proxies
 * write (RFC 7239 §6, X-Forwarded-For): with a port, in brackets, quoted, with a zone; an IPv4 address that is written
 * as an IPv6 one (RFC 4291 §2.5.5.2; RFC 6052 §2.1; RFC 3056 §2) is that IPv4 address.
 */
export function parseAddress(text: string): string | undefined {
  if (text.length > longestAddress) return undefined;
  const bare = withoutPort(text.trim().replace(/^"(.*)"$/, "$1"));
  if (isIPv4(bare)) return bare;
  const [plain = "", zone] = bare.split("%");
  if (!isIPv6(plain) || zone === "") return undefined;
  const groups = groupsOf(plain);
  return embeddedIPv4(groups) ?? groups.map((group) => group.toString(16)).join(":");
}

/** An IPv6 address of 45 characters, with brackets, port, quotes and the name of a network interface. */
const longestAddress = 100;

function withoutPort(text: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1];
  if (bracketed !== undefined) return bracketed.includes(":") ? bracketed : "";
  return /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text;
}

/** Returns the eight numbers of an IPv6 address. */
function groupsOf(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const hex = (high?: string, low?: string) => ((Number(high) << 8) | Number(low)).toString(16);
  const text = dotted ? `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}` : address;
  const [head = "", tail] = text.split("::");
  const parts = (side: string) => (side === "" ? [] : side.split(":").map((one) => Number.parseInt(one, 16)));
  const [before, after] = [parts(head), parts(tail ?? "")];
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function embeddedIPv4(groups: readonly number[]): string | undefined {
  const starts = (...prefix: number[]) => prefix.every((group, index) => groups[index] === group);
  const dotted = (high = 0, low = 0) => [high >> 8, high & 255, low >> 8, low & 255].join(".");
  const mapped = starts(0, 0, 0, 0, 0, 0xffff);
  const translated = starts(0x64, 0xff9b, 0, 0, 0, 0);
  if (mapped || translated) return dotted(groups[6], groups[7]);
  return starts(0x2002) ? dotted(groups[1], groups[2]) : undefined;
}

/**
 * Returns what an address is counted by: an IPv4 address, or the /64 network of an IPv6 one, since a single customer has
 * all of those. What is no address is no key of its own: whoever could choose it would never be counted twice.
 */
export const addressKey = remembering((text) => {
  const address = parseAddress(text);
  if (address === undefined) return "unknown";
  return address.includes(":") ? `${address.split(":").slice(0, 4).join(":")}::/64` : address;
});

/** Networks that have a name of their own in the configuration of proxies. */
const namedNetworks: Readonly<Record<string, readonly string[]>> = {
  loopback: ["127.0.0.0/8", "::1/128"],
  linklocal: ["169.254.0.0/16", "fe80::/10"],
  uniquelocal: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
};

/** Returns what is wrong with an item of a list of networks, or undefined if nothing is. */
export function faultInNetwork(item: string): string | undefined {
  if (Object.hasOwn(namedNetworks, item)) return undefined;
  const [address = "", prefix, ...more] = item.split("/");
  const most = isIPv4(address) ? 32 : isIPv6(address) ? 128 : undefined;
  if (most === undefined || more.length > 0)
    return `"${item}" is neither an IP address nor a network such as 10.0.0.0/8`;
  if (prefix === undefined) return undefined;
  // A network of such addresses would match none: each is read as the IPv4 address in it.
  if (/^(64:ff9b|2002):/i.test(address))
    return `"${item}" is a network of IPv4 addresses written as IPv6 ones: list their IPv4 network`;
  if (/^\d{1,3}$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= most) return undefined;
  return prefix === "0"
    ? `"${item}" is every address: anybody could then claim to be anybody`
    : `"${item}" has no prefix length from 1 to ${most}`;
}

export type Networks = (address: string) => boolean;

/** Returns the test whether an address is in one of the networks, which must be without fault. */
export function networks(items: readonly string[]): Networks {
  const list = new BlockList();
  for (const item of items.flatMap((one) => namedNetworks[one] ?? [one])) {
    const [written = "", prefix] = item.split("/");
    const address = (prefix === undefined && parseAddress(written)) || written;
    const family = isIPv4(address) ? "ipv4" : "ipv6";
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => items.length > 0 && list.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}
