/** A team as the API answers it (OpenAPI: `TeamResponse`, `TeamInfoResponse`, `TeamMemberResponse`, `TeamInviteResponse`). */

import { accountResource } from "../../../accounts/account-resource.js";
import type { Account } from "../../../storage/port/records.js";
import { isOpen, type Team, type TeamInvite, type TeamMember } from "./team.js";

export interface Accounts {
  readonly byId: (id: string) => Promise<Account | undefined>;
  readonly byEmail: (email: string) => Promise<Account | undefined>;
}

export async function teamView(team: Team, accounts: Accounts, now: number) {
  const members = await Promise.all(team.members.map(({ accountId }) => accounts.byId(accountId)));
  const open = team.invites.filter((invite) => isOpen(invite, now));
  const invited = await Promise.all(open.map(({ email }) => accounts.byEmail(email)));
  const full = (account: Account, role: string | null) => ({
    ...accountResource(account).account,
    role_code: role,
    team_id: role === null ? null : team.id,
  });
  return {
    name: team.name,
    accounts: team.members.flatMap(({ role }, index) => {
      const account = members[index];
      return account === undefined ? [] : [full(account, roleCodes[role])];
    }),
    // Of somebody who has not joined, only what the inviter knows.
    invited_accounts: invited.flatMap((account) =>
      account === undefined ? [] : [{ account_id: account.id, email_address: account.email }],
    ),
    invited_emails: open.flatMap(({ email }, index) => (invited[index] === undefined ? [email] : [])),
  };
}

/** Roles have another name in an account. */
const roleCodes = { Member: "m", Developer: "d", "Team Manager": "t", Admin: "a" } as const;

export const teamInfoView = ({ id, name, members }: Team) => ({
  team_id: id,
  team_parent: null,
  name,
  num_members: members.length,
  num_sub_teams: 0,
});

export const memberView = ({ accountId, email, role }: TeamMember) => ({
  account_id: accountId,
  email_address: email,
  role,
});

const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);

export const inviteView = ({ id }: Team, invite: TeamInvite) => ({
  email_address: invite.email,
  team_id: id,
  role: invite.role,
  sent_at: seconds(invite.sentAt),
  redeemed_at: invite.redeemedAt === undefined ? null : seconds(invite.redeemedAt),
  expires_at: seconds(invite.expiresAt),
});
