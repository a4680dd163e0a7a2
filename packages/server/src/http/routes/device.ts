/** The device grant's endpoint and pages (RFC 8628 §3.1, §3.3). A code is looked up for a signed-in person alone, and seldom. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { addressKey } from "../../limits/address.js";
import { readCredentials } from "../../oauth/client/authentication.js";
import { decideDevice, deviceOf, shownUserCode, startDevice, typedUserCode } from "../../oauth/device.js";
import { type Endpoint, endpoints } from "../../oauth/endpoints.js";
import { describeScope } from "../../oauth/scope.js";
import { isOpenTo } from "../../oauth/tokens/family.js";
import { consentPage } from "../../pages/consent.js";
import { type DeviceView, deviceAnsweredPage, devicePage } from "../../pages/device.js";
import { loginPage } from "../../pages/login.js";
import type { SessionView } from "../../storage/port/records.js";
import { pathTo } from "../base-path.js";
import { readParameters } from "../body.js";
import { type HttpContext, noteClient, notesOf } from "../context.js";
import { serve } from "../endpoint.js";
import { sendJson } from "../json.js";
import { logIn, signInElsewhere } from "../login-form.js";
import { limitTokenRequest } from "../rate-limits.js";
import { queryParameters } from "../target.js";
import { Visit } from "../visit.js";
import { notApproved } from "./authorize-pages.js";

/** §5.1: of 20^8 codes a person may try so few that guessing one takes longer than any lives. */
const guesses = {
  account: { capacity: 20, periodSeconds: 600 },
  address: { capacity: 60, periodSeconds: 600 },
};
/** Each start is a row for ten minutes. */
const starts = { capacity: 300, periodSeconds: 600 };

export function deviceRoutes(server: FastifyInstance, context: HttpContext): void {
  if (!context.profile.grantTypes.includes("device_code")) return;
  serve(server, endpoints.deviceAuthorization, (request, reply) => start(context, request, reply));
  const page = (endpoint: Endpoint, step: (pages: DevicePages) => Promise<FastifyReply>) =>
    serve(server, endpoint, (request, reply) => step(new DevicePages(context, request, reply)));
  page(endpoints.devicePage, (pages) => pages.show());
  page(endpoints.deviceLogin, (pages) => pages.login());
  page(endpoints.deviceSwitchAccount, (pages) => pages.switchAccount());
  page(endpoints.deviceLookUp, (pages) => pages.lookUp());
  page(endpoints.deviceDecide, (pages) => pages.decide());
}

async function start(context: HttpContext, request: FastifyRequest, reply: FastifyReply) {
  const parameters = await readParameters(request);
  const credentials = readCredentials(context.profile, parameters, request.headers.authorization);
  noteClient(notesOf(request), credentials);
  await limitTokenRequest(context, request, reply, credentials.clientId, {
    key: "device-start",
    limit: starts,
  });
  return sendJson(reply, await startDevice(context, parameters, credentials));
}

const gone = "This code is wrong or has expired. Check it, or ask your device for a new one.";
const tooMany = "You tried too many codes. Please try again in ten minutes.";
const expired = "This form has expired. Please type the code again.";

/** More than a code is long, with all the blanks and dashes that a person may type; in UTF-16 units. */
const longestShown = 40;

class DevicePages {
  readonly #context: HttpContext;
  readonly #visit: Visit;

  constructor(context: HttpContext, request: FastifyRequest, reply: FastifyReply) {
    this.#context = context;
    this.#visit = new Visit(context, request, reply);
  }

  async show(): Promise<FastifyReply> {
    const session = await this.#visit.session();
    return session === undefined ? this.#showLogin() : this.#ask(session, { linkedCode: this.#linked() });
  }

