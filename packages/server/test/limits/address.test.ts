/** Addresses of clients: one spelling for each, whatever a proxy writes, and one key for each customer. */

import { describe, expect, it } from "vitest";
import { addressKey, faultInNetwork, networks, parseAddress } from "../../src/limits/address.js";

describe("an address", () => {
  it("is the same with port, brackets, quotes and zone, and an IPv4 address in IPv6 is that address", () => {
    const four = "198.51.100.8";
    for (const text of [
      ...[four, `${four}:1234`, ` ${four} `, `"${four}:1"`, `::ffff:${four}`, `[::ffff:${four}]:443`],
      ...[
        "::ffff:c633:6408",
        "[::FFFF:C633:6408]",
        "64:ff9b::c633:6408",
        `64:ff9b::${four}`,
        "2002:c633:6408::1",
      ],
    ])
      expect([text, parseAddress(text)]).toEqual([text, four]);
    const six = parseAddress("2001:db8::1");
    for (const text of [
      "[2001:db8::1]",
      "[2001:db8::1]:40001",
      "2001:DB8:0:0::1",
      "2001:db8::1%eth0",
      '"[2001:db8::1]:1"',
    ])
      expect([text, parseAddress(text)]).toEqual([text, six]);
    expect(parseAddress("[fe80::1%eth0]:80")).toBe(parseAddress("fe80::1"));
  });

  it("is not made of anything else", () => {
    for (const text of [
      ...[
        "",
        "unknown",
        "_hidden",
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "010.0.0.1",
        "1.2.3.4:",
        "1.2.3.4:x",
        "1.2.3.4:123456",
      ],
      ...[
        "[1.2.3.4]",
        "[::1",
        "::1]",
        "[::1]x",
        "[::1]:",
        ":::",
        "2001:db8::1::",
        "::1%",
        "1.2.3.4, 5.6.7.8",
      ],
      ...["1.2.3.4\u0000", "\u0661.2.3.4", "x".repeat(10_000), "::1".padEnd(5_000, "%")],
    ])
      expect([text, parseAddress(text)]).toEqual([text, undefined]);
  });

  it("is counted by itself, or by its network of 64 bits; what is no address has no key of its own", () => {
    expect(addressKey("198.51.100.8:1")).toBe(addressKey("::ffff:198.51.100.8"));
    expect(addressKey("2001:db8::1")).toBe(addressKey("[2001:db8:0:0:ffff::2]:1"));
    expect(addressKey("2001:db8::1")).not.toBe(addressKey("2001:db8:0:1::1"));
    expect(addressKey("made up")).toBe(addressKey("made up too"));
  });

  it("is in a network by its number, not by its spelling", () => {
    const inside = networks(["10.0.0.0/8", "2001:db8::/32", "::ffff:192.0.2.1", "loopback"]);
    for (const text of ["10.1.2.3:1", "::ffff:10.0.0.1", "[2001:db8:1::]:2", "192.0.2.1", "127.9.9.9", "::1"])
      expect([text, inside(parseAddress(text) ?? "")]).toEqual([text, true]);
    for (const text of ["11.0.0.1", "2001:db9::1", "192.0.2.2"])
      expect(inside(parseAddress(text) ?? "")).toBe(false);
    expect(networks([])("127.0.0.1")).toBe(false);
  });
});

describe("a network that is trusted", () => {
  it("is refused where no address can be in it: an IPv4 address in an IPv6 one is read as the former", () => {
    for (const network of ["64:ff9b::/96", "64:FF9B::a00:0/104", "2002::/16", "2002:a00::/24"])
      expect(faultInNetwork(network)).toContain("list their IPv4 network");
    for (const network of ["2001:db8::/32", "10.0.0.0/8", "fd00::/8"])
      expect(faultInNetwork(network)).toBeUndefined();
  });
});
