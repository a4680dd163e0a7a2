import { configure } from "@countersign/sdk";
import { ProxyAgent, fetch as undiciFetch } from "undici";

/** Every request through a proxy; `HTTPS_PROXY` is http://user:password@proxy.example:3128, say. */
export function useProxy(proxyUrl: string) {
  const dispatcher = new ProxyAgent(proxyUrl);
  configure((config) => {
    config.fetch = (url, init) => undiciFetch(url, { ...init, dispatcher });
  });
}
