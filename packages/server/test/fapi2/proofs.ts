/** Owns DPoP proofs written out by hand (RFC 9449 §4.2): what is signed is whatever the test says. */

import { createHash, type KeyObject, randomUUID } from "node:crypto";
import { calculateJwkThumbprint, type JWK, type JWTPayload, SignJWT } from "jose";
import { post } from "../standard/house.js";
import { type Answer, send } from "../support/http.js";
import type { TestServer } from "../support/server.js";
import { keyPair, seconds } from "./client.js";

/** A key that proofs are made by. */
export interface Prover {
  readonly key: KeyObject;
  readonly jwk: JWK;
  readonly alg: string;
  readonly jkt: string;
}

export async function prover(alg: Parameters<typeof keyPair>[0] = "ES256"): Promise<Prover> {
  const { publicKey, privateKey } = keyPair(alg);
  const jwk = publicKey.export({ format: "jwk" }) as JWK;
  return { key: privateKey, jwk, alg, jkt: await calculateJwkThumbprint(jwk) };
}

export interface Said {
  readonly claims?: { readonly [claim: string]: unknown };
  readonly header?: Readonly<Record<string, unknown>>;
}

/** A proof for a request. @param said what it says in the place of the truth; undefined leaves a claim out. */
export function proofFor(
  server: TestServer,
  { key, jwk, alg }: Prover,
  [htm, url]: readonly [method: string, url: string],
  { claims = {}, header = {} }: Said = {},
): Promise<string> {
  const usual = { jti: randomUUID(), htm, htu: url, iat: seconds(server) };
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ typ: "dpop+jwt", alg, jwk, ...header } as never)
    .sign(key);
}

export const athOf = (token: string): string => createHash("sha256").update(token).digest("base64url");

/** Posts a form with a proof, again with the nonce where one is asked for, as clients do. */
export async function postProven(
  server: TestServer,
  path: string,
  fields: () => Promise<Record<string, string>>,
  by: Prover,
  said: Said = {},
): Promise<Answer> {
  const url = `${server.url}${path}`;
  const once = async (claims: JWTPayload) => {
    const proof = await proofFor(server, by, ["POST", url], {
      ...said,
      claims: { ...claims, ...said.claims },
    });
    return post(server, path, await fields(), { dpop: proof });
  };
  const first = await once({});
  return first.json().error === "use_dpop_nonce"
    ? once({ nonce: String(first.headers["dpop-nonce"]) })
    : first;
}

/** Reads the account by a bound token, again with the nonce where one is asked for. */
export async function accountProven(
  server: TestServer,
  token: string,
  by: Prover,
  said: Said = {},
): Promise<Answer> {
  const url = `${server.url}/v3/account`;
  const once = async (claims: JWTPayload) => {
    const usual = { ath: athOf(token), ...claims, ...said.claims };
    const proof = await proofFor(server, by, ["GET", url], { ...said, claims: usual });
    return send(url, { headers: { authorization: `DPoP ${token}`, dpop: proof } });
  };
  const first = await once({});
  return String(first.headers["www-authenticate"]).includes("use_dpop_nonce")
    ? once({ nonce: String(first.headers["dpop-nonce"]) })
    : first;
}
