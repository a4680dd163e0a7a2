/** The resources of the Dropbox Sign API beyond accounts: what is served, then what says that it is not. */

import type { FastifyInstance } from "fastify";
import type { World } from "../state/world.js";
import { appRoutes } from "./apps/routes.js";
import { bulkRoutes } from "./bulk/routes.js";
import { draftRoutes } from "./drafts/routes.js";
import { embeddedRoutes } from "./embedded/routes.js";
import { fileRoutes } from "./files/routes.js";
import { answerNotEmulated } from "./not-emulated.js";
import { reportRoutes } from "./reports/routes.js";
import { signatureRequestRoutes } from "./signature-requests/routes.js";
import { teamRoutes } from "./teams/routes.js";
import { authoringRoutes } from "./templates/authoring-routes.js";
import { editRoutes } from "./templates/edit-routes.js";
import { templateRoutes } from "./templates/routes.js";

export function apiRoutes(server: FastifyInstance, { context, signing }: World): void {
  signatureRequestRoutes(server, context, signing);
  templateRoutes(server, context, signing);
  authoringRoutes(server, context, signing);
  editRoutes(server, context, signing);
  embeddedRoutes(server, context, signing);
  draftRoutes(server, context, signing);
  fileRoutes(server, context, signing);
  appRoutes(server, context, signing);
  bulkRoutes(server, context, signing);
  teamRoutes(server, context, signing);
  reportRoutes(server, context, signing);
  answerNotEmulated(server, context);
}
