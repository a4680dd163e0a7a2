/** An unclaimed draft as the emulator holds it: what was asked for, until somebody claims it and sends. */

import type { Tree, UploadedFile } from "../body.js";
import type { HistoryEntry } from "../signature-requests/request.js";

export interface Draft {
  /** The secret of its claim URL. */
  readonly token: string;
  /** What the signature request will be called. */
  readonly requestId: string;
  readonly creatorId: string;
  readonly kind: "send_document" | "request_signature";
  /** Whether it is claimed on a page of an app. */
  readonly embedded: boolean;
  readonly clientId: string | undefined;
  readonly requesterEmail: string;
  /** The body that makes the request, but for signers that the page asks for. */
  readonly tree: Tree;
  readonly files: readonly UploadedFile[];
  readonly fromTemplates: boolean;
  /** Roles without a signer; one empty name where no template says any. */
  readonly openRoles: readonly string[];
  readonly signsEmbedded: boolean;
  readonly holds: boolean;
  readonly testMode: boolean;
  readonly signingRedirectUrl: string | undefined;
  readonly requestingRedirectUrl: string | undefined;
  /** Emulated milliseconds. */
  readonly expiresAt: number;
  /** When the request will expire, in emulated milliseconds. */
  readonly requestExpiresAt?: number | undefined;
  /** The origin of the page that embeds it, once it is claimed. */
  readonly parentOrigin?: string | undefined;
  /** The secret of the open page, once it is claimed. */
  readonly opening: string | undefined;
  /** What was done, oldest first: the story of its request begins with it. Absent in what an earlier version kept. */
  readonly history?: readonly HistoryEntry[];
}

/** How long a claim URL works; the live time is not known. */
export const claimMilliseconds = 86_400_000;

/** @param baseUrl where the emulator is, without a trailing slash. */
export function draftView(draft: Draft, baseUrl: string) {
  const path = draft.embedded ? "/editor/embeddedRequest?token=" : "/draft/claim?token=";
  return {
    claim_url: `${baseUrl}${path}${draft.token}`,
    // Of a draft that anybody may claim the request is known by its events alone.
    signature_request_id: draft.embedded ? draft.requestId : null,
    signing_redirect_url: draft.signingRedirectUrl ?? null,
    requesting_redirect_url: draft.requestingRedirectUrl ?? null,
    expires_at: Math.floor(draft.expiresAt / 1000),
    test_mode: draft.testMode,
  };
}
