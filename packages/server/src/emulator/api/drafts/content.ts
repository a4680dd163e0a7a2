/** What a draft's page shows of the request that it will become. */

import type { Documents } from "../documents.js";
import { Input } from "../input.js";
import { titleFor } from "../signature-requests/create.js";
import { readFiles } from "../signature-requests/read.js";
import { readTemplateIds } from "../templates/read.js";
import type { Draft } from "./draft.js";

export interface DraftContent {
  readonly title: string;
  /** Names of the documents, in their order. */
  readonly papers: readonly string[];
}

/** Returns the title and the documents that the request will have. @throws {ApiFault} */
export function contentOf(documents: Documents, { tree, files, fromTemplates }: Draft): DraftContent {
  const input = new Input(tree);
  const ids = fromTemplates ? readTemplateIds(input) : [];
  const templates = ids.flatMap((id) => documents.template(id) ?? []);
  const papers = fromTemplates ? templates.flatMap((one) => one.files) : readFiles({ tree, files }, input);
  const title = input.optionalText("title") ?? templates[0]?.title;
  return {
    title: titleFor({ title, subject: input.optionalText("subject") }, papers),
    papers: papers.map(({ name }) => name),
  };
}
