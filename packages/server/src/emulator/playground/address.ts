/** Owns one trap of the browser: cookies belong to a host name, and `localhost` is another one than `127.0.0.1`. */

import { loopbackNames } from "../../oauth/loopback.js";

export interface OtherAddress {
  readonly href: string;
  /** The same machine and port by another name, so that going there is safe and works. */
  readonly same: boolean;
}

/** Where the callback's host serves this page, if that is not the host of the request. */
export function betterAddress(host: string | undefined, callbackUrl: string): OtherAddress | undefined {
  if (host === undefined || !URL.canParse(callbackUrl) || !URL.canParse(`http://${host}`)) return undefined;
  const callback = new URL(callbackUrl);
  const here = new URL(`${callback.protocol}//${host}`);
  if (here.host === callback.host) return undefined;
  const bothLoopback = loopbackNames.has(here.hostname) && loopbackNames.has(callback.hostname);
  return { href: `${callback.origin}/`, same: bothLoopback && here.port === callback.port };
}
