/** The official Node SDK, unmodified, performs every operation that is served: which those are, the emulator says. */

import {
  AccountApi,
  ApiAppApi,
  BulkSendJobApi,
  EmbeddedApi,
  OAuthApi,
  ReportApi,
  ReportCreateRequest,
  SignatureRequestApi,
  SubFormFieldsPerDocumentSignature,
  TeamApi,
  TemplateApi,
  UnclaimedDraftApi,
  UnclaimedDraftCreateRequest,
} from "@dropbox/sign";
import { afterAll, beforeAll, expect, it } from "vitest";
import { operations } from "../../src/emulator/api/operations.js";
import { demoApiKey } from "../../src/emulator/seed/demo.js";
import { type SignEmulator, startEmulator } from "../../src/testing/index.js";
import { servedOperations } from "./served.js";

let sign: SignEmulator;
beforeAll(async () => {
  sign = await startEmulator();
});
afterAll(() => sign.close());

const pdf = Buffer.from("%PDF-1.4\n%%EOF\n") as unknown as never;
const signers = [{ name: "Jack", emailAddress: "jack@example.com" }];
const inRole = [{ role: "Client", name: "Jack", emailAddress: "jack@example.com" }];

const signature = Object.assign(new SubFormFieldsPerDocumentSignature(), {
  ...{ documentIndex: 0, apiId: "s1", signer: 0, required: true, page: 1 },
  ...{ x: 1, y: 1, width: 100, height: 20 },
});

/** What later calls need of earlier ones. */
const made = {
  request: "",
  embedded: "",
  template: "",
  draft: "",
  app: "",
  job: "",
  team: "",
  refreshToken: "",
  accessToken: "",
};

/** The SDK's classes, pointed at the emulator with an API key. */
function apis() {
  const at = <T extends { username: string }>(Api: new (url: string) => T): T =>
    Object.assign(new Api(`${sign.url}/v3`), { username: demoApiKey });
  return {
    account: at(AccountApi),
    app: at(ApiAppApi),
    bulk: at(BulkSendJobApi),
    team: at(TeamApi),
    embedded: at(EmbeddedApi),
    request: at(SignatureRequestApi),
    template: at(TemplateApi),
    draft: at(UnclaimedDraftApi),
    report: at(ReportApi),
    oauth: new OAuthApi(`${sign.url}/v3`),
  };
}

/** As the vendor's embedded client and a person would. */
async function claimAndSend(claimUrl: string): Promise<void> {
  const { clientId } = sign.client;
  const page = await fetch(`${claimUrl}&client_id=${clientId}&skip_domain_verification=1`);
  const [, action = ""] = /action="([^"]+)"/.exec(await page.text()) ?? [];
  const sent = await fetch(`${sign.url}${action}`, { method: "POST", body: new URLSearchParams({}) });
  expect(sent.status).toBe(200);
}

type Apis = ReturnType<typeof apis>;
type Sent = {
  body: { signatureRequest: { signatureRequestId?: string; signatures?: { signatureId?: string }[] } };
};
const idOf = ({ body }: Sent) => body.signatureRequest.signatureRequestId as string;
const signatureOf = ({ body }: Sent) => body.signatureRequest.signatures?.[0]?.signatureId as string;

