/** Teams by API: create, get, update, delete, members, invitations. Nothing in the API makes a sub team: there is none. */

import type { FastifyInstance } from "fastify";
import type { HttpContext } from "../../../http/context.js";
import type { Account } from "../../../storage/port/records.js";
import { ApiFault, notFound } from "../api-fault.js";
import { type ApiCall, apiRoute } from "../api-route.js";
import { readQuery } from "../body.js";
import { Input } from "../input.js";
import { paged, readPage } from "../paging.js";
import type { Signing } from "../signing.js";
import type { Warning } from "../templates/read.js";
import { joinRoutes } from "./join.js";
import { checkManages, invited, roles, type Team, without } from "./team.js";
import { inviteView, memberView, teamInfoView, teamView } from "./view.js";

const longestName = 255;

export function teamRoutes(server: FastifyInstance, context: HttpContext, signing: Signing): void {
  const teams = new Teams(context, signing);
  joinRoutes(server, context, signing.documents);
  const input = async ({ body }: ApiCall) => new Input((await body()).tree);
  const query = (request: Parameters<typeof readQuery>[0]) => new Input(readQuery(request));

  apiRoute(server, context, "teamCreate", async (call) =>
    teams.create(call.caller.account, await input(call)),
  );
  apiRoute(server, context, "teamGet", async ({ caller }) => {
    const team = teams.of(caller.account);
    if (team === undefined) throw notFound();
    return teams.view(team);
  });
  apiRoute(server, context, "teamUpdate", async (call) => {
    const name = (await input(call)).text("name", { max: longestName });
    return teams.view(teams.keep({ ...teams.managed(call.caller.account), name }));
  });
  apiRoute(server, context, "teamDelete", async ({ caller }) => {
    teams.delete(caller.account);
    return undefined;
  });
  apiRoute(server, context, "teamAddMember", async (call) =>
    teams.add(call.caller.account, await input(call), query(call.request)),
  );
  apiRoute(server, context, "teamRemoveMember", async (call) =>
    teams.remove(call.caller.account, await input(call)),
  );
  apiRoute(server, context, "teamInfo", async ({ caller, request }) => ({
    team: teamInfoView(teams.named(caller.account, query(request).optionalText("team_id", { max: 100 }))),
  }));
  apiRoute(server, context, "teamMembers", async ({ caller, request, params }) => {
    const { members } = teams.named(caller.account, params.team_id);
    const { items, list_info } = paged(members, readPage(query(request)));
    return { list_info, team_members: items.map(memberView) };
  });
  apiRoute(server, context, "teamSubTeams", async ({ caller, request, params }) => {
    teams.named(caller.account, params.team_id);
    const { list_info } = paged([], readPage(query(request)));
    return { list_info, sub_teams: [] };
  });
  apiRoute(server, context, "teamInvites", async ({ caller, request }) => ({
    team_invites: teams.invites(caller.account, query(request).optionalEmail("email_address")),
  }));
}

class Teams {
  readonly #context: HttpContext;
  readonly #signing: Signing;

  constructor(context: HttpContext, signing: Signing) {
    this.#context = context;
    this.#signing = signing;
  }

  of({ id }: Account): Team | undefined {
    return this.#signing.documents.teamOf(id);
  }

  /** @throws {ApiFault} `bad_request` without a team, `forbidden` for a plain member. */
  managed(account: Account): Team {
    const team = this.of(account);
    if (team === undefined) throw new ApiFault("bad_request", "You do not belong to a team");
    checkManages(team, account.id);
    return team;
  }

  /** @throws {ApiFault} `forbidden` for any team but the caller's own, whether there is such a team or not. */
  named(account: Account, id: string | undefined): Team {
    const team = this.of(account);
    if (team !== undefined && (id === undefined || id === team.id)) return team;
    throw new ApiFault("forbidden", "Only a team of your own can be looked at");
  }

  keep(team: Team): Team {
    this.#signing.documents.putTeam(team);
    return team;
  }

  async view(team: Team, warnings: readonly Warning[] = []): Promise<object> {
    const { storage, now } = this.#context;
    const accounts = {
      byId: (id: string) => storage.findAccount(id),
      byEmail: (email: string) => storage.findAccountByEmail(email),
    };
    return { team: await teamView(team, accounts, now()), ...(warnings.length > 0 && { warnings }) };
  }

  async create(account: Account, input: Input): Promise<object> {
    const name = input.optionalText("name", { max: longestName }) ?? "Untitled Team";
    if (this.of(account) !== undefined)
      throw new ApiFault("bad_request", "You already belong to a team; leave it to create another");
    const admin = { accountId: account.id, email: account.email, role: "Admin" as const };
    const id = this.#context.randomBytes(20).toString("hex");
    return this.view(this.keep({ id, name, members: [admin], invites: [] }));
  }

  /** @throws {ApiFault} `bad_request` while others are in it. */
  delete(account: Account): void {
    const team = this.managed(account);
    if (team.members.length > 1)
      throw new ApiFault("bad_request", "A team with other members cannot be deleted; remove them first");
    this.#signing.documents.deleteTeam(team.id);
  }

  async add(account: Account, input: Input, query: Input): Promise<object> {
    input.optionalChoice("role", roles);
    const who = await this.#person(input);
    const team = this.managed(account);
    const teamId = query.optionalText("team_id", { max: 100 });
    if (teamId !== undefined && teamId !== team.id) throw notFound();
    const theirs = who.account && this.of(who.account);
    if (theirs !== undefined && theirs.id !== team.id)
      throw new ApiFault("team_invite_failed", `${who.email} belongs to another team`);
    const { now, randomBytes } = this.#context;
    const token = randomBytes(24).toString("base64url");
    const next = this.keep(invited(team, who.email, token, now()));
    this.#signing.messages.inviteToTeam(next, { email: who.email, token, inviter: account.email });
    return this.view(next);
  }

  async remove(account: Account, input: Input): Promise<object> {
    input.optionalChoice("new_role", roles);
    input.optionalEmail("new_owner_email_address");
    const { email } = await this.#person(input);
    const team = this.managed(account);
    if (input.has("new_team_id")) throw new ApiFault("not_found", "There is no such sub team", "new_team_id");
    const next = this.keep(without(team, email, this.#context.now()));
    return this.view(next, input.has("new_owner_email_address") ? [notTransferred] : []);
  }

  /** Invitations for the caller; for somebody else, those of the caller's own team. */
  invites(account: Account, email: string | undefined): object[] {
    const wanted = (email ?? account.email).toLowerCase();
    const all = this.#signing.documents.teams();
    const own = this.of(account)?.id;
    const shown = wanted === account.email.toLowerCase() ? all : all.filter(({ id }) => id === own);
    return shown.flatMap((team) =>
      team.invites
        .filter((invite) => invite.email.toLowerCase() === wanted)
        .map((invite) => inviteView(team, invite)),
    );
  }

  /** By id or e-mail address; the id prevails. @throws {ApiFault} */
  async #person(input: Input): Promise<{ readonly email: string; readonly account: Account | undefined }> {
    const id = input.optionalText("account_id", { max: 100 });
    const email = input.optionalEmail("email_address");
    const { storage } = this.#context;
    if (id !== undefined) {
      const account = await storage.findAccount(id);
      if (account === undefined) throw new ApiFault("not_found", "There is no such account", "account_id");
      return { email: account.email, account };
    }
    if (email === undefined) throw input.missing("email_address");
    return { email, account: await storage.findAccountByEmail(email) };
  }
}

const notTransferred: Warning = {
  warning_name: "parameter_ignored",
  warning_msg: "new_owner_email_address: what the account owns stays its own",
};
