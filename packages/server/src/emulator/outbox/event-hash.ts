/** How a receiver knows that an event is from the service. */

import { createHmac } from "node:crypto";

/** Returns `event_hash`: hex HMAC-SHA256 of time and type under the API key of the app's owner. */
export function eventHash(apiKey: string, eventTime: string, eventType: string): string {
  return createHmac("sha256", apiKey).update(`${eventTime}${eventType}`).digest("hex");
}
