/** An app makes an account for somebody (POST /v3/account/create), and the person confirms it. */

import { hashed } from "../crypto/compare.js";
import type { KeyRing } from "../crypto/key-ring.js";
import { hashPassword } from "../crypto/passwords.js";
import type { OAuthContext } from "../oauth/context.js";
import { issueTokens, type TokenResponse } from "../oauth/token/response.js";
import { newFamilyId } from "../oauth/tokens/opaque.js";
import type { Account, App } from "../storage/port/records.js";
import type { Storage } from "../storage/port/storage.js";

/** Shortest password, in characters. */
export const shortestPassword = 8;

/** Returns the tokens with which the app acts for the account, once that is confirmed. */
export async function grantToMaker(
  context: OAuthContext,
  app: App,
  account: Account,
): Promise<TokenResponse> {
  const familyId = newFamilyId(context.now(), context.randomBytes);
  const hash = hashed(context.randomBytes(32).toString("base64url"));
  const issuedAt = context.now();
  // A code that nobody ever sees: consent, code and family then come about as in any other flow.
  await context.storage.issueCode({
    hash,
    accountId: account.id,
    clientId: app.clientId,
    scopes: app.scopes,
    resources: [],
    redirectUri: app.callbackUrls[0] ?? "",
    redirectUriGiven: false,
    state: undefined,
    codeChallenge: undefined,
    dpopJkt: undefined,
    issuedAt,
    expiresAt: issuedAt + context.profile.codeSeconds * 1000,
  });
  await context.storage.consumeCode({ hash, familyId, now: issuedAt, endEarlierFamilies: false });
  const family = { id: familyId, generation: 0, scopes: app.scopes, resources: [] };
  return issueTokens(context, { app, accountId: account.id, family, scopes: app.scopes, resource: 0 });
}

/** Returns what the link in the confirmation e-mail carries. */
export function confirmationToken(ring: KeyRing, account: Account): string {
  return `${account.id}.${ring.mac("confirmation", account.id).toString("base64url")}`;
}

/** Returns the account that a confirmation link is for. */
export async function accountOfConfirmation(
  ring: KeyRing,
  storage: Pick<Storage, "findAccount">,
  token: string,
): Promise<Account | undefined> {
  const [id = "", mac = ""] = token.split(".");
  if (!ring.verifyMac("confirmation", id, Buffer.from(mac, "base64url"))) return undefined;
  return storage.findAccount(id);
}

/** Confirms an account, with a password if it has none. Returns undefined if it was confirmed before. */
export async function confirmAccount(
  deps: { readonly storage: Pick<Storage, "updateAccount">; readonly now: () => number },
  account: Account,
  password: string | undefined,
): Promise<Account | undefined> {
  if (account.confirmedAt !== undefined) return undefined;
  const changes = {
    confirmedAt: deps.now(),
    ...(password !== undefined && { passwordHash: await hashPassword(password) }),
  };
  await deps.storage.updateAccount(account.id, changes);
  return { ...account, ...changes };
}
