/** Reports: each is told in an e-mail with a link to its file. */

import type { FastifyInstance } from "fastify";
import type { HttpContext } from "../../../http/context.js";
import { apiRoute } from "../api-route.js";
import { linkMilliseconds, linkPath } from "../files/links.js";
import { Input } from "../input.js";
import type { Signing } from "../signing.js";
import { readReportOrder, reportCsv } from "./report.js";

export function reportRoutes(server: FastifyInstance, context: HttpContext, signing: Signing): void {
  apiRoute(server, context, "reportCreate", async ({ caller, body }) => {
    const input = new Input((await body()).tree);
    const order = readReportOrder(input, context.now());
    for (const type of order.types) {
      const token = context.randomBytes(32).toString("hex");
      const expiresAt = context.now() + linkMilliseconds;
      // Made when it is fetched: a thousand links then hold no files.
      const make = () => ({
        ...{ name: `${type}.csv`, contentType: "text/csv; charset=utf-8" },
        bytes: Buffer.from(reportCsv(type, order, signing.documents, caller.account), "utf8"),
      });
      signing.links.add(token, { expiresAt, asAttachment: true, make });
      signing.messages.reportReady(caller.account.email, type, `${context.issuer()}${linkPath}/${token}`);
    }
    return {
      report: {
        success: "Your request is being processed. You will receive an email when the report is ready.",
        ...{ start_date: input.text("start_date"), end_date: input.text("end_date") },
        report_type: order.types,
      },
    };
  });
}
