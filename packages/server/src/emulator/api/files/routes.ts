/** The three ways to fetch the files of a signature request or a template. */

import type { FastifyInstance, FastifyReply } from "fastify";
import type { HttpContext } from "../../../http/context.js";
import { ApiFault } from "../api-fault.js";
import { type ApiCall, apiRoute } from "../api-route.js";
import { readQuery } from "../body.js";
import { Input } from "../input.js";
import type { SignatureRequest } from "../signature-requests/request.js";
import { seenRequest } from "../signature-requests/visibility.js";
import type { Signing } from "../signing.js";
import { anyTemplate, withFiles } from "../templates/visibility.js";
import { type Download, type Downloadable, downloadOf, requestDocuments } from "./documents.js";
import { linkMilliseconds, linkPath } from "./links.js";

export function fileRoutes(server: FastifyInstance, context: HttpContext, signing: Signing): void {
  serve(server, context, signing, "signatureRequest", async ({ caller, params }) => {
    const request = await seenRequest(signing.documents, context, params.signature_request_id ?? "", caller);
    checkReady(request);
    return requestDocuments(request);
  });
  serve(server, context, signing, "template", async ({ caller, params }) => {
    const template = withFiles(anyTemplate(signing.documents, params.template_id ?? "", caller));
    return { title: template.title, testMode: false, files: template.files, more: [] };
  });
  server.get(`${linkPath}/:token`, async (request, reply) => {
    const { token } = request.params as { token: string };
    const link = signing.links.find(token, context.now());
    if (link === undefined)
      return reply
        .code(404)
        .send({ error: { error_msg: "The link is unknown or has expired", error_name: "not_found" } });
    return sendDownload(reply, link.make(), link.asAttachment);
  });
}

function serve(
  server: FastifyInstance,
  context: HttpContext,
  signing: Signing,
  what: "signatureRequest" | "template",
  documents: (call: ApiCall) => Promise<Downloadable>,
): void {
  apiRoute(server, context, `${what}Files`, async (call) => {
    const type = new Input(readQuery(call.request)).optionalChoice("file_type", ["pdf", "zip"]) ?? "pdf";
    return sendDownload(call.reply, downloadOf(await documents(call), type), true);
  });
  apiRoute(server, context, `${what}FilesAsDataUri`, async (call) => {
    const { bytes } = downloadOf(await documents(call), "pdf");
    return { data_uri: `data:application/pdf;base64,${bytes.toString("base64")}` };
  });
  apiRoute(server, context, `${what}FilesAsFileUrl`, async (call) => {
    const query = new Input(readQuery(call.request));
    const asAttachment = query.has("force_download") ? query.flag("force_download") : true;
    const found = await documents(call);
    const token = context.randomBytes(32).toString("hex");
    const expiresAt = context.now() + linkMilliseconds;
    signing.links.add(token, { expiresAt, asAttachment, make: () => downloadOf(found, "pdf") });
    return { file_url: `${context.issuer()}${linkPath}/${token}`, expires_at: Math.floor(expiresAt / 1000) };
  });
}

function sendDownload(
  reply: FastifyReply,
  { name, contentType, bytes }: Download,
  asAttachment: boolean,
): FastifyReply {
  return reply
    .header("content-type", contentType)
    .header("content-disposition", `${asAttachment ? "attachment" : "inline"}; filename="${name}"`)
    .header("cache-control", "no-store")
    .header("x-content-type-options", "nosniff")
    .send(bytes);
}

/** Complete does not mean that the final copy is ready: `signature_request_downloadable` says when it is. */
function checkReady(request: SignatureRequest): void {
  if (request.phase === "preparing" || (request.phase === "complete" && !request.downloadable))
    throw new ApiFault(
      "conflict",
      "The files are still being prepared; wait for signature_request_downloadable and try again",
    );
  if (request.phase === "error")
    throw new ApiFault("unprocessable_entity", "The files of this signature request could not be processed");
  if (request.phase === "expired")
    throw new ApiFault("signature_request_expired", "The signature request has expired", undefined, 403);
}
