/** What an operator or a passer-by finds at the root of a server, and the page after signing out. */

import { html } from "./html.js";
import { Page } from "./layout.js";

export interface HomeView {
  /** How this server calls itself: an operator's name for it, or its address. */
  name: string;
  links: readonly { href: string; label: string; description: string }[];
}

export function homePage(view: HomeView): Page {
  return new Page({
    title: view.name,
    width: "card",
    main: html`<section class="card">
<p class="eyebrow">Authorization server</p>
<h1>${view.name}</h1>
<p>Apps send people here to ask for access to their accounts. If no app sent you, there is nothing for you to do here.</p>
<ul class="links">${view.links.map(
      (link) =>
        html`<li><a href="${link.href}">${link.label}</a><p class="muted small">${link.description}</p></li>`,
    )}</ul>
</section>`,
  });
}

export interface SignedOutView {
  signInHref?: string | undefined;
}

export function signedOutPage(view: SignedOutView = {}): Page {
  return new Page({
    title: "Signed out",
    width: "card",
    main: html`<section class="card">
<h1>You are signed out</h1>
<p>Apps you allowed keep their access until you remove it or it expires.</p>
${view.signInHref && html`<p><a class="button" href="${view.signInHref}">Sign in again</a></p>`}
</section>`,
  });
}
