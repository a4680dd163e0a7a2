/** From a refusal to what the caller is told: the profile's error and text for its reason, filled in and made safe. */

import { type OAuthErrorCode, type Refusal, statusOf, statusOfReason } from "../refusal.js";
import type { Profile } from "./profile.js";

export interface PublicRefusal {
  readonly error: OAuthErrorCode;
  readonly description: string;
  readonly status: number;
}

export function publicError(profile: Profile, refusal: Refusal): PublicRefusal {
  const { error, description } = profile.errors[refusal.reason];
  const text = description
    .replace("{parameter}", refusal.parameter ?? "")
    .replace("{words}", () => refusal.worded ?? "");
  return { error, description: safeText(text), status: statusOfReason[refusal.reason] ?? statusOf[error] };
}

/** RFC 6749 §5.2: error_description holds printable ASCII without `"` and `\`. */
function safeText(text: string): string {
  return text
    .replace(/["\\]/g, "'")
    .replace(/[^\x20-\x7E]/g, "?")
    .slice(0, 500);
}
