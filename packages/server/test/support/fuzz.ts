/** Owns chance in property-based tests: the same cases in every run, unless FUZZ_SEED asks for others. */

import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env.FUZZ_SEED ?? 20_260_115) });

export { fc };
