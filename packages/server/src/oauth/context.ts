/** What the rules of the protocol are given: each takes the part of it that it needs. */

import type { KeyRing } from "../crypto/key-ring.js";
import type { AuditEvent, AuditEventName } from "../storage/port/audit.js";
import type { Storage } from "../storage/port/storage.js";
import type { OpenClients } from "./open-clients/document.js";
import type { Profile } from "./profile/profile.js";
import type { SigningKeys } from "./tokens/signing-keys.js";

export interface OAuthContext {
  readonly profile: Profile;
  readonly storage: Storage;
  readonly ring: KeyRing;
  /** What JWT access tokens are signed with. */
  readonly keys: SigningKeys;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Buffer;
  /** The issuer identifier (RFC 8414 §2): the server's public URL without a trailing slash. */
  readonly issuer: () => string;
  readonly audit: Audit;
  /** Undefined where only apps that are registered here are let in. */
  readonly openClients?: OpenClients | undefined;
}

/** Records a security event. `data` holds no secret, code or token. */
export type Audit = (
  event: AuditEventName,
  data: {
    readonly clientId?: string | undefined;
    readonly accountId?: string | undefined;
  } & AuditEvent["data"],
) => void;
