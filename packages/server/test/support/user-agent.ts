/** Owns a person's way through the pages over real HTTP: cookies kept, forms filled in as they stand in the page. */

import { type Answer, formType, send } from "./http.js";
import type { jill, TestServer } from "./server.js";

export interface Form {
  readonly action: string;
  /** The hidden fields. */
  readonly hidden: Readonly<Record<string, string>>;
}

export class UserAgent {
  readonly cookies = new Map<string, string>();

  constructor(private readonly base: string) {}

  async get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#send(path, { method: "GET", headers });
  }

  async post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const body = new URLSearchParams(fields).toString();
    return this.#send(path, { method: "POST", headers: { "content-type": formType, ...headers }, body });
  }

  /** Sends the page's form whose action begins so, with the fields given beside the hidden ones. */
  async submit(page: Answer, action: string, fields: Readonly<Record<string, string>>): Promise<Answer> {
    const form = formOf(page, action);
    return this.post(form.action, { ...form.hidden, ...fields });
  }

  /** Follows redirects of this server; stops at an answer that is none, or that leads elsewhere. */
  async follow(answer: Answer): Promise<Answer> {
    let last = answer;
    while (last.headers.location?.startsWith("/")) last = await this.get(last.headers.location);
    return last;
  }

  /** Fills in the sign-in form of a page and returns what comes next. */
  async logIn(page: Answer, who: typeof jill): Promise<Answer> {
    return this.follow(await this.submit(page, "/oauth/authorize/login", who));
  }

  /** Goes through sign-in, where it is asked for, and returns the consent page. */
  async openConsent(query: string, who: typeof jill): Promise<Answer> {
    const page = await this.get(`/oauth/authorize?${query}`);
    return hasForm(page, "/oauth/authorize/login") ? this.logIn(page, who) : page;
  }

  /** Goes the whole way and returns the address at the callback. */
  async authorize(query: string, who: typeof jill, decision: "allow" | "deny" = "allow"): Promise<URL> {
    const page = await this.openConsent(query, who);
    // Consent that was given before is not asked for again.
    if (page.headers.location !== undefined) return callbackOf(page);
    return callbackOf(await this.submit(page, "/oauth/authorize?", { decision }));
  }

  async #send(
    path: string,
    request: { method: string; headers: Record<string, string>; body?: string },
  ): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { accept: "text/html", ...(cookie && { cookie }), ...request.headers };
    const answer = await send(`${this.base}${path}`, { ...request, headers });
    for (const line of answer.headers["set-cookie"] ?? []) this.#keep(line);
    return answer;
  }

  #keep(line: string): void {
    const [pair = ""] = line.split(";");
    const [name = "", value = ""] = pair.split("=");
    if (/; Max-Age=0(;|$)/.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

export function callbackOf(answer: Answer): URL {
  const { location } = answer.headers;
  if (location === undefined) throw new Error(`no redirect but ${answer.status}: ${textOf(answer.text)}`);
  return new URL(location);
}

export function hasForm(page: Answer, action: string): boolean {
  return formsOf(page).some((form) => form.action.startsWith(action));
}

export function formOf(page: Answer, action: string): Form {
  const form = formsOf(page).find((one) => one.action.startsWith(action));
  if (form === undefined) throw new Error(`no form ${action} in ${page.status}: ${textOf(page.text)}`);
  return form;
}

function formsOf(page: Answer): Form[] {
  return [...page.text.matchAll(/<form\b[^>]*\baction="([^"]*)"[^>]*>(.*?)<\/form>/gs)].map(
    ([, action = "", inside = ""]) => {
      const hidden = [...inside.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
      return {
        action: unescaped(action),
        hidden: Object.fromEntries(
          hidden.map(([, name = "", value = ""]) => [unescaped(name), unescaped(value)]),
        ),
      };
    },
  );
}

/** What a person reads of a page. */
export function textOf(html: string): string {
  const visible = html.replace(/<head>.*?<\/head>/s, "").replace(/<[^>]*>/g, " ");
  return unescaped(visible).replace(/\s+/g, " ").trim();
}

function unescaped(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&#34;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&#96;", "`")
    .replaceAll("&amp;", "&");
}

export interface AppCredentials {
  readonly clientId: string;
  readonly clientSecret: string | undefined;
}

/** The query of an authorization request. */
export function authorizationQuery(clientId: string, more: Record<string, string> = {}): string {
  return new URLSearchParams({ response_type: "code", client_id: clientId, ...more }).toString();
}

/** A code for the app, from a person who signed in afresh. */
export async function newCode(
  server: TestServer,
  app: AppCredentials,
  who: typeof jill,
  more: Record<string, string> = {},
): Promise<string> {
  const agent = new UserAgent(server.url);
  const callback = await agent.authorize(authorizationQuery(app.clientId, more), who);
  return callback.searchParams.get("code") ?? "";
}

/** The fields of a token request for a code. */
export function exchangeFields(app: AppCredentials, code: string): Record<string, string> {
  return {
    client_id: app.clientId,
    client_secret: app.clientSecret ?? "",
    code,
    grant_type: "authorization_code",
  };
}
