/** Who is told of commits, each with the acts that share it: traces hang on this. Absent, nothing is told. */

export interface CommitWatch {
  /** Called when an act begins to wait for its commit; what it returns is given back with the commit. */
  waits(): unknown;
  /** Called when a commit begins; the function that it returns, when it has ended. */
  begins(name: string, acts: readonly unknown[]): (failed: boolean) => void;
}
