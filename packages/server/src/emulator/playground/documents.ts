/** What the playground does with documents beside its calls: brings one to its next state, and reads how it stands. */

import type { SignatureRequest } from "../api/signature-requests/request.js";
import * as rules from "../api/signature-requests/rules.js";
import type { World } from "../state/world.js";

export interface PlaygroundEvent {
  readonly type: string;
  /** Where it went, and with what success. */
  readonly state: string;
  readonly body: unknown;
}

export interface DocumentState {
  readonly signed: boolean;
  /** Oldest first. */
  readonly events: readonly PlaygroundEvent[];
}

export interface PlaygroundDocuments {
  /** Ends the waits of a moment that the live service has: nobody at this page wants to sit them out. */
  hurry(id: string): Promise<void>;
  state(id: string): DocumentState | undefined;
}

export function playgroundDocuments({ signing, outbox, context }: World): PlaygroundDocuments {
  const next = (request: SignatureRequest) =>
    request.phase === "preparing" && !request.held
      ? rules.prepared(request, context.now())
      : rules.finished(request);
  return {
    hurry: async (id) => {
      const request = signing.documents.request(id);
      if (request !== undefined) await signing.life.apply(next(request)).told;
    },
    state: (id) => {
      const request = signing.documents.request(id);
      if (request === undefined) return undefined;
      const events = outbox.events().filter(({ signatureRequestId }) => signatureRequestId === id);
      return {
        signed: request.phase === "complete",
        events: events.map(({ type, state, problem, body }) => ({
          type,
          state: problem ?? state.replaceAll("_", " "),
          body,
        })),
      };
    },
  };
}
