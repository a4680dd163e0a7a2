/** What the verbs of the port are given, and the outcomes that they tell. */

import type { Account, App } from "./records.js";

export interface ConsumeCode {
  readonly hash: string;
  readonly familyId: string;
  readonly now: number;
  /** Revoke the earlier families of the grant in the same act. */
  readonly endEarlierFamilies: boolean;
  /** What the refresh tokens of the new family are bound to. */
  readonly dpopJkt?: string | undefined;
}

export type ConsumeCodeOutcome =
  | { readonly outcome: "consumed" }
  /** The code had been used; the family that its first use made is now revoked. */
  | { readonly outcome: "used_before"; readonly familyId: string }
  | { readonly outcome: "expired" }
  | { readonly outcome: "revoked" }
  | { readonly outcome: "unknown" };

/** How much earlier than the interval a device may ask: clocks and networks are not exact. In milliseconds. */
export const pollJitterMilliseconds = 500;
/** How much longer the interval gets each time a device asks too early (RFC 8628 §3.5). */
export const slowDownSeconds = 5;

/** Whose authorizations are ended: those of an account, those of an app, or all there are. */
export type Revocation = { readonly accountId: string } | { readonly clientId: string } | "everything";

export interface RevocationOutcome {
  /** Consents that were live, each with all its codes and tokens. */
  readonly grants: number;
  /** Signed-in browsers. A revocation by app ends none: they are the person's, not the app's. */
  readonly sessions: number;
}

export interface RotateFamily {
  readonly familyId: string;
  /** The generation of the refresh token that was presented. */
  readonly fromGeneration: number;
  readonly now: number;
  readonly graceSeconds: number;
}

export type RotateFamilyOutcome =
  /** The family moved on by one; or a retry within the grace period is to get the same successor again. */
  | { readonly outcome: "rotated" | "replayed"; readonly generation: number }
  /** An older generation came back: the family is now revoked. */
  | { readonly outcome: "reused" }
  | { readonly outcome: "revoked" }
  | { readonly outcome: "unknown" };

/** Undefined clears what may be absent, and leaves the rest as it is. */
type Changes<Whole> = { readonly [Key in keyof Whole]?: Whole[Key] | undefined };
export type AppChanges = Changes<Omit<App, "clientId" | "createdAt" | "openClient" | "tokenGeneration">>;
export type AccountChanges = Changes<Omit<Account, "id" | "createdAt">>;

/** A token bucket: it holds `capacity` and refills by `capacity` every `periodSeconds`. */
export interface TakeFromBucket {
  readonly key: string;
  readonly capacity: number;
  readonly periodSeconds: number;
  readonly now: number;
  /** 0 looks without taking. */
  readonly cost: number;
}

/**
 * How far ahead of now the last rotation of a family may be for a retry to be taken for one, in milliseconds. A rotation
 * further ahead was noted by a clock that was wrong: until that time came every old token would pass for a retry.
 */
export const rotationSkewMilliseconds = 10_000;

/**
 * How far ahead of now, beyond its period, a bucket's last take may be, in milliseconds. A mark further ahead was left by
 * a clock that was wrong: waiting for it would freeze the bucket for as long as that was wrong.
 */
export const bucketSkewMilliseconds = 60_000;

export interface BucketOutcome {
  readonly allowed: boolean;
  readonly remaining: number;
  /** When the bucket is full again, in milliseconds since the epoch. */
  readonly resetAt: number;
}

/** Over are codes, devices, sessions, buckets and remembered values that expired, and families revoked more than 30 days ago. */
export interface Purge {
  readonly now: number;
  readonly limit: number;
  /** Families made before this are over too: their longest life has passed. */
  readonly familiesBefore?: number | undefined;
  /** Audit events before this are over. */
  readonly auditBefore?: number | undefined;
}

/** How long a revoked family is kept before it is purged, in milliseconds: long enough to be asked about. */
export const revokedFamilyMilliseconds = 30 * 86_400_000;
