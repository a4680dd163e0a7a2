import { CallbackError, ReauthorizationRequired, TemporarilyUnavailable } from "@countersign/sdk";

/** What to answer when a route throws: each error says what can be done about it. */
export function problemOf(error: unknown): { status: number; location?: string; text: string } {
  if (error instanceof ReauthorizationRequired)
    return { status: 303, location: "/connect", text: "Connect again" };
  if (error instanceof CallbackError) return { status: 400, text: "This login is not valid. Start again." };
  if (error instanceof TemporarilyUnavailable) return { status: 503, text: "Try again in a moment" };
  return { status: 500, text: "Something is wrong on our side" };
}
