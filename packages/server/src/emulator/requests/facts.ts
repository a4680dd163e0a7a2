/** What a request is about, before any rule judges it: operation, app, account, and the flow it may be part of. */

import type { FastifyRequest } from "fastify";
import { hashed } from "../../crypto/compare.js";
import { readParameters } from "../../http/body.js";
import type { HttpContext } from "../../http/context.js";
import { queryOf, queryParameters } from "../../http/target.js";
import { endpoints, tokenOperations } from "../../oauth/endpoints.js";
import { Parameters } from "../../oauth/parameters.js";
import type { Profile } from "../../oauth/profile/profile.js";
import { Refusal } from "../../oauth/refusal.js";
import { chooseGrantType } from "../../oauth/token/request.js";
import { openAccessToken, openRefreshToken } from "../../oauth/tokens/opaque.js";
import type { FlowKey } from "./flows.js";
import { operationOf } from "./operation.js";
import { redacted } from "./redact.js";

export interface RequestFacts {
  readonly operation: string;
  readonly clientId: string | undefined;
  readonly accountId: string | undefined;
  /** By which its flow may be known, the surest first. */
  readonly keys: readonly FlowKey[];
  /** Whether it begins a flow where none is known. */
  readonly begins: boolean;
  readonly parameters: Readonly<Record<string, string>>;
  readonly clientSecret: string | undefined;
  /** A token request's credentials came by HTTP Basic, where the profile does not read it. */
  readonly unreadBasic: boolean;
}

type Read = (name: string) => string | undefined;

export async function readFacts(context: HttpContext, request: FastifyRequest): Promise<RequestFacts> {
  const query = queryParameters(request);
  const body = await parametersOrNone(request);
  const read: Read = (name) => textOf(body, name) ?? textOf(query, name);
  const operation = operationNamed(context.profile, request, body);
  const keys = flowKeys(context, request, operation, read);
  const owner = await ownerOf(context, keys);
  return {
    operation,
    clientId: read("client_id") ?? owner.clientId,
    accountId: owner.accountId,
    keys,
    begins: /^(authorize|accountCreate$)/.test(operation),
    parameters: redacted([body, query]),
    clientSecret: read("client_secret"),
    unreadBasic: hasUnreadBasic(context.profile, request, operation),
  };
}

function hasUnreadBasic(profile: Profile, { headers }: FastifyRequest, operation: string): boolean {
  if (!Object.values(tokenOperations).includes(operation)) return false;
  if (profile.clientAuthentication.includes("client_secret_basic")) return false;
  return /^Basic( |$)/i.test(headers.authorization ?? "");
}

/** Of a token request the grant says which operation it is, as the rules of the protocol choose it. */
function operationNamed(profile: Profile, request: FastifyRequest, body: Parameters): string {
  const operation = operationOf(request);
  if (operation !== endpoints.token.operation) return operation;
  try {
    return tokenOperations[chooseGrantType(profile, body, queryOf(request))];
  } catch (error) {
    if (error instanceof Refusal) return operation;
    throw error;
  }
}

async function parametersOrNone(request: FastifyRequest): Promise<Parameters> {
  try {
    return await readParameters(request);
  } catch {
    return Parameters.fromPairs([]);
  }
}

function textOf(parameters: Parameters, name: string): string | undefined {
  try {
    return parameters.optional(name);
  } catch {
    return undefined;
  }
}

/** The key of an authorization that is under way in a browser. */
export function authorizationKey(clientId: string, state: string, redirectUri: string): FlowKey {
  return `authorization:${JSON.stringify([clientId, state, redirectUri])}`;
}

export function stateKey(clientId: string, state: string): FlowKey {
  return `state:${JSON.stringify([clientId, state])}`;
}

function flowKeys(context: HttpContext, request: FastifyRequest, operation: string, read: Read): FlowKey[] {
  const clientId = read("client_id") ?? "";
  const state = read("state");
  if (operation.startsWith("authorize")) {
    // Requests of strangers are not one story because each leaves out who it is.
    if (clientId === "") return [];
    return [authorizationKey(clientId, state ?? "", read("redirect_uri") ?? "")];
  }
  const keys: FlowKey[] = [];
  const code = read("code");
  if (operation === "oauthTokenGenerate" && code !== undefined) keys.push(`code:${hashed(code)}`);
  const family = familyOf(context, request, read);
  if (family !== undefined) keys.push(`family:${family}`);
  if (state !== undefined) keys.push(stateKey(clientId, state));
  return keys;
}

function familyOf(context: HttpContext, request: FastifyRequest, read: Read): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? "")?.[1];
  for (const token of [read("refresh_token"), read("token"), bearer]) {
    if (token === undefined) continue;
    const opened = openRefreshToken(context.ring, token) ?? openAccessToken(context.ring, token);
    if (opened) return opened.familyId;
  }
  return undefined;
}

/** Whose code or family it is, expired and revoked ones included: the log names them all the same. */
async function ownerOf(
  { storage }: HttpContext,
  keys: readonly FlowKey[],
): Promise<{ clientId?: string; accountId?: string }> {
  for (const key of keys) {
    const value = key.slice(key.indexOf(":") + 1);
    if (key.startsWith("code:")) {
      const code = await storage.findCode(value).catch(() => undefined);
      if (code) return { clientId: code.clientId, accountId: code.accountId };
    }
    if (key.startsWith("family:")) {
      const view = await storage.findFamily(value).catch(() => undefined);
      if (view) return { clientId: view.app.clientId, accountId: view.account.id };
    }
  }
  return {};
}
