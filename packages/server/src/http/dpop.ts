/** DPoP where it meets HTTP: the header of a proof, the address it is for, and the nonce for the next one (RFC 9449). */

import type { FastifyReply, FastifyRequest } from "fastify";
import { dpopNonce } from "../oauth/dpop/nonce.js";
import { checkProof, type Proof } from "../oauth/dpop/proof.js";
import { wordedRefusal } from "../oauth/refusal.js";
import type { Access } from "../oauth/tokens/access.js";
import type { HttpContext } from "./context.js";
import { pathOf } from "./target.js";

/** Returns what the proof of a request proves, or undefined where none was sent and none is needed. @throws {Refusal} */
export async function readProof(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
  required: boolean,
): Promise<Proof | undefined> {
  const text = context.profile.dpop === "none" ? undefined : headerOf(request);
  if (text === undefined && !required) return undefined;
  tellNonce(context, reply);
  if (text === undefined)
    throw wordedRefusal("dpop_proof_invalid", "none was sent; send one in the header DPoP");
  return checkProof(context, text, { method: request.method, url: addressOf(context, request) });
}

/** @throws {Refusal} unless an access token is used in the way that it is bound. */
export async function checkUse(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
  {
    scheme,
    token,
    access,
  }: { readonly scheme: "bearer" | "dpop"; readonly token: string; readonly access: Access },
): Promise<void> {
  if (scheme === "bearer") {
    if (access.jkt !== undefined)
      throw wordedRefusal("access_token_binding", "it is bound to a key: send it as DPoP, with a proof");
    if (context.profile.dpop === "required")
      throw wordedRefusal("access_token_binding", "it is bound to no key; refresh it with a proof");
    return;
  }
  if (access.jkt === undefined)
    throw wordedRefusal("access_token_binding", "it is bound to no key: send it as Bearer");
  tellNonce(context, reply);
  const text = headerOf(request);
  if (text === undefined)
    throw wordedRefusal("access_proof_invalid", "none was sent; send one in the header DPoP");
  const url = addressOf(context, request);
  const proof = await checkProof(context, text, { method: request.method, url, accessToken: token });
  if (proof.jkt !== access.jkt)
    throw wordedRefusal("access_proof_invalid", "its key is not the one that the access token is bound to");
}

/** Sent twice, Node joins a header by commas: that is no JWT. */
function headerOf(request: FastifyRequest): string | undefined {
  const { dpop } = request.headers;
  return dpop === undefined ? undefined : String(dpop);
}

function addressOf({ issuer }: HttpContext, request: FastifyRequest): string {
  return new URL(issuer()).origin + pathOf(request);
}

function tellNonce(context: HttpContext, reply: FastifyReply): void {
  reply.header("dpop-nonce", dpopNonce(context));
}
