/** What a hostile or clumsy client sends to the served operations: each answer has the API's shape, and nothing changes. */

import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { notEmulatedHeader } from "../../src/emulator/api/not-emulated.js";
import { operations } from "../../src/emulator/api/operations.js";
import { type SignEmulator, startEmulator } from "../../src/testing/index.js";
import { basic } from "./scene.js";
import { servedOperations } from "./served.js";

let sign: SignEmulator;
let served: typeof operations;
beforeAll(async () => {
  sign = await startEmulator({ clock: "2026-05-01T12:00:00Z" });
  const ids = await servedOperations(sign);
  served = operations.filter(({ id, path }) => ids.has(id) && !path.includes("/oauth/"));
});
afterAll(() => sign.close());
beforeEach(() => sign.reset());

interface Told {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

async function call(method: string, path: string, init: RequestInit = {}): Promise<Told> {
  const answer = await fetch(`${sign.url}${path}`, {
    method,
    ...init,
    headers: { ...basic, ...(init.headers as Record<string, string>) },
  });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

/** @returns what is wrong with a refusal; undefined for a good answer and a good refusal. */
function faultIn({ status, text, headers }: Told): string | undefined {
  if (status < 300) return undefined;
  if (status >= 500) return `${status}: ${text}`;
  if (headers.get(notEmulatedHeader) !== null) return `said not to be served: ${text}`;
  if (!headers.get("content-type")?.startsWith("application/json")) return `not JSON: ${text}`;
  const { error } = JSON.parse(text);
  const good = typeof error?.error_msg === "string" && typeof error?.error_name === "string";
  return good ? undefined : `not the API's error object: ${text}`;
}

const json = (body: unknown) => ({
  body: JSON.stringify(body),
  headers: { "content-type": "application/json" },
});
const send = (body: unknown) => call("POST", "/v3/signature_request/send", json(body));
const oneSigner = [{ name: "Jack", email_address: "jack@example.com" }];
const good = { signers: oneSigner, file_urls: ["https://example.com/a.pdf"], test_mode: true };

async function made(more: object = {}): Promise<string> {
  return JSON.parse((await send({ ...good, ...more })).text).signature_request.signature_request_id;
}

describe("every served operation", () => {
  it("answers in the API's shape, whatever stands in a parameter of the body", async () => {
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom(
        "[",
        "{",
        "[[[[",
        "\u0000",
        "\ud800",
        "-1",
        "1e99",
        "__proto__",
        "%00",
        "[null]",
        '{"0":{}}',
      ),
    );
    const one = fc.constantFrom(...served.filter(({ body }) => Object.keys(body).length > 0));
    const asked = one.chain((operation) => {
      const values = Object.keys(operation.body).map(
        (name) => [name, fc.option(odd, { nil: undefined })] as const,
      );
      return fc.record({ operation: fc.constant(operation), body: fc.record(Object.fromEntries(values)) });
    });
    await fc.assert(
      fc.asyncProperty(asked, async ({ operation, body }) => {
        const path = operation.path.replace(/:\w+/g, "a".repeat(40));
        expect(faultIn(await call(operation.method, path, json(body)))).toBeUndefined();
      }),
      { numRuns: 400, seed: 7 },
    );
  }, 60_000);

  it("answers in the API's shape, whatever its id and its query are", async () => {
    const segment = fc.constantFrom(
      "%zz",
      "%00",
      "%2e%2e",
      "..%2fx",
      "a".repeat(199),
      "a".repeat(300),
      "%f0%9f",
      "'",
      "null",
    );
    const value = fc.constantFrom(
      "",
      "0",
      "-1",
      "1e9",
      "[]",
      "{}",
      "a".repeat(600),
      "%ff",
      "a&page=2&page=3",
    );
    const name = fc.constantFrom(
      "page",
      "page_size",
      "query",
      "account_id",
      "file_type",
      "force_download",
      "page[a]",
      "__proto__[a]",
      "page[[",
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...served),
        segment,
        name,
        value,
        async (operation, id, key, given) => {
          const path = operation.path.replace(/:\w+/g, id);
          expect(faultIn(await call(operation.method, `${path}?${key}=${given}`))).toBeUndefined();
        },
      ),
      { numRuns: 400, seed: 7 },
    );
  }, 60_000);
});

