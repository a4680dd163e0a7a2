/** What an access token of either form says, its seal being good. Whether that still counts is judged in `access.ts`. */

import type { Family } from "../../storage/storage.js";

export interface AccessClaims {
  readonly familyId: string;
  /** In milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly lifetimeSeconds: number;
  /** Returns which of its family's scopes the token has. */
  readonly scopesOf: (family: Family) => readonly string[];
  /** Returns the resource the token is for (RFC 8707), if it is for one. @throws {Refusal} if its family has no such one. */
  readonly resourceOf: (family: Family) => string | undefined;
}
