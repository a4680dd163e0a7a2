/** Signing in with one click: the accounts of the seed, whose passwords an emulator knows. */

import type { Credentials } from "../../http/context.js";
import { typedCredentials } from "../../http/login-form.js";
import type { Parameters } from "../../oauth/parameters.js";
import { type Html, html } from "../../pages/html.js";
import { plainName } from "../../pages/names.js";
import { csrfField } from "../../pages/parts.js";

export interface KnownLogin {
  readonly email: string;
  readonly password: string;
}

/** Returns the accounts of a seed that have a password. */
export function knownLogins(
  accounts: readonly { readonly email: string; readonly password: string | undefined }[],
): KnownLogin[] {
  return accounts.flatMap(({ email, password }) => (password === undefined ? [] : [{ email, password }]));
}

/** Reads a sign-in form that may name a known account instead of what a person would type. */
export function credentialsOf(logins: readonly KnownLogin[]): (form: Parameters) => Credentials {
  return (form) => {
    const named = form.optional("known_account");
    return logins.find(({ email }) => email === named) ?? typedCredentials(form);
  };
}

const mostAccounts = 12;

/** A button for each account, in a form of its own: the page's first form stays the one that is typed into. */
export function accountButtons(logins: readonly KnownLogin[], at: { action: string; csrf: string }): Html {
  const shown = logins.slice(0, mostAccounts);
  return html`<aside class="aside" aria-labelledby="known-accounts">
<h2 id="known-accounts">Accounts in this emulator</h2>
<p class="muted small">${shown.length < logins.length ? `The first ${mostAccounts} of your seed. One click signs you in.` : "They exist only on this machine. One click signs you in."}</p>
<form method="post" action="${at.action}">${csrfField(at.csrf)}
<ul class="logins">${shown.map(({ email }) => accountButton(email))}</ul></form>
</aside>`;
}

function accountButton(email: string): Html {
  return html`<li><button type="submit" name="known_account" value="${email}"><span class="initial" aria-hidden="true">${[...email][0]}</span><span>Continue as <bdi class="name">${plainName(email)}</bdi></span></button></li>`;
}
