/** The page behind the link of an invitation to a team. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { HttpContext } from "../../../http/context.js";
import { sendPage } from "../../../http/page.js";
import { type Html, html } from "../../../pages/html.js";
import { Page } from "../../../pages/layout.js";
import { shownEmail, shownName } from "../../../pages/names.js";
import type { Documents } from "../documents.js";
import { isOpen, joined, type Team, type TeamInvite } from "./team.js";

export function joinRoutes(server: FastifyInstance, context: HttpContext, documents: Documents): void {
  const found = (request: FastifyRequest) => {
    const { token } = request.params as { token: string };
    return openInvite(documents, token, context.now());
  };
  server.get("/team/join/:token", async (request, reply) => {
    const invitation = found(request);
    if (invitation === undefined) return over(reply);
    return show(reply, joinForm(invitation.team, invitation.invite));
  });
  // Whoever has the address may accept: it is a secret of its own, as that of a signer's page is.
  server.post("/team/join/:token", async (request, reply) => {
    const invitation = found(request);
    if (invitation === undefined) return over(reply);
    const { team, invite } = invitation;
    const account = await context.storage.findAccountByEmail(invite.email);
    if (account === undefined) return show(reply, noAccount(invite), 409);
    if (documents.teamOf(account.id) !== undefined) return show(reply, inTeam(invite), 409);
    const next = joined(documents.team(team.id) ?? team, account, context.now());
    if (next === undefined) return over(reply);
    documents.putTeam(next);
    return show(
      reply,
      html`<h1>You joined the team</h1><p>${shownEmail(account.email)} is now a member of ${shownName(team.name)}.</p>`,
    );
  });
}

function openInvite(documents: Documents, token: string, now: number) {
  for (const team of documents.teams()) {
    const invite = team.invites.find((one) => one.token === token && isOpen(one, now));
    if (invite !== undefined) return { team, invite };
  }
  return undefined;
}

function show(reply: FastifyReply, content: Html, status = 200): FastifyReply {
  const main = html`<section class="card">${content}</section>`;
  return sendPage(reply, new Page({ title: "Join a team", width: "card", main }), status);
}

const over = (reply: FastifyReply) =>
  show(
    reply,
    html`<h1>This invitation is no longer valid</h1><p>The link is wrong or was already used, or the invitation was withdrawn.</p>`,
    404,
  );

const joinForm = (team: Team, { email, token }: TeamInvite) =>
  html`<h1>Join ${shownName(team.name)}</h1><p class="muted">as ${shownEmail(email)}</p>
<form method="post" action="/team/join/${token}"><div class="buttons-wide"><button type="submit" class="primary">Join the team</button></div></form>`;

const noAccount = ({ email }: TeamInvite) =>
  html`<h1>No account yet</h1><p>Create an account for ${shownEmail(email)} first, for example with <code>POST /v3/account/create</code>. Then open this link again.</p>`;

const inTeam = ({ email }: TeamInvite) =>
  html`<h1>Already in a team</h1><p>${shownEmail(email)} already belongs to a team. An account can be in only one.</p>`;
