/** A browser as far as these tests need one: it keeps cookies, follows redirects and presses buttons. */

export interface Shown {
  status: number;
  text: string;
  url: string;
}

export class Visitor {
  readonly base: string;
  cookie = "";
  last: Shown = { status: 0, text: "", url: "" };

  constructor(base: string) {
    this.base = base;
  }

  get csrf(): string {
    return /name="csrf" value="([^"]+)"/.exec(this.last.text)?.[1] ?? "";
  }

  async open(path: string): Promise<Shown> {
    return this.#follow(await this.#send(path, {}));
  }

  /** Sends the form of the button that leads to the given place, with the fields the page gave it. */
  async press(step: string): Promise<Shown> {
    return this.#follow(await this.post(step, this.fields(step)));
  }

  fields(step: string): URLSearchParams {
    const form = new RegExp(`<form method="post" action="/playground/${step}"[\\s\\S]*?</form>`).exec(
      this.last.text,
    );
    if (!form) throw new Error(`no button leads to ${step}`);
    const inputs = form[0].matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g);
    const fields = new URLSearchParams();
    for (const [, name = "", value = ""] of inputs) fields.append(name, value);
    return fields;
  }

  post(step: string, fields: URLSearchParams, headers: Record<string, string> = {}): Promise<Response> {
    const type = { "content-type": "application/x-www-form-urlencoded" };
    const body = fields.toString();
    return this.#send(`/playground/${step}`, { method: "POST", body, headers: { ...type, ...headers } });
  }

  async #send(target: string, init: RequestInit): Promise<Response> {
    const headers = {
      ...(init.headers as Record<string, string>),
      ...(this.cookie && { cookie: this.cookie }),
    };
    const response = await fetch(new URL(target, this.base), { ...init, headers, redirect: "manual" });
    const set = response.headers.get("set-cookie");
    if (set) this.cookie = set.split(";", 1)[0] ?? "";
    return response;
  }

  async #follow(response: Response): Promise<Shown> {
    const location = response.headers.get("location");
    if (response.status >= 300 && response.status < 400 && location) {
      return this.open(new URL(location, response.url).href);
    }
    this.last = { status: response.status, text: await response.text(), url: response.url };
    return this.last;
  }
}
