/** A team as the emulator holds it, and its rules, as pure functions: values are replaced, never changed. */

import { ApiFault } from "../api-fault.js";

export const roles = ["Member", "Developer", "Team Manager", "Admin"] as const;
export type Role = (typeof roles)[number];

export interface TeamMember {
  readonly accountId: string;
  readonly email: string;
  readonly role: Role;
}

export interface TeamInvite {
  /** The secret of the link in the e-mail. */
  readonly token: string;
  readonly email: string;
  readonly role: Role;
  /** Emulated milliseconds. */
  readonly sentAt: number;
  readonly expiresAt: number;
  readonly redeemedAt: number | undefined;
}

export interface Team {
  /** 40 hex digits. */
  readonly id: string;
  readonly name: string;
  readonly members: readonly TeamMember[];
  readonly invites: readonly TeamInvite[];
}

/** How long an invitation can be accepted; the live time is not known. */
const inviteMilliseconds = 30 * 86_400_000;
/** Most members and invitations of a team. */
const mostPeople = 1000;

const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

export const isOpen = ({ redeemedAt, expiresAt }: TeamInvite, now: number): boolean =>
  redeemedAt === undefined && now < expiresAt;

export const memberOf = ({ members }: Team, accountId: string): TeamMember | undefined =>
  members.find((one) => one.accountId === accountId);

/** @throws {ApiFault} `forbidden` unless the account manages the team. */
export function checkManages(team: Team, accountId: string): void {
  const role = memberOf(team, accountId)?.role;
  if (role !== "Admin" && role !== "Team Manager")
    throw new ApiFault("forbidden", "Only an admin or manager of the team may do this");
}

/** @throws {ApiFault} `team_invite_failed` for somebody who is in the team or has been invited. */
export function invited(team: Team, email: string, token: string, now: number): Team {
  if (team.members.some((one) => same(one.email, email)))
    throw new ApiFault("team_invite_failed", `${email} is already a member of the team`);
  if (team.invites.some((one) => same(one.email, email) && isOpen(one, now)))
    throw new ApiFault("team_invite_failed", `${email} has already been invited`);
  if (team.members.length + team.invites.length >= mostPeople)
    throw new ApiFault("team_invite_failed", `A team has at most ${mostPeople} members and invitations`);
  const expiresAt = now + inviteMilliseconds;
  const role = "Member" as const;
  const invite: TeamInvite = { token, email, role, sentAt: now, expiresAt, redeemedAt: undefined };
  return { ...team, invites: [...team.invites, invite] };
}

/** The person accepts: returns the team with them, or undefined where nothing is open for them. */
export function joined(
  team: Team,
  account: { readonly id: string; readonly email: string },
  now: number,
): Team | undefined {
  const invite = team.invites.find((one) => same(one.email, account.email) && isOpen(one, now));
  if (invite === undefined) return undefined;
  return {
    ...team,
    members: [...team.members, { accountId: account.id, email: account.email, role: invite.role }],
    invites: team.invites.map((one) => (one === invite ? { ...one, redeemedAt: now } : one)),
  };
}

/** Takes a member or an open invitation away. @throws {ApiFault} for a stranger, and for the last admin. */
export function without(team: Team, email: string, now: number): Team {
  const member = team.members.find((one) => same(one.email, email));
  const invite = team.invites.find((one) => same(one.email, email) && isOpen(one, now));
  if (member === undefined && invite === undefined)
    throw new ApiFault("not_found", `${email} is neither a member of the team nor invited`);
  const members = team.members.filter((one) => one !== member);
  if (!members.some(({ role }) => role === "Admin"))
    throw new ApiFault("bad_request", "The last admin of a team cannot be removed");
  const invites = team.invites.map((one) => (one === invite ? { ...one, expiresAt: now } : one));
  return { ...team, members, invites };
}
