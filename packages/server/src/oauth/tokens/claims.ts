/** What an access token of either form says, its seal being good. Whether that still counts is judged in `access.ts`. */

import type { App, Family } from "../../storage/port/records.js";

/** @typeParam Of what the token's scopes and resource are among those of. */
interface Claims<Of> {
  /** In milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly lifetimeSeconds: number;
  /** The thumbprint of the key that it is bound to (RFC 9449 §6). */
  readonly jkt: string | undefined;
  /** Returns which of its family's, or its app's, scopes the token has. @throws {Refusal} if it says nothing any more. */
  readonly scopesOf: (of: Of) => readonly string[];
  /** Returns the resource the token is for (RFC 8707), if it is for one. @throws {Refusal} if there is no such one. */
  readonly resourceOf: (of: Of) => string | undefined;
}

/** A token of a family: an app's for a person. */
export interface AccessClaims extends Claims<Family> {
  readonly familyId: string;
}

/** A token of the client credentials grant: an app's own. */
export interface AppClaims extends Claims<App> {
  readonly clientId: string;
  /** `tokenGeneration` of the app when it was issued. */
  readonly generation: number;
}