describe("a multipart body", () => {
  const part = (head: string, body = "x") =>
    `--x\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n`;
  const file = part('name="files[0]"; filename="a.pdf"', "%PDF-1.4\n");
  const fields = `${part('name="signers[0][name]"', "Jack")}${part('name="signers[0][email_address]"', "jack@example.com")}`;
  const post = (body: string, type = "multipart/form-data; boundary=x") =>
    call("POST", "/v3/signature_request/send", { body, headers: { "content-type": type } });

  it("is read where it is whole", async () => {
    expect((await post(`${fields}${file}--x--\r\n`)).status).toBe(200);
  });

  it.each([
    ["no boundary", `${fields}${file}--x--\r\n`, "multipart/form-data"],
    ["an empty boundary", `${fields}${file}--x--\r\n`, "multipart/form-data; boundary="],
    ["another boundary than it says", `${fields}${file}--x--\r\n`, "multipart/form-data; boundary=y"],
    ["no end", `${fields}${file}`, undefined],
    ["an end in the middle of a file", `${fields}${file.slice(0, -8)}`, undefined],
    ["an end in the middle of a head", `${fields}--x\r\nContent-Dispo`, undefined],
    ["a part without a name", `${fields}${file}${part("")}--x--\r\n`, undefined],
    ["a file without a name of its part", `${fields}${part('filename="a.pdf"')}--x--\r\n`, undefined],
    ["a part that is sent twice", `${fields}${fields}${file}--x--\r\n`, undefined],
    ["an empty file", `${fields}${part('name="files[0]"; filename="a.pdf"', "")}--x--\r\n`, undefined],
    [
      "a file under a name that takes none",
      `${fields}${part('name="title"; filename="a.pdf"')}--x--\r\n`,
      undefined,
    ],
    ["text that is not UTF-8", `${fields}${file}${part('name="title"', "\ud800")}--x--\r\n`, undefined],
    ["nothing", "", undefined],
  ])("with %s is refused, and makes nothing", async (what, body, type) => {
    const bytes = what.includes("UTF-8") ? Buffer.from(body.replace("\ud800", "\u00ff"), "latin1") : body;
    const told = await post(bytes as string, type);
    expect([told.status, faultIn(told)]).toEqual([400, undefined]);
    expect(await sign.documents.list()).toEqual([]);
  });

  it.each(["../../etc/passwd", "..\\..\\x", 'a"; x="b', "a\u0000b", ".", "", "x".repeat(5000)])(
    "may name a file %j, and no name leaves its folder or its header",
    async (name) => {
      const head = `name="files[0]"; filename="${name.replaceAll('"', "%22")}"`;
      const told = await post(`${fields}${part(head, "%PDF-1.4\n")}--x--\r\n`);
      expect(faultIn(told)).toBeUndefined();
      if (told.status !== 200) return;
      const id = JSON.parse(told.text).signature_request.signature_request_id;
      await sign.documents.complete(id);
      const zip = await call("GET", `/v3/signature_request/files/${id}?file_type=zip`);
      expect(zip.status).toBe(200);
      expect(zip.text).not.toMatch(/\.\.\/|\.\.\\/);
      expect(zip.headers.get("content-disposition")).toMatch(/^attachment; filename="[\w .-]+"$/);
    },
  );
});

it("a multipart body that ends within a file, at the token endpoint or any other, ends no process", async () => {
  const uncaught: unknown[] = [];
  const hear = (error: unknown) => uncaught.push(error);
  process.on("uncaughtException", hear);
  const head = '--x\r\nContent-Disposition: form-data; name="files[0]"; filename="a.pdf"\r\n\r\n';
  const headers = { "content-type": "multipart/form-data; boundary=x" };
  for (const path of [
    "/oauth/token",
    "/v3/oauth/token",
    "/v3/account/verify",
    "/v3/signature_request/send",
    "/v3/api_app",
  ])
    for (const body of [`${head}%PDF`, `${head}%PDF\r\n--x\r\n`, head, `${head}a\r\n${head}b`]) {
      const told = await call("POST", path, { body, headers });
      expect([path, told.status, told.text]).toEqual([path, 400, expect.stringContaining("error")]);
    }
  await new Promise((done) => setImmediate(done));
  process.off("uncaughtException", hear);
  expect(uncaught).toEqual([]);
});

