/** What a person is told when the emulator has started. */

import type { Profile } from "../oauth/profile/profile.js";
import { demoApiKey, demoClient, demoLogins } from "./seed/demo.js";
import type { Seed } from "./seed/seed.js";

export interface BannerFacts {
  readonly url: string;
  readonly httpsUrl: string | undefined;
  /** The file of the certificate authority to trust. */
  readonly authorityFile: string | undefined;
  readonly profile: Profile["name"];
  readonly seed: Seed | undefined;
  readonly data: string | undefined;
}

export function bannerText(facts: BannerFacts): string {
  const { url, profile, seed, data } = facts;
  const logins = seed
    ? seed.accounts.map(({ email }) => `    ${email}`)
    : demoLogins.map(({ email, password }) => `    ${email}  /  ${password}`);
  const curl = seed ? `  curl ${url}/health` : `  curl -u ${demoApiKey}: ${url}/v3/account`;
  const app = seed
    ? []
    : ["  App", `    client_id ${demoClient.clientId}   client_secret ${demoClient.clientSecret}`, ""];
  return [
    "",
    `  Countersign emulates the Dropbox Sign OAuth API (profile ${profile})`,
    "",
    `    Playground   ${url}/`,
    `    Inspector    ${url}/_emulator`,
    `    Authorize    ${url}/oauth/authorize`,
    `    Token        ${url}/oauth/token   (also ${url}/v3/oauth/token)`,
    `    API          ${url}/v3/account`,
    ...httpsLines(facts),
    `    Data         ${data ?? "in memory, gone at exit"}`,
    "",
    "  Logins",
    ...logins,
    "",
    ...app,
    "  Try",
    `  ${curl}`,
    "",
  ].join("\n");
}

function httpsLines({ httpsUrl, authorityFile }: BannerFacts): string[] {
  if (httpsUrl === undefined) return [];
  return [`    HTTPS        ${httpsUrl}   (trust ${authorityFile})`];
}