  async login(): Promise<FastifyReply> {
    const { request, reply } = this.#visit;
    const login = await logIn(this.#context, request, reply);
    return login.outcome === "refused"
      ? this.#showLogin(login)
      : this.#visit.redirect(this.#withLinked(endpoints.devicePage), 303);
  }

  async switchAccount(): Promise<FastifyReply> {
    const form = await readParameters(this.#visit.request);
    if (this.#visit.isOwnForm(form.optional("csrf"))) await this.#visit.endSession();
    return this.#visit.redirect(this.#withLinked(endpoints.devicePage), 303);
  }

  /** Shows what the device of a typed code asks for. */
  lookUp(): Promise<FastifyReply> {
    return this.#withCode(async ({ userCode, session, found }) => {
      const { app, device } = found;
      const canAllow = isOpenTo(app, session.account.id);
      const owner = await this.#context.storage.findAccount(app.ownerId);
      const page = consentPage({
        action: this.#at(endpoints.deviceDecide),
        csrf: this.#visit.csrf(),
        appName: app.name,
        ownerEmail: owner?.email ?? "",
        accountEmail: session.account.email,
        scopes: device.scopes.map((name) => ({ name, ...describeScope(this.#context.profile, app, name) })),
        resources: device.resources,
        userCode: shownUserCode(userCode),
        switchAccountAction: this.#at(endpoints.deviceSwitchAccount),
        canAllow,
        notice: canAllow ? undefined : notApproved,
      });
      return this.#visit.sendPage(page);
    });
  }

  decide(): Promise<FastifyReply> {
    return this.#withCode(async ({ choice, session, found }) => {
      if (choice !== "allow" && choice !== "deny") return this.#ask(session, { problem: expired });
      if (!(await decideDevice(this.#context, found, session, choice)))
        return this.#ask(session, { problem: gone });
      const allowed = choice === "allow" && isOpenTo(found.app, session.account.id);
      return this.#visit.sendPage(deviceAnsweredPage({ appName: found.app.name, allowed }));
    });
  }

  /** The order is security: whose form it is, who is signed in, how often they tried, and only then what the code is for. */
  async #withCode(step: (given: Given) => Promise<FastifyReply>): Promise<FastifyReply> {
    const form = await readParameters(this.#visit.request);
    const session = await this.#visit.session();
    if (session === undefined) return this.#showLogin();
    if (!this.#visit.isOwnForm(form.optional("csrf"))) {
      this.#visit.note({ reason: "csrf", detail: "the form is not of this browser's visit" });
      return this.#ask(session, { problem: expired, status: 403 });
    }
    if (!(await this.#mayTry(session))) return this.#ask(session, { problem: tooMany, status: 429 });
    const typedCode = form.optional("user_code");
    const userCode = typedUserCode(typedCode);
    const found = userCode === undefined ? undefined : await deviceOf(this.#context, userCode);
    if (userCode === undefined || found === undefined)
      return this.#ask(session, { problem: gone, status: 400, typedCode: typedCode?.slice(0, longestShown) });
    this.#visit.note({ clientId: found.app.clientId, accountId: session.account.id });
    return step({ userCode, session, found, choice: form.optional("decision") });
  }

  async #mayTry({ account }: SessionView): Promise<boolean> {
    const { limiter, addresses } = this.#context;
    const from = addressKey(addresses.of(this.#visit.request));
    const byAddress = await limiter.take(`device:address:${from}`, guesses.address);
    return byAddress.allowed && (await limiter.take(`device:account:${account.id}`, guesses.account)).allowed;
  }

  /** The code of the link, which is no secret: the device shows it. */
  #linked(): string | undefined {
    const code = typedUserCode(queryParameters(this.#visit.request).optional("user_code"));
    return code && shownUserCode(code);
  }

  #at(endpoint: Endpoint): string {
    return pathTo(this.#context, endpoint);
  }

  /** An endpoint, and the code of the link carried on. */
  #withLinked(endpoint: Endpoint): string {
    const code = this.#linked();
    return `${this.#at(endpoint)}${code === undefined ? "" : `?user_code=${code}`}`;
  }

  #ask(
    { account }: SessionView,
    more: Pick<DeviceView, "linkedCode" | "typedCode" | "problem"> & { status?: number },
  ): FastifyReply {
    const page = devicePage({
      action: this.#at(endpoints.deviceLookUp),
      switchAccountAction: this.#at(endpoints.deviceSwitchAccount),
      csrf: this.#visit.csrf(),
      accountEmail: account.email,
      linkedCode: more.linkedCode,
      typedCode: more.typedCode,
      problem: more.problem,
    });
    return this.#visit.sendPage(page, more.status);
  }

  #showLogin(failed: { problem?: string; email?: string | undefined; status?: number } = {}): FastifyReply {
    const { signInUrl } = this.#context;
    if (signInUrl !== undefined)
      return this.#visit.redirect(signInElsewhere(signInUrl, this.#withLinked(endpoints.devicePage)), 303);
    const page = loginPage({
      action: this.#withLinked(endpoints.deviceLogin),
      csrf: this.#visit.csrf(),
      email: failed.email,
      problem: failed.problem,
      wrong: failed.status === 401,
    });
    return this.#visit.sendPage(page, failed.status);
  }
}

interface Given {
  readonly userCode: string;
  readonly session: SessionView;
  readonly found: NonNullable<Awaited<ReturnType<typeof deviceOf>>>;
  readonly choice: string | undefined;
}