describe("a JSON body", () => {
  it.each([
    ["is compressed", { "content-encoding": "gzip" }],
    ["is in another charset", { "content-type": "application/json; charset=utf-16" }],
  ])("that says it %s is refused", async (_what, headers) => {
    const told = await call("POST", "/v3/signature_request/send", {
      body: JSON.stringify({ ...good, title: "ä" }),
      headers: { "content-type": "application/json", ...headers },
    });
    expect([told.status, faultIn(told)]).toEqual([415, undefined]);
  });

  it("of several megabytes is refused before it is read: files come by multipart", async () => {
    const told = await send({ ...good, message: "x".repeat(3_000_000) });
    expect([told.status, faultIn(told)]).toEqual([413, undefined]);
  });

  it("with a list of thousands is refused for its length", async () => {
    const told = await send({ ...good, signers: Array.from({ length: 5000 }, () => ({})) });
    expect([told.status, told.text]).toEqual([400, expect.stringContaining("signers has 5000 members")]);
  });

  it.each([
    ["test_mode", "maybe"],
    ["is_eid", "maybe"],
    ["use_text_tags", 3],
    ["signing_options", "draw"],
    ["form_field_groups", "none"],
    ["field_options", ["DD / MM / YYYY"]],
  ])(
    "with a wrong kind of %s is refused, also where the emulator makes nothing of it",
    async (name, value) => {
      const told = await send({ ...good, [name]: value });
      expect([told.status, JSON.parse(told.text).error.error_path]).toEqual([400, name]);
    },
  );

  const field = { api_id: "a", type: "text", signer: 0, document_index: 0, x: 1, y: 1, width: 9, height: 9 };
  it.each([
    ["a field of no signer", { form_fields_per_document: [{ ...field, signer: "-1" }] }, /signer/],
    ["a field of half a signer", { form_fields_per_document: [{ ...field, signer: 0.5 }] }, /signer/],
    ["a kind of field that is none", { form_fields_per_document: [{ ...field, type: "stamp" }] }, /type/],
    ["two fields of one api_id", { form_fields_per_document: [field, field] }, /api_id/],
    ["an attachment of no signer", { attachments: [{ name: "ID", signer_index: 1 }] }, /signer_index/],
    ["eID in test mode", { is_eid: true }, /is_eid/],
    [
      "eID for two signers",
      {
        is_eid: true,
        test_mode: false,
        signers: [...oneSigner, { name: "Ann", email_address: "ann@example.com" }],
      },
      /is_eid/,
    ],
  ])("is refused with %s", async (_what, more, text) => {
    const told = await send({ ...good, ...more });
    expect([told.status, told.text]).toEqual([400, expect.stringMatching(text)]);
    expect(await sign.documents.list()).toEqual([]);
  });
});

