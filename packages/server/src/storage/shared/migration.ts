/**
 * One numbered step of a schema, and the rule that lets releases follow each other without a pause: a step expands (adds
 * what the builds before do not know of and need not), so those work on; one that contracts says which build it needs.
 */

export interface Migration {
  readonly version: number;
  readonly title: string;
  readonly sql: string;
  /** The oldest schema version whose builds work after this step. @default as before the step: it expands */
  readonly worksFrom?: number;
}

export const newestOf = (migrations: readonly Migration[]): number => migrations.at(-1)?.version ?? 0;

/** Returns the oldest version whose builds work after these steps. */
export function worksFrom(steps: readonly Migration[]): number {
  return Math.max(1, ...steps.map((step) => step.worksFrom ?? 1));
}

/**
 * Whether a command may change the schema; all may set up a database that is empty.
 * @throws {Error} that says what to do, where the schema is older and may not be changed, or too new.
 */
export function checkSchema(
  found: { readonly version: number; readonly worksFrom: number },
  migrations: readonly Migration[],
  mayMigrate: boolean,
): void {
  const known = newestOf(migrations);
  if (found.version > known && found.worksFrom > known) {
    throw new Error(
      `The database has schema version ${found.version}, newer than this countersign knows (${known}). Run the newer release, or restore a backup made before the upgrade.`,
    );
  }
  if (found.version < known && found.version > 0 && !mayMigrate) {
    throw new Error(
      `The database has schema version ${found.version}, and this countersign needs ${known}. Run \`countersign migrate\` first; servers of the release before work on meanwhile.`,
    );
  }
}
