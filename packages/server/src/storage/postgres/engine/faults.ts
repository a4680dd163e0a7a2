/** What the faults of PostgreSQL and of the way to it mean for an act: not done, or nobody knows. */

import pg from "pg";
import { StorageUnavailable } from "../../storage.js";

/** SQLSTATE classes (PostgreSQL appendix A) in which the server is at fault, not the statement. */
const serverFault = /^(08|53|57|58|XX|25006|55P03|40003)/;

/**
 * The statement was rolled back because of another one: it may be sent again at once. A foreign key is among them:
 * each statement looks up the rows it refers to, so one is missing only where another statement deleted it meanwhile.
 */
export function isConflict(error: unknown): boolean {
  return error instanceof pg.DatabaseError && conflicts.has(error.code ?? "");
}

/** serialization_failure, deadlock_detected, foreign_key_violation. */
const conflicts = new Set(["40001", "40P01", "23503"]);

/** A fault of the statement itself: its values break a rule of the schema, or it is wrong. */
export function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && !isConflict(error) && !serverFault.test(error.code ?? "");
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
  return new StorageUnavailable(`PostgreSQL: ${(error as Error).message}`, { cause: error });
}
