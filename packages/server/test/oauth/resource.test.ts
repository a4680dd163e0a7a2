/** Which registered resource a request means (RFC 8707 §2): libraries normalise identifiers before they send them. */

import { describe, expect, it } from "vitest";
import { sameResource } from "../../src/oauth/resource.js";

describe("a resource", () => {
  it.each([
    ["the same characters", "https://mcp.example.com/a", "https://mcp.example.com/a"],
    ["a slash at the end", "https://mcp.example.com", "https://mcp.example.com/"],
    ["no slash at the end", "https://mcp.example.com/", "https://mcp.example.com"],
    ["a slash after a path", "https://mcp.example.com/mcp", "https://mcp.example.com/mcp/"],
    ["a host in capitals", "https://mcp.example.com/mcp", "https://MCP.Example.com/mcp"],
    ["a scheme in capitals", "https://mcp.example.com", "HTTPS://mcp.example.com"],
    ["a default port", "https://mcp.example.com/", "https://mcp.example.com:443/"],
    ["a default port of http", "http://127.0.0.1/mcp", "http://127.0.0.1:80/mcp"],
    ["a query", "https://mcp.example.com/a?x=1", "https://MCP.example.com/a?x=1"],
    ["another scheme, as it is", "urn:example:files", "urn:example:files"],
  ])("is known by %s", (_what, registered, asked) => {
    expect(sameResource(["https://other.example.com/", registered], asked)).toBe(registered);
  });

  it.each([
    ["another host", "https://mcp.example.com", "https://mcp.example.org"],
    ["another port", "https://mcp.example.com", "https://mcp.example.com:8443"],
    ["the default port of another scheme", "https://mcp.example.com", "https://mcp.example.com:80"],
    ["another scheme", "https://mcp.example.com", "http://mcp.example.com"],
    ["a path in capitals", "https://mcp.example.com/mcp", "https://mcp.example.com/MCP"],
    ["two slashes", "https://mcp.example.com/mcp", "https://mcp.example.com/mcp//"],
    ["dot segments", "https://mcp.example.com/mcp", "https://mcp.example.com/x/../mcp"],
    ["percent-encoding", "https://mcp.example.com/mcp", "https://mcp.example.com/%6dcp"],
    ["a user name", "https://mcp.example.com", "https://jack@mcp.example.com"],
    ["a fragment", "https://mcp.example.com", "https://mcp.example.com/#a"],
    ["another query", "https://mcp.example.com/a?x=1", "https://mcp.example.com/a?x=2"],
    ["another scheme in capitals", "urn:example:files", "URN:example:files"],
    ["nothing", "https://mcp.example.com", ""],
  ])("is not known by %s", (_what, registered, asked) => {
    expect(sameResource([registered], asked)).toBeUndefined();
  });

  it("that is registered in two spellings is the one that was written", () => {
    const both = ["https://mcp.example.com", "https://mcp.example.com/"];
    expect(both.map((asked) => sameResource(both, asked))).toEqual(both);
  });
});
