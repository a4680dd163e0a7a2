/** Where a seed is looked for, and where `init` writes one. */

export const seedFileNames = ["countersign.yaml", "countersign.yml"] as const;
