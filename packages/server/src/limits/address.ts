/** What an address is counted by. */

import { isIPv6 } from "node:net";

/** Returns the address, or of an IPv6 address its network of 64 bits: a single customer has all of those. */
export function addressKey(address: string): string {
  if (!address.includes(":")) return address;
  const plain = address.split("%")[0] as string;
  if (!isIPv6(plain)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = "", tail] = plain.split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const after = tail === "" ? 0 : tail.split(":").length + (tail.includes(".") ? 1 : 0);
    groups.push(...Array<string>(8 - groups.length - after).fill("0"), ...tail.split(":"));
  }
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(":")}::/64`;
}
