/** Answering for the live hosts under `node:http` and `node:https`: axios, got and the official SDK call these. */

import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";
import { isLiveHost, originOf } from "./live-hosts.js";

export interface InterceptedHttp extends Disposable {
  /** Puts everything back. */
  restore(): void;
}

type OnResponse = (response: IncomingMessage) => void;
type Call = { readonly options: RequestOptions; readonly onResponse: OnResponse | undefined };

/** From here on requests of this process to the live hosts go to the emulator. */
export function interceptHttp(emulator: string | { readonly url: string }): InterceptedHttp {
  const target = originOf(emulator);
  const originals = [http, https].map((module) => ({ module, request: module.request, get: module.get }));
  const plain = http.request;
  for (const { module, request } of originals) {
    const intercepted = (...input: unknown[]): ClientRequest => {
      const call = readCall(input);
      const name = call.options.hostname ?? call.options.host?.replace(/:\d+$/, "");
      if (!isLiveHost(name)) return (request as (...input: unknown[]) => ClientRequest)(...input);
      return plain(redirected(call.options, target, name as string), call.onResponse);
    };
    module.request = intercepted as typeof module.request;
    module.get = ((...input: unknown[]) => {
      const outgoing = intercepted(...input);
      outgoing.end();
      return outgoing;
    }) as typeof module.get;
  }
  syncBuiltinESMExports();
  const restore = () => {
    for (const { module, request, get } of originals) Object.assign(module, { request, get });
    syncBuiltinESMExports();
  };
  return { restore, [Symbol.dispose]: restore };
}

/** `request(url, options?, callback?)` or `request(options, callback?)`. */
function readCall(input: unknown[]): Call {
  const [first, ...rest] = input;
  const url = typeof first === "string" || first instanceof URL ? new URL(String(first)) : undefined;
  const given = url ? rest.find((one) => typeof one === "object" && one !== null) : first;
  const onResponse = input.find((one) => typeof one === "function") as OnResponse | undefined;
  const named = url && { hostname: url.hostname, port: url.port, path: `${url.pathname}${url.search}` };
  return { options: { ...named, ...(given as RequestOptions | undefined) }, onResponse };
}

/** The agent is left behind: one for TLS cannot speak plain HTTP. The host's name goes with it: live, it decides. */
function redirected(options: RequestOptions, target: URL, liveHost: string): RequestOptions {
  const {
    agent: _agent,
    host: _host,
    servername: _server,
    ...rest
  } = options as RequestOptions & { servername?: string };
  return {
    ...rest,
    protocol: "http:",
    hostname: target.hostname.replace(/^\[|\]$/g, ""),
    port: target.port,
    headers: { ...withoutHost(options.headers), host: liveHost },
  };
}

function withoutHost(
  headers: RequestOptions["headers"],
): Record<string, string | number | string[] | undefined> {
  const entries = Object.entries((headers ?? {}) as Record<string, string | number | string[] | undefined>);
  return Object.fromEntries(entries.filter(([name]) => name.toLowerCase() !== "host"));
}
