/** How many requests a minute the live service allows an account, as the vendor documents it. */

export interface Tier {
  readonly name: "standard" | "high" | "test";
  readonly limit: number;
}

const standard: Tier = { name: "standard", limit: 100 };
const high: Tier = { name: "high", limit: 25 };
const test: Tier = { name: "test", limit: 10 };

/** What costs the service most has a lower limit of its own. */
const costly: ReadonlySet<string> = new Set([
  "signatureRequestSend",
  "signatureRequestSendWithTemplate",
  "signatureRequestBulkSendWithTemplate",
  "signatureRequestCreateEmbedded",
  "signatureRequestCreateEmbeddedWithTemplate",
  "signatureRequestBulkCreateEmbeddedWithTemplate",
  "signatureRequestFiles",
  "signatureRequestFilesAsDataUri",
  "signatureRequestFilesAsFileUrl",
  "templateFiles",
  "templateFilesAsDataUri",
  "templateFilesAsFileUrl",
  "templateCreateEmbeddedDraft",
  "unclaimedDraftCreate",
  "unclaimedDraftCreateEmbedded",
  "unclaimedDraftCreateEmbeddedWithTemplate",
]);

/** @param testMode whether what was made is in test mode: it has the lowest limit. */
export function tierOf(operation: string, testMode = false): Tier {
  if (!costly.has(operation)) return standard;
  return testMode ? test : high;
}