/** In the order in which they are called: each begins with what those before it have made. */
const calls: Record<string, (api: Apis) => Promise<unknown>> = {
  oauthTokenGenerate: async ({ oauth }) => {
    const { code = "", state = "" } = await sign.authorize({ state: "a state" });
    const { clientId, clientSecret } = sign.client;
    const answer = await oauth.oauthTokenGenerate({
      ...{ code, state, clientId, clientSecret },
      grantType: "authorization_code",
    });
    made.refreshToken = answer.body.refreshToken as string;
    return answer;
  },
  oauthTokenRefresh: ({ oauth }) =>
    oauth.oauthTokenRefresh({ refreshToken: made.refreshToken, grantType: "refresh_token" }),
  accountCreate: ({ account }) => account.accountCreate({ emailAddress: "new@example.com" }),
  accountGet: ({ account }) => account.accountGet(),
  accountUpdate: ({ account }) => account.accountUpdate({ locale: "en-US" }),
  accountVerify: ({ account }) => account.accountVerify({ emailAddress: "jack@example.com" }),
  apiAppCreate: async ({ app }) => {
    const answer = await app.apiAppCreate({ name: "Contracts", domains: ["example.com"] });
    made.app = answer.body.apiApp.clientId as string;
    return answer;
  },
  apiAppGet: ({ app }) => app.apiAppGet(made.app),
  apiAppList: ({ app }) => app.apiAppList(),
  apiAppUpdate: ({ app }) => app.apiAppUpdate(made.app, { name: "Deals" }),
  apiAppDelete: ({ app }) => app.apiAppDelete(made.app),
  signatureRequestSend: async ({ request }) => {
    const sent = await request.signatureRequestSend({ signers, files: [pdf], title: "NDA" });
    made.request = idOf(sent);
    return sent;
  },
  signatureRequestGet: ({ request }) => request.signatureRequestGet(made.request),
  signatureRequestList: ({ request }) => request.signatureRequestList(),
  signatureRequestRemind: async ({ request }) => {
    await sign.clock.advance("2h");
    return request.signatureRequestRemind(made.request, { emailAddress: "jack@example.com" });
  },
  signatureRequestUpdate: async ({ request }) => {
    const signatureId = signatureOf(await request.signatureRequestGet(made.request));
    return request.signatureRequestUpdate(made.request, { signatureId, emailAddress: "john@example.com" });
  },
  signatureRequestEdit: ({ request }) =>
    request.signatureRequestEdit(made.request, { signers, files: [pdf], title: "NDA, again" }),
  signatureRequestFiles: async ({ request }) => {
    await sign.documents.complete(made.request);
    const answer = await request.signatureRequestFiles(made.request);
    expect(answer.body.subarray(0, 5).toString()).toBe("%PDF-");
    return answer;
  },
  signatureRequestFilesAsDataUri: ({ request }) => request.signatureRequestFilesAsDataUri(made.request),
  signatureRequestFilesAsFileUrl: ({ request }) => request.signatureRequestFilesAsFileUrl(made.request),
  signatureRequestRemove: ({ request }) => request.signatureRequestRemove(made.request),
  signatureRequestCreateEmbedded: async ({ request }) => {
    const { clientId } = sign.client;
    const sent = await request.signatureRequestCreateEmbedded({ clientId, signers, files: [pdf] });
    made.embedded = signatureOf(sent);
    made.request = idOf(sent);
    await sign.documents.prepare(made.request);
    return sent;
  },
  signatureRequestEditEmbedded: async ({ request }) => {
    const { clientId } = sign.client;
    const sent = await request.signatureRequestEditEmbedded(made.request, {
      clientId,
      signers,
      files: [pdf],
    });
    made.embedded = signatureOf(sent);
    await sign.documents.prepare(made.request);
    return sent;
  },
  embeddedSignUrl: ({ embedded }) => embedded.embeddedSignUrl(made.embedded),
  signatureRequestCancel: ({ request }) => request.signatureRequestCancel(made.request),
  unclaimedDraftCreate: ({ draft }) =>
    draft.unclaimedDraftCreate({
      type: UnclaimedDraftCreateRequest.TypeEnum.RequestSignature,
      files: [pdf],
      testMode: true,
    }),
  unclaimedDraftCreateEmbedded: ({ draft }) =>
    draft.unclaimedDraftCreateEmbedded({
      ...{ clientId: sign.client.clientId, requesterEmailAddress: "jill@example.com" },
      ...{ files: [pdf], signers, testMode: true },
    }),
  unclaimedDraftEditAndResend: async ({ draft, request }) => {
    const { clientId } = sign.client;
    const sent = await request.signatureRequestSend({ clientId, signers, files: [pdf] });
    return draft.unclaimedDraftEditAndResend(idOf(sent), { clientId });
  },
  templateGet: async ({ template }) => {
    made.template = await sign.documents.addTemplate({ title: "Lease", signerRoles: ["Client"] });
    return template.templateGet(made.template);
  },
  templateCreate: ({ template }) =>
    template.templateCreate({
      ...{ signerRoles: [{ name: "Client" }], files: [pdf], title: "Offer" },
      formFieldsPerDocument: [signature],
    }),
  templateUpdateFiles: ({ template }) => template.templateUpdateFiles(made.template, { files: [pdf] }),
  templateCreateEmbeddedDraft: async ({ template }) => {
    const { clientId } = sign.client;
    const answer = await template.templateCreateEmbeddedDraft({ clientId, files: [pdf], testMode: true });
    made.draft = answer.body.template.templateId as string;
    return answer;
  },
  embeddedEditUrl: async ({ embedded }) => {
    await sign.documents.saveTemplate(made.draft, { signerRoles: ["Tenant"] });
    await sign.documents.prepareTemplate(made.draft);
    return embedded.embeddedEditUrl(made.draft, { mergeFields: [], ccRoles: [""] });
  },
  templateList: ({ template }) => template.templateList(),
  templateAddUser: ({ template }) =>
    template.templateAddUser(made.template, { emailAddress: "jack@example.com" }),
  templateRemoveUser: ({ template }) =>
    template.templateRemoveUser(made.template, { emailAddress: "jack@example.com" }),
  templateFiles: ({ template }) => template.templateFiles(made.template, "pdf"),
  templateFilesAsDataUri: ({ template }) => template.templateFilesAsDataUri(made.template),
  templateFilesAsFileUrl: ({ template }) => template.templateFilesAsFileUrl(made.template),
  signatureRequestSendWithTemplate: async ({ request }) => {
    const wanted = { templateIds: [made.template], signers: inRole };
    const sent = await request.signatureRequestSendWithTemplate(wanted);
    made.request = idOf(sent);
    return sent;
  },
  signatureRequestEditWithTemplate: ({ request }) =>
    request.signatureRequestEditWithTemplate(made.request, { templateIds: [made.template], signers: inRole }),
  signatureRequestCreateEmbeddedWithTemplate: ({ request }) => {
    const { clientId } = sign.client;
    const wanted = { clientId, templateIds: [made.template], signers: inRole };
    return request.signatureRequestCreateEmbeddedWithTemplate(wanted);
  },
  signatureRequestEditEmbeddedWithTemplate: async ({ request }) => {
    const { clientId } = sign.client;
    const wanted = { clientId, templateIds: [made.template], signers: inRole };
    const id = idOf(await request.signatureRequestCreateEmbeddedWithTemplate(wanted));
    return request.signatureRequestEditEmbeddedWithTemplate(id, wanted);
  },
  unclaimedDraftCreateEmbeddedWithTemplate: async ({ draft }) => {
    const answer = await draft.unclaimedDraftCreateEmbeddedWithTemplate({
      ...{ clientId: sign.client.clientId, requesterEmailAddress: "jill@example.com" },
      ...{ templateIds: [made.template], signers: inRole, holdRequest: true, testMode: true },
    });
    made.request = answer.body.unclaimedDraft.signatureRequestId as string;
    await claimAndSend(answer.body.unclaimedDraft.claimUrl as string);
    return answer;
  },
  signatureRequestReleaseHold: ({ request }) => request.signatureRequestReleaseHold(made.request),
  signatureRequestBulkSendWithTemplate: async ({ request }) => {
    const answer = await request.signatureRequestBulkSendWithTemplate({
      templateIds: [made.template],
      signerList: [{ signers: inRole }],
    });
    made.job = answer.body.bulkSendJob.bulkSendJobId as string;
    return answer;
  },
  signatureRequestBulkCreateEmbeddedWithTemplate: ({ request }) =>
    request.signatureRequestBulkCreateEmbeddedWithTemplate({
      clientId: sign.client.clientId,
      templateIds: [made.template],
      signerList: [{ signers: inRole }],
    }),
  bulkSendJobGet: ({ bulk }) => bulk.bulkSendJobGet(made.job),
  bulkSendJobList: ({ bulk }) => bulk.bulkSendJobList(),
  teamCreate: ({ team }) => team.teamCreate({ name: "Legal" }),
  teamGet: ({ team }) => team.teamGet(),
  teamUpdate: ({ team }) => team.teamUpdate({ name: "Law" }),
  teamInfo: async ({ team }) => {
    const answer = await team.teamInfo();
    made.team = answer.body.team.teamId as string;
    return answer;
  },
  teamMembers: ({ team }) => team.teamMembers(made.team),
  teamSubTeams: ({ team }) => team.teamSubTeams(made.team),
  teamAddMember: ({ team }) => team.teamAddMember({ emailAddress: "jack@example.com" }),
  teamInvites: ({ team }) => team.teamInvites(),
  teamRemoveMember: ({ team }) => team.teamRemoveMember({ emailAddress: "jack@example.com" }),
  teamDelete: ({ team }) => team.teamDelete(),
  reportCreate: ({ report }) => {
    const reportType = [ReportCreateRequest.ReportTypeEnum.DocumentStatus];
    return report.reportCreate({ startDate: "01/01/2026", endDate: "12/31/2026", reportType });
  },
  templateDelete: ({ template }) => template.templateDelete(made.template),
};

it("calls every served operation, and each answers with its own status", async () => {
  const served = await servedOperations(sign);
  expect(new Set(Object.keys(calls))).toEqual(served);
  await sign.reset();
  const statuses = new Map<string, number>();
  for (const [id, call] of Object.entries(calls)) {
    const { response } = (await call(apis())) as { response: { status: number } };
    statuses.set(id, response.status);
  }
  expect(statuses).toEqual(
    new Map(Object.keys(calls).map((id) => [id, operations.find((one) => one.id === id)?.success])),
  );
});
