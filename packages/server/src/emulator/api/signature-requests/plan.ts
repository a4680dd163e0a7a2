/** What a request is to be made of, read from its body: from documents of its own, or from templates. */

import type { ApiBody } from "../body.js";
import type { Input } from "../input.js";
import { attachmentsOf, checkCustomFields, fillRoles, readCcs } from "../templates/read.js";
import type { Template } from "../templates/template.js";
import { checkEid, readCommon, readFiles, readFormFields, readSigners } from "./read.js";

/** @throws {ApiFault} */
export function fromDocuments(body: ApiBody, input: Input, now: number) {
  const wanted = readCommon(input, now);
  const files = readFiles(body, input);
  const formFields = readFormFields(
    input,
    input.members("signers").length + input.members("grouped_signers").length,
  );
  const signers = readSigners(input, wanted.testMode);
  checkEid(input, signers.length);
  return { wanted, signers, files, formFields };
}

/** @throws {ApiFault} */
export function fromTemplates(input: Input, templates: readonly Template[], now: number) {
  const common = readCommon(input, now);
  checkCustomFields(input, templates);
  const filled = fillRoles(templates, readSigners(input, common.testMode));
  checkEid(input, filled.signers.length);
  const [first] = templates;
  const wanted = {
    ...common,
    title: common.title ?? first?.title,
    subject: common.subject ?? first?.subject,
    allowReassign: common.allowReassign || templates.some(({ allowReassign }) => allowReassign === true),
    attachments: [...common.attachments, ...attachmentsOf(templates, filled.signers)],
    message: common.message ?? (first?.message || undefined),
    ccEmails: [...common.ccEmails, ...readCcs(input, templates)],
  };
  const making = {
    wanted,
    signers: filled.signers,
    formFields: filled.formFields,
    files: templates.flatMap(({ files }) => files),
    templateIds: templates.map(({ id }) => id),
  };
  return { making, warnings: filled.warnings };
}
