/** Owns what a client that others wrote is to these tests: how it is driven, and what it has to be told. */

import type { CryptoKey } from "jose";
import type { Reason } from "../../src/oauth/refusal.js";

export type ProfileName = "standard" | "dropbox-sign" | "fapi2";

/** Options of a client, in its own words. */
export type Settings = Readonly<Record<string, unknown>>;

/** How a client works on a profile. */
export type Way =
  | { readonly unmodified: true }
  /** What is set beside client id, secret, callback and the server's address, in words if it is code; and why. */
  | { readonly set: Settings; readonly words?: string; readonly why: string; readonly refused?: Reason }
  /** It does not work, and this is why. `refused`: for which reason the server does, where it is not the client's own. */
  | { readonly not: string; readonly refused?: Reason };

export const unmodified: Way = { unmodified: true };

/** What a client is given, and the person's browser. */
export interface House {
  readonly issuer: string;
  /** Whether the server says by itself where its endpoints are. */
  readonly metadata: boolean;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly accountUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What it signs assertions with in the secret's place, by ES256; on `fapi2` alone. */
  readonly key?: CryptoKey | undefined;
  readonly callbackUrl: string;
  /** An MCP server that this server protects: tokens are for it alone. */
  readonly mcp: McpHouse;
  /** What the person's browser does with an authorization URL: signs in, allows, and arrives at the callback. */
  consent(url: string | URL): Promise<URL>;
}

export interface McpHouse {
  /** The address of its MCP endpoint. */
  readonly resource: string;
  /** What its tool says to the person who signed in. */
  readonly said: string;
  /** Publishes a client's metadata document and returns its address. */
  publish(metadata: object): string;
}

export interface Client {
  /** Its package. */
  readonly name: string;
  /** How it comes by its client id, where nobody registered it. */
  readonly by?: "registration" | "a metadata document";
  readonly callbackUrl: string;
  /** A program that can keep no secret. */
  readonly public?: true;
  /** It runs in a page of another origin: what it calls must say that the page may read the answer. */
  readonly inPage?: true;
  /** Without `fapi2` where it cannot push requests, sign assertions and bind tokens, all of them. */
  readonly ways: Readonly<Record<Exclude<ProfileName, "fapi2">, Way>> & { readonly fapi2?: Way };
  /** Signs a person in, refreshes and asks about the token as far as the client has functions for it. */
  drive(house: House, settings: Settings): Promise<Outcome>;
}

export interface Outcome {
  /** What must open the API now, and must not after `revoke`; absent where the client has called its own server with it. */
  readonly accessToken?: string;
  /** Where the client has a function for it. */
  readonly revoke?: (() => Promise<unknown>) | undefined;
}

/** What stands in the table for the server's side of a run. */
export interface Seen {
  /** Where it read the endpoints, if it did. */
  readonly metadata: string | undefined;
  readonly authentication: string;
  readonly pkce: boolean;
  /** Whether it pushed its request (RFC 9126). */
  readonly pushed: boolean;
  /** Whether it asked for tokens with proofs (RFC 9449). */
  readonly bound: boolean;
  readonly refreshed: boolean;
  readonly revoked: boolean;
  readonly introspected: boolean;
  /** Whether a page of any origin may read all that it called. */
  readonly crossOrigin: boolean;
  /** The reasons of the server's refusals. */
  readonly refusals: readonly Reason[];
}
