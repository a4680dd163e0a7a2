/** Owns a browser's part for a web framework that takes requests in this process. */

export class CookieJar {
  readonly #cookies = new Map<string, string>();
  readonly #origin: string;
  readonly #handle: (request: Request) => Promise<Response>;

  constructor(origin: string, handle: (request: Request) => Promise<Response>) {
    this.#origin = origin;
    this.#handle = handle;
  }

  /** Sends a request with the cookies kept so far, and keeps those of the answer. */
  async fetch(path: string | URL, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("cookie", [...this.#cookies].map((pair) => pair.join("=")).join("; "));
    headers.set("origin", this.#origin);
    const answer = await this.#handle(new Request(new URL(path, this.#origin), { ...init, headers }));
    for (const line of answer.headers.getSetCookie()) {
      const [name = "", ...value] = (line.split(";")[0] ?? "").split("=");
      this.#cookies.set(name, value.join("="));
    }
    return answer;
  }

  /** Sends a form. */
  post(path: string, fields: Record<string, string>): Promise<Response> {
    return this.fetch(path, { method: "POST", body: new URLSearchParams(fields) });
  }

  /** Sends JSON. */
  postJson(path: string, value: object): Promise<Response> {
    const headers = { "content-type": "application/json" };
    return this.fetch(path, { method: "POST", headers, body: JSON.stringify(value) });
  }
}
