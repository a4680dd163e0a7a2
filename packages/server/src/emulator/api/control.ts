/**
 * What people do with documents, done by a test: signers view, sign, decline or hand on; e-mails bounce, requests expire,
 * files fail. Below `/_emulator`.
 */

import type { Fields } from "../control/fields.js";
import { ControlFault } from "../control/fields.js";
import type { World } from "../state/world.js";
import { ApiFault } from "./api-fault.js";
import { Input } from "./input.js";
import type { Change } from "./signature-requests/change.js";
import type { SignatureRequest } from "./signature-requests/request.js";
import * as rules from "./signature-requests/rules.js";
import * as signerRules from "./signature-requests/signer-rules.js";
import { onTurn } from "./signature-requests/turns.js";
import { signatureRequestView } from "./signature-requests/view.js";
import { newTemplate } from "./templates/make.js";
import { templateView } from "./templates/view.js";

export const actKeys = ["act", "signer", "reason", "email", "name", "values", "message"] as const;
export const templateKeys = [
  "template_id",
  "owner",
  "title",
  "message",
  "signer_roles",
  "ordered",
  "cc_roles",
  "custom_fields",
  "documents",
] as const;
export const signingKeys = ["preparing"] as const;

const acts = [
  "prepare",
  "view",
  "sign",
  "decline",
  "reassign",
  "bounce",
  "expire",
  "fail",
  "finish",
] as const;

/** Returns every request, newest first. */
export function listRequests(world: World): object {
  return { signature_requests: world.signing.documents.requests().map((one) => view(world, one)) };
}

export function showRequest(world: World, id: string): object {
  return { signature_request: view(world, requestNamed(world, id)) };
}

const view = ({ context }: World, request: SignatureRequest) => ({
  ...signatureRequestView(request, context.issuer()),
  phase: request.phase,
  held: request.held,
  downloadable: request.downloadable,
  is_embedded: request.embedded,
});

function requestNamed({ signing }: World, id: string): SignatureRequest {
  const request = signing.documents.request(id) ?? signing.documents.findSignature(id);
  if (request === undefined)
    throw new ControlFault("There is no such signature request", "signature_request_id", 404);
  return request;
}

/** Does one act and resolves when its events have been posted once. @throws {ControlFault} */
export async function actOnRequest(world: World, id: string, fields: Fields): Promise<object> {
  const { signing, context } = world;
  const act = fields.optionalChoice("act", acts);
  if (act === undefined) throw new ControlFault(`act must be one of ${acts.join(", ")}`, "act");
  let request = requestNamed(world, id);
  // A person would have waited for the mail; only a phase that is held stays as it is.
  const waits = request.phase === "preparing" && !request.held && act !== "fail" && act !== "expire";
  try {
    if (waits || act === "prepare") {
      const ready = signing.life.apply(rules.prepared(request, context.now()));
      await ready.told;
      request = requestNamed(world, ready.request.id);
    }
    const { request: next, told } = signing.life.apply(changeOf(world, act, request, fields));
    await told;
    return { signature_request: view(world, next) };
  } catch (error) {
    if (error instanceof ApiFault) throw new ControlFault(error.message, error.path, error.status);
    throw error;
  }
}

function changeOf(
  { context }: World,
  act: (typeof acts)[number],
  request: SignatureRequest,
  fields: Fields,
): Change {
  const now = context.now();
  const signer = () => signerNamed(request, fields.optionalText("signer"));
  switch (act) {
    case "prepare":
      return { request, events: [], mails: [] };
    case "view":
      return signerRules.viewed(request, signer(), now);
    case "sign":
      return signerRules.signed(request, signer(), now, valuesOf(fields));
    case "decline":
      return signerRules.declined(request, signer(), fields.text("reason"));
    case "reassign":
      return signerRules.reassigned(
        request,
        signer(),
        {
          email: new Input({ email: fields.text("email") }).email("email"),
          name: fields.text("name"),
          reason: fields.optionalText("reason"),
          newId: context.randomBytes(16).toString("hex"),
        },
        now,
      );
    case "bounce":
      return signerRules.bounced(request, signer());
    case "expire":
      return rules.expired(request);
    case "fail":
      return rules.failed(request, fields.optionalText("message") ?? "The file could not be processed");
    case "finish":
      return rules.finished(request);
  }
}

/** By signature id or e-mail address; whoever is first in turn where nobody is named. */
function signerNamed(request: SignatureRequest, name: string | undefined): string {
  const [first] = onTurn(request);
  if (name === undefined) {
    if (first !== undefined) return first.signatureId;
    throw new ControlFault("Nobody is waiting to sign this request", "signer", 409);
  }
  const found = request.signers.find(
    ({ signatureId, email }) => signatureId === name || email.toLowerCase() === name.toLowerCase(),
  );
  if (found === undefined) throw new ControlFault("The request has no such signer", "signer", 404);
  return found.signatureId;
}

function valuesOf(fields: Fields): Record<string, string | boolean> {
  const values = fields.raw("values");
  if (values === undefined) return {};
  const good =
    typeof values === "object" &&
    !Array.isArray(values) &&
    Object.values(values as object).every((one) => typeof one === "string" || typeof one === "boolean");
  if (good) return values as Record<string, string | boolean>;
  throw new ControlFault(
    "values must be an object of texts, true and false, by the field's api_id",
    "values",
  );
}

/** How long new requests are prepared: a duration, or `hold` until each is let go. */
export function changeSigning({ signing }: World, fields: Fields): object {
  if (fields.has("preparing"))
    signing.preparingMilliseconds =
      fields.raw("preparing") === "hold" ? undefined : fields.duration("preparing");
  return { preparing: signing.preparingMilliseconds ?? "hold" };
}

/** Makes a template, as its editor would. @throws {ControlFault} */
export async function makeTemplate({ context, signing }: World, fields: Fields): Promise<object> {
  const email = fields.text("owner");
  const owner = await context.storage.findAccountByEmail(email);
  if (owner === undefined) throw new ControlFault("There is no such account", "owner", 404);
  const signerRoles = fields.optionalTexts("signer_roles") ?? [];
  if (signerRoles.length === 0)
    throw new ControlFault("signer_roles needs at least one role", "signer_roles");
  const id = fields.optionalText("template_id");
  if (id !== undefined && !/^[0-9a-f]{40}$/.test(id))
    throw new ControlFault("template_id must be 40 hex digits", "template_id");
  const template = newTemplate(
    {
      id,
      signerRoles,
      title: fields.text("title"),
      message: fields.optionalText("message"),
      ordered: fields.optionalFlag("ordered"),
      ccRoles: fields.optionalTexts("cc_roles"),
      customFields: fields.optionalTexts("custom_fields"),
      documents: fields.optionalTexts("documents"),
    },
    { id: owner.id, email: owner.email },
    context.now(),
    context.randomBytes,
  );
  signing.documents.putTemplate(template);
  return { template: templateView(template, owner.id) };
}
