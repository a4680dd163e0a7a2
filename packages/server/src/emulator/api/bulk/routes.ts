/** Bulk send: many requests from the same templates, and how the job stands. */

import type { FastifyInstance } from "fastify";
import type { HttpContext } from "../../../http/context.js";
import { ApiFault } from "../api-fault.js";
import { apiRoute } from "../api-route.js";
import { readQuery } from "../body.js";
import { Input } from "../input.js";
import { paged, readPage } from "../paging.js";
import { signatureRequestView } from "../signature-requests/view.js";
import type { Signing } from "../signing.js";
import { bulkJobView } from "./job.js";

export function bulkRoutes(server: FastifyInstance, context: HttpContext, signing: Signing): void {
  const { documents } = signing;

  for (const [id, embedded] of [
    ["signatureRequestBulkSendWithTemplate", false],
    ["signatureRequestBulkCreateEmbeddedWithTemplate", true],
  ] as const)
    apiRoute(server, context, id, async ({ caller, body }) => {
      const { job, warnings } = await signing.sendInBulk(caller, await body(), { embedded });
      return {
        bulk_send_job: bulkJobView(job, caller.account.id),
        ...(warnings.length > 0 && { warnings }),
      };
    });

  apiRoute(server, context, "bulkSendJobList", async ({ caller, request }) => {
    const own = documents.jobs().filter(({ creatorId }) => creatorId === caller.account.id);
    const { items, list_info } = paged(own, readPage(new Input(readQuery(request))));
    return { list_info, bulk_send_jobs: items.map((job) => bulkJobView(job, caller.account.id)) };
  });

  apiRoute(server, context, "bulkSendJobGet", async ({ caller, request, params }) => {
    const job = documents.job(params.bulk_send_job_id ?? "");
    // The description knows no 404 here; another account's job is as unknown as one that never was.
    if (job?.creatorId !== caller.account.id) throw new ApiFault("bad_request", "Bulk send job not found");
    const made = job.requestIds.flatMap((id) => documents.request(id) ?? []);
    const { items, list_info } = paged(made, readPage(new Input(readQuery(request))));
    return {
      bulk_send_job: bulkJobView(job, caller.account.id),
      list_info,
      signature_requests: items.map((one) => signatureRequestView(one, context.issuer())),
    };
  });
}
