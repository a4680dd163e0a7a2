/** What the door "Connect your app" shows. */

import type { ConnectableApp } from "./connect.js";

export interface ConnectView {
  readonly csrf: string;
  readonly baseUrl: string;
  readonly apps: readonly ConnectableApp[];
  /** The app that is chosen; undefined where there is none. */
  readonly app: ConnectableApp | undefined;
  /** What was typed into the callback field. */
  readonly typed: string | undefined;
  readonly problem: string | undefined;
  readonly saved: boolean;
}

/** The settings as lines of an environment file. */
export function environmentLines({ baseUrl, app }: ConnectView): string {
  const lines = [
    ["OAUTH_URL", baseUrl],
    ["CLIENT_ID", app?.clientId],
    ["CLIENT_SECRET", app?.clientSecret],
  ];
  return lines.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])).join("\n");
}

/** The settings as JSON. */
export function settingsJson({ baseUrl, app }: ConnectView): string {
  const { clientId, clientSecret, callbackUrls = [] } = app ?? {};
  return JSON.stringify({ baseUrl, clientId, clientSecret, callbackUrl: callbackUrls[0] }, undefined, 2);
}
