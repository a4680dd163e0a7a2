/** What is stored: the records of the port. Times are milliseconds since the epoch, ids and hashes are strings; nothing here is a secret in clear. */

export interface Account {
  /** 40 hex digits. */
  readonly id: string;
  readonly email: string;
  /** PHC string; undefined while the account has no password yet. */
  readonly passwordHash: string | undefined;
  readonly createdAt: number;
  /** Undefined until the e-mail address is confirmed. */
  readonly confirmedAt: number | undefined;
  readonly locked: boolean;
  readonly locale: string;
  readonly callbackUrl: string | undefined;
  /** The app that created the account by POST /v3/account/create, if one did. */
  readonly createdByClient: string | undefined;
}

/** An API key: the values it can be looked up by, and itself, sealed. The first is the primary key. */
export interface ApiKey {
  readonly lookup: string;
  readonly sealed: string;
}

export interface ClientSecret {
  readonly sealed: string;
  readonly createdAt: number;
  /** The end of the overlap in which an older secret still works. */
  readonly expiresAt: number | undefined;
}

export interface App {
  readonly clientId: string;
  readonly name: string;
  readonly ownerId: string;
  readonly callbackUrls: readonly string[];
  readonly scopes: readonly string[];
  /** Newest first; empty for a public app. */
  readonly secrets: readonly ClientSecret[];
  readonly public: boolean;
  readonly approved: boolean;
  /** Stopped by an operator: refused everywhere, with all its grants and tokens kept for when it goes on. */
  readonly disabled: boolean;
  readonly requireClientCredentialsOnRefresh: boolean;
  /** Whether a refresh gives the same token again, or a successor; "none" where the app gets no refresh token. */
  readonly refreshTokens: "same" | "rotate" | "none";
  readonly accessTokens: "opaque" | "jwt";
  /** Public keys for private_key_jwt, a JWK set as JSON text. */
  readonly jwks: string | undefined;
  /** Resource identifiers the app may ask tokens for (RFC 8707), and those it may introspect as. */
  readonly resources: readonly string[];
  readonly eventCallbackUrl: string | undefined;
  /** The owner's words for the app's own scopes, by scope. */
  readonly scopeTexts: Readonly<Record<string, string>>;
  /** Schemes without a dot that its callback URLs may have, each allowed for this app by name. */
  readonly callbackSchemes: readonly string[];
  /** A code without a challenge is refused (RFC 7636); a public app's always is. */
  readonly requirePkce: boolean;
  /** A request that was not pushed is refused (RFC 9126 §6). */
  readonly requirePushedRequests: boolean;
  /** A token request without a proof of a key is refused (RFC 9449 §5.2). */
  readonly dpopBoundTokens: boolean;
  /** What signs its JWT access tokens. */
  readonly jwtAlgorithm: "ES256" | "RS256";
  /** What it may ask for tokens with, beside codes and refresh tokens. */
  readonly grantTypes: readonly ExtraGrantType[];
  /** How often all of it was revoked: its own tokens, of the client credentials grant, count only if they say the same number. */
  readonly tokenGeneration: number;
  readonly createdAt: number;
  /**
   * How an app that nobody registered by hand says what it is: by the document that its client_id is the address of, or
   * by its client_id itself. Its owner is `openClientsOwner`.
   */
  readonly openClient: "document" | "registration" | undefined;
}

/** The account that owns the open clients. Nobody signs in to it, and lists of accounts leave it out. */
export const openClientsOwner = "0".repeat(40);
/** Grants that an app is allowed by name: RFC 6749 §4.4, and RFC 8628 by its last part. */
export type ExtraGrantType = "client_credentials" | "device_code";

/** One account's consent to one app: what "connected apps" lists. */
export interface Grant {
  readonly id: string;
  readonly accountId: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** The resources consented to (RFC 8707); `ownApi` stands for a consent that named none. */
  readonly resources: readonly string[];
  readonly createdAt: number;
  readonly revokedAt: number | undefined;
}

/** What is consented to where no resource is named: this server's own API. No resource is spelled like this. */
export const ownApi = "-";

export interface NewCode {
  readonly hash: string;
  readonly accountId: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  /** The redirect URI the code went to, and whether the request named it (RFC 6749 §4.1.3). */
  readonly redirectUri: string;
  readonly redirectUriGiven: boolean;
  readonly state: string | undefined;
  readonly codeChallenge: string | undefined;
  /** The thumbprint of the key that the code is bound to (RFC 9449 §10). */
  readonly dpopJkt: string | undefined;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export interface Code extends NewCode {
  readonly grantId: string;
  readonly grantRevokedAt: number | undefined;
  readonly accountLocked: boolean;
  readonly consumedAt: number | undefined;
  readonly familyId: string | undefined;
}

/** One code exchange and all that follows from it. Holds nothing secret. */
export interface Family {
  /** 32 hex digits; the first 12 are the time it was made, so that ids sort by age. */
  readonly id: string;
  readonly grantId: string;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly generation: number;
  readonly createdAt: number;
  /** When the last rotation, or the last noted use, was. */
  readonly usedAt: number;
  readonly revokedAt: number | undefined;
  /** Access tokens issued before this do not open anything. */
  readonly accessValidFrom: number;
  /** The thumbprint of the key that its refresh tokens are bound to: those of a public app that used one. */
  readonly dpopJkt: string | undefined;
}

/** A family with all that decides whether its tokens work: one read. */
export interface FamilyView {
  readonly family: Family;
  readonly grant: Grant;
  readonly account: Account;
  readonly app: App;
}

/** A device that waits for a person's answer (RFC 8628). */
export interface Device {
  /** Of its device code; nothing else is stored under a hash like it. */
  readonly hash: string;
  /** What it is found by: a MAC of its user code. */
  readonly userKey: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly expiresAt: number;
}

export interface Session {
  readonly hash: string;
  readonly accountId: string;
  /** When the person last proved who they are (for `max_age`). */
  readonly authenticatedAt: number;
  readonly expiresAt: number;
}

export interface SessionView {
  readonly session: Session;
  readonly account: Account;
}

/** Longest e-mail address there is, in characters (RFC 5321 §4.5.3.1.3, less the brackets of a path). */
export const mostEmailCharacters = 254;

/**
 * Returns the form in which an e-mail address is unique. What is longer than any address stays as it is: the time to
 * normalise text grows with the square of its combining marks.
 */
export function emailKey(email: string): string {
  return email.length > mostEmailCharacters ? email : email.normalize("NFC").toLowerCase();
}