describe("acts at the same moment", () => {
  it("cancel once", async () => {
    const id = await made();
    await sign.documents.prepare(id);
    const both = await Promise.all([1, 2, 3].map(() => call("POST", `/v3/signature_request/cancel/${id}`)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 410, 410]);
    expect((await sign.outbox.emails()).filter(({ subject }) => subject.includes("canceled"))).toHaveLength(
      1,
    );
  });

  it("sign once, by one page sent twice", async () => {
    const id = await made();
    await sign.documents.prepare(id);
    const page = await (await fetch((await sign.outbox.emails())[0]?.link ?? "")).text();
    const [, action] = /action="(\/sign\/[^"]+)"/.exec(page) ?? [];
    const body = new URLSearchParams({ decision: "sign", signature: "Jack" });
    const both = await Promise.all([1, 2].map(() => fetch(`${sign.url}${action}`, { method: "POST", body })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
  });

  it("share a template with both accounts", async () => {
    const id = await sign.documents.addTemplate({ title: "Lease", signerRoles: ["Client"] });
    await call("POST", "/v3/account/create", json({ email_address: "new@example.com" }));
    const both = ["jack@example.com", "new@example.com"].map((emailAddress) =>
      call("POST", `/v3/template/add_user/${id}`, json({ email_address: emailAddress })),
    );
    await Promise.all(both);
    const { template } = JSON.parse((await call("GET", `/v3/template/${id}`)).text);
    expect(template.accounts).toHaveLength(3);
  });

  it("make one team", async () => {
    const both = await Promise.all(
      [1, 2].map(() => call("POST", "/v3/team/create", json({ name: "Legal" }))),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
  });
});

describe("what came before", () => {
  it("cannot be changed in a request that was declined", async () => {
    const signers = [...oneSigner, { name: "Ann", email_address: "ann@example.com" }];
    const id = await made({ signers, allow_decline: true, client_id: sign.client.clientId });
    await sign.documents.decline(id, "No", "jack@example.com");
    const waiting = (await sign.documents.get(id)).signatures[1]?.signatureId;
    const update = { signature_id: waiting, email_address: "else@example.com" };
    const told = await call("POST", `/v3/signature_request/update/${id}`, json(update));
    expect([told.status, faultIn(told)]).toEqual([400, undefined]);
  });

  it("is as it was when the clock goes back: nothing is reminded, sent or expired twice", async () => {
    const id = await made({ expires_at: Date.parse("2026-05-03T12:00:00Z") / 1000 });
    await sign.clock.set("2026-05-04T12:00:00Z");
    await sign.clock.set("2026-05-01T11:00:00Z");
    expect((await sign.documents.get(id)).phase).toBe("expired");
    const told = await call(
      "POST",
      `/v3/signature_request/remind/${id}`,
      json({ email_address: "jack@example.com" }),
    );
    expect([told.status, faultIn(told)]).toEqual([400, undefined]);
    await sign.clock.set("2026-05-04T12:00:00Z");
    const mails = (await sign.outbox.emails()).map(({ to }) => to);
    expect(mails).toEqual(["jack@example.com"]);
  });

  it("comes back whole with a snapshot: addresses to sign at, links to files and how long files are prepared", async () => {
    const embedded = JSON.parse(
      (
        await call(
          "POST",
          "/v3/signature_request/create_embedded",
          json({ ...good, client_id: sign.client.clientId }),
        )
      ).text,
    ).signature_request;
    const id = embedded.signature_request_id;
    await sign.documents.prepare(id);
    const urlOf = async () =>
      `${JSON.parse((await call("GET", `/v3/embedded/sign_url/${embedded.signatures[0].signature_id}`)).text).embedded.sign_url}&client_id=${sign.client.clientId}&skip_domain_verification=1&parent_url=http://localhost:1`;
    const before = await urlOf();
    const snapshot = await sign.snapshot();
    const after = await urlOf();
    await sign.documents.preparing("hold");
    expect((await fetch(before)).status).toBe(200);
    await sign.restore(snapshot);
    expect((await fetch(before)).status).toBe(200);
    expect((await fetch(after)).status).toBe(400);
    const next = await made();
    await sign.clock.advance("1s");
    expect((await sign.documents.get(next)).phase).toBe("open");
  });
});

describe("the page of a sign_url", () => {
  it.each([
    "client_id=a&client_id=b",
    `client_id=${"a".repeat(200)}`,
    "client_id=a&token=b&skip_domain_verification=maybe",
    "client_id[a]=b",
    "client_id=a&parent_url[]=b",
  ])("is a page that refuses for %s", async (query) => {
    const answer = await fetch(`${sign.url}/editor/embeddedSign?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-type")).toContain("text/html");
  });
});

describe("the list of requests", () => {
  it("of another account is refused, with a status that the description has", async () => {
    const told = await call("GET", "/v3/signature_request/list?account_id=another");
    expect([told.status, faultIn(told)]).toEqual([403, undefined]);
  });

  it.each(["complete:maybe", "awaiting_my_signature:1", "title:", 'title:"a'])(
    "refuses the query %s",
    async (query) => {
      const told = await call("GET", `/v3/signature_request/list?query=${encodeURIComponent(query)}`);
      expect([told.status, faultIn(told)]).toEqual([400, undefined]);
    },
  );
});
