/** What the faults of PostgreSQL and of the way to it mean for an act: not done, or nobody knows. */

import pg from "pg";
import { StorageUnavailable } from "../../port/storage.js";

/**
 * SQLSTATE classes (PostgreSQL appendix A) in which the server is at fault, not the statement; among them a right that was
 * taken from the role (42501), which an operator gives back.
 */
const serverFault = /^(08|53|57|58|XX|25006|42501|55P03|40003|0A000|26000|42P05)/;

/**
 * The statement was not done, and would not be done on this connection later: the server has become read-only (25006) or
 * ends (57P), a plan was prepared for another schema (0A000), or a pooler has changed the server behind the connection
 * (26000, 42P05). Sent over a new connection, it may be.
 */
export function spoilsConnection(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^(25006|57P|0A000|26000|42P05)/.test(error.code ?? "");
}

export function isReadOnly(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === "25006";
}

/** Nothing came back, in time or at all. */
export function isSilence(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) && !(error instanceof StorageUnavailable && error.condition);
}

export function isTimeout(error: unknown): boolean {
  return /timeout/i.test((error as Error).message);
}

/**
 * The statement was rolled back because of another one: it may be sent again at once. A foreign key is among them:
 * each statement looks up the rows it refers to, so one is missing only where another statement deleted it meanwhile.
 */
export function isConflict(error: unknown): boolean {
  return error instanceof pg.DatabaseError && conflicts.has(error.code ?? "");
}

/** serialization_failure, deadlock_detected, foreign_key_violation. */
const conflicts = new Set(["40001", "40P01", "23503"]);

/** A fault of the statement itself: its values break a rule of the schema, or it is wrong. One that ends the connection is none. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError) || !isAnswer(error)) return false;
  return !isConflict(error) && !serverFault.test(error.code ?? "");
}

/** Whether the server answered the statement with an error, and so did not do it, and the connection is sound. */
export function isAnswer(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.severity === "ERROR";
}

/** The driver knew the connection to be dead before it sent anything. */
export function isUnsent(error: unknown): boolean {
  return /is not queryable/.test((error as Error).message);
}

export function isViolationOf(error: unknown, constraint: string): boolean {
  return error instanceof pg.DatabaseError && error.constraint === constraint;
}

/** Returns the error to answer with. The message of the driver names hosts and causes, never values. */
export function asStorageFault(error: unknown): unknown {
  if (error instanceof StorageUnavailable || isRefusal(error)) return error;
  return new StorageUnavailable(`PostgreSQL: ${(error as Error).message}`, {
    cause: error,
    condition: conditionOf(error),
  });
}

function conditionOf(error: unknown): StorageUnavailable["condition"] {
  if (isReadOnly(error)) return "read-only";
  return error instanceof pg.DatabaseError && error.code === "53100" ? "full" : undefined;
}
